/** Goal: only changes that could lock the caller out are reported. Method: a table, no sockets. */
import { assertEquals, assertMatch } from "@std/assert";
import { type Endpoint, parseEndpoint, parseIp } from "../../../mod/base/address.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import { lockoutRisks, unseenRisks } from "../../../mod/listen/list/lockout_risks.ts";
import { machineOf } from "../../support/machine.ts";

const MACHINE = machineOf(["127.0.0.1/8 lo", "10.0.0.5/24 eth0", "10.0.0.6/24 eth0"]);

Deno.test("lockoutRisks() reports an emptied list, loopback in use and the SSH address", () => {
  const cases: readonly (readonly [
    before: string,
    after: string,
    ssh: string,
    inUse: string,
    risks: RegExp[],
  ])[] = [
    ["10.0.0.5", "10.0.0.6", "", "", []],
    ["", "", "", "", []],
    ["", "10.0.0.5", "", "", []],
    ["10.0.0.5", "", "", "", [/empty list includes every address: it adds 10\.0\.0\.6/]],
    ["0.0.0.0", "", "", "", [/even those that this machine gets later/]],
    ["127.0.0.1 10.0.0.5", "10.0.0.5", "", "127.0.0.1:80", [
      /connected to 127\.0\.0\.1:80 over loopback/,
    ]],
    ["127.0.0.1 10.0.0.5", "10.0.0.5", "", "", []],
    ["", "10.0.0.5", "", "127.0.0.1:80", [/over loopback/]],
    ["lo", "10.0.0.5", "", "127.0.0.1:80", [/over loopback/]],
    ["10.0.0.5", "10.0.0.6", "10.0.0.5", "", [/SSH.*10\.0\.0\.5, which the new list/]],
    ["10.0.0.6", "127.0.0.1", "10.0.0.5", "", []],
    ["", "!10.0.0.5", "10.0.0.5", "", [/SSH/]],
  ];
  for (const [before, after, ssh, inUse, risks] of cases) {
    const found = lockoutRisks({
      before: list(before),
      after: list(after),
      machine: MACHINE,
      sshAddress: parseIp(ssh),
      loopbackInUse: inUse === "" ? [] : [parseEndpoint(inUse) as Endpoint],
      unseen: null,
    });
    const what = `[${before}] -> [${after}]`;
    assertEquals(found.length, risks.length, `${what}: ${found}`);
    risks.forEach((risk, i) => assertMatch(found[i] ?? "", risk, what));
  }
});

Deno.test("unseenRisks() says that connections are not seen, if the new list cuts them", () => {
  const cases:
    readonly (readonly [before: string, after: string, unseen: string | null, RegExp[]])[] = [
      ["", "10.0.0.5", "no netstat", [/connected to 127\.0\.0\.1, which.* excludes: no netstat$/]],
      ["127.0.0.0/8", "10.0.0.5", "no netstat", [/127\.0\.0\.1/]],
      ["", "10.0.0.5", null, []],
      ["10.0.0.5", "10.0.0.6", "no netstat", []],
      ["", "127.0.0.1", "no netstat", []],
    ];
  for (const [before, after, unseen, texts] of cases) {
    const found = unseenRisks({
      before: list(before),
      after: list(after),
      machine: MACHINE,
      sshAddress: null,
      loopbackInUse: [],
      unseen,
    });
    assertEquals(found.length, texts.length, `[${before}] -> [${after}]: ${found}`);
    texts.forEach((text, i) => assertMatch(found[i] ?? "", text));
  }
});

function list(text: string): ReturnType<typeof parseList> {
  return parseList(text.split(" ").filter((word) => word !== ""));
}
