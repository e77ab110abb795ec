/** Goal: which sockets a list needs, and which socket a connection reaches. Method: tables. */
import { atOnce } from "../../../mod/base/work/steps.ts";
import { assertEquals } from "@std/assert";
import { type Endpoint, type Ip, parseEndpoint } from "../../../mod/base/address.ts";
import { compileInclusion } from "../../../mod/listen/list/inclusion.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import { tableOf } from "../../support/machine.ts";
import {
  boundAddresses,
  listenAddresses,
  listenAddressFor,
  reaches,
} from "../../../mod/listen/plan/listen_addresses.ts";

const TABLE = tableOf(["10.0.0.5/24 eth0", "fe80::1/64 eth0 2"], {
  unlisted: new Set(["198.51.100.1" as Ip]),
  unbindable: new Map([["fe80::7%eth0" as Ip, "not now"]]),
});

Deno.test("listenAddresses() returns each address, why it is absent, and its entry", () => {
  const cases: readonly (readonly [list: string, sockets: string])[] = [
    ["", ":: here -"],
    ["0.0.0.0 ::", ":: here -"],
    ["10.0.0.5 10.0.0.9", "10.0.0.5 here 10.0.0.5, 10.0.0.9 absent 10.0.0.9"],
    ["eth0", "10.0.0.5 here eth0, fe80::1%eth0 here eth0"],
    ["fe80::1", "fe80::1%eth0 here fe80::1"],
    ["fe80::1%2", "fe80::1%eth0 here fe80::1%2"],
    ["fe80::1%eth9", "fe80::1%eth9 absent fe80::1%eth9"],
    ["fe80::7%2", "fe80::7%eth0 absent fe80::7%2"],
    ["198.51.100.1", "198.51.100.1 here 198.51.100.1"],
    ["10.0.0.255", "10.0.0.255 absent 10.0.0.255"],
    ["!10.0.0.5", "fe80::1%eth0 here -"],
    ["10.0.0.9 !10.0.0.9", ""],
  ];
  for (const [text, sockets] of cases) {
    const inclusion = compileInclusion(list(text), TABLE);
    const found = atOnce(listenAddresses({ inclusion, table: TABLE }, false)).map(
      ({ ip, absence, entry }) => `${ip} ${absence === null ? "here" : "absent"} ${entry ?? "-"}`,
    );
    assertEquals(found.join(", "), sockets, `[${text}]`);
  }
});

Deno.test("listenAddresses() has no socket on :: where link-local addresses are told apart", () => {
  const inclusion = compileInclusion([], TABLE);
  const found = atOnce(listenAddresses({ inclusion, table: TABLE }, true));
  assertEquals(found.map(({ ip, scopeId }) => `${ip} ${scopeId}`), ["0.0.0.0 0", "fe80::1%eth0 2"]);
});

Deno.test("listenAddressFor() is null for an excluded address", () => {
  const inclusion = compileInclusion(list("10.0.0.0/24 !10.0.0.9"), TABLE);
  const context = { inclusion, table: TABLE };
  assertEquals(listenAddressFor(context, "10.0.0.9" as Ip), null);
  assertEquals(
    listenAddressFor(context, "10.0.0.7" as Ip)?.absence,
    "no interface of this machine has the address",
  );
});

Deno.test("boundAddresses() returns what a binding's address means on the machine", () => {
  const table = tableOf(["fe80::1/64 eth0 2", "fe80::1/64 eth1 3"]);
  const cases: readonly (readonly [bound: string, addresses: string])[] = [
    ["10.0.0.5", "10.0.0.5"],
    ["fe80::1", "fe80::1%eth0,fe80::1%eth1"],
    ["fe80::1%3", "fe80::1%eth1"],
    ["fe80::2", "fe80::2"],
  ];
  for (const [bound, addresses] of cases) {
    assertEquals(boundAddresses(bound as Ip, table).join(), addresses, bound);
  }
});

Deno.test("reaches() agrees with the kernel", () => {
  const cases: readonly (readonly [socket: string, to: string, dual: boolean, single: boolean])[] =
    [
      ["10.0.0.5:80", "10.0.0.5:80", true, true],
      ["10.0.0.5:80", "10.0.0.6:80", false, false],
      ["0.0.0.0:80", "10.0.0.6:80", true, true],
      ["0.0.0.0:80", "10.0.0.6:81", false, false],
      ["0.0.0.0:80", "[::1]:80", false, false],
      ["[::]:80", "10.0.0.6:80", true, false],
      ["[::]:80", "[::1]:80", true, true],
    ];
  for (const [socket, to, dual, single] of cases) {
    assertEquals(reaches(at(socket), at(to), true), dual, `${socket} ${to} dual-stack`);
    assertEquals(reaches(at(socket), at(to), false), single, `${socket} ${to}`);
  }
});

function list(text: string): ReturnType<typeof parseList> {
  return parseList(text.split(" ").filter((word) => word !== ""));
}

function at(text: string): Endpoint {
  return parseEndpoint(text) as Endpoint;
}
