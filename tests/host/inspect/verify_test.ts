/** Goal: exposure that differs from what the service says is found. Method: planted sockets. */
import { ForeignText } from "../../../mod/base/printable.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { type Endpoint, type Ip, parseEndpoint } from "../../../mod/base/address.ts";
import { probe, reachesService } from "../../../mod/host/inspect/probe.ts";
import { certificateProblem } from "../../../mod/host/inspect/probe_tls.ts";
import {
  type Finding,
  isFailure,
  verifyExposure,
  type VerifyInput,
  verifyNames,
} from "../../../mod/host/inspect/verify.ts";
import { machineOf } from "../../support/machine.ts";
import type { PortOwner } from "../../../mod/listen/machine/port_owner.ts";

const PID = 42;

Deno.test("verifyExposure() distinguishes missing, foreign, exposed and good sockets", async () => {
  const cases: readonly (readonly [
    expected: string,
    listeners: string,
    verdicts: string,
  ])[] = [
    ["10.0.0.5:80", "ours 10.0.0.5:80", "ok ok"],
    ["10.0.0.5:80", "", "missing ok"],
    ["10.0.0.5:80", "other 10.0.0.5:80", "foreign ok"],
    ["10.0.0.5:80", "ours 10.0.0.5:80 other 10.0.0.6:80", "ok foreign"],
    ["10.0.0.5:80", "ours 0.0.0.0:80", "ok exposed"],
    ["10.0.0.5:80", "ours 10.0.0.5:80 ours 10.0.0.6:80", "ok exposed"],
    ["[::]:80", "ours [::]:80", "ok ok"],
    ["0.0.0.0:80", "ours 0.0.0.0:80", "ok ok"],
    // Another program on one address beside ours on all, as macOS and Windows let it.
    ["0.0.0.0:80", "ours 0.0.0.0:80 other 10.0.0.6:80", "ok foreign"],
    // Another program on the same address: SO_REUSEPORT, or SO_REUSEADDR on Windows.
    ["10.0.0.5:80", "ours 10.0.0.5:80 other 10.0.0.5:80", "shared ok"],
    ["0.0.0.0:80", "ours 0.0.0.0:80 other 0.0.0.0:80", "shared shared"],
  ];
  for (const [expected, listeners, verdicts] of cases) {
    const findings = await check(expected, listeners);
    assertEquals(findings.map(({ verdict }) => verdict).join(" "), verdicts, listeners);
  }
  const [finding] = await check("10.0.0.5:80", "other 10.0.0.5:80");
  assertMatch(finding?.detail ?? "", /^nginx \(pid 7, user www\) on 10\.0\.0\.5:80/);
});

Deno.test("verifyExposure() asks the service where the system does not say who answers", async () => {
  const cases: readonly (readonly [
    listeners: string,
    unseen: string | null,
    isOurs: boolean | null,
    verdicts: string,
    asked: number,
  ])[] = [
    ["ours 10.0.0.5:80", null, null, "ok ok", 0],
    ["ours 10.0.0.5:80", "no lsof", true, "ok ok", 1],
    ["ours 0.0.0.0:80", "no lsof", true, "ok exposed", 2],
    ["ours 0.0.0.0:80", "no lsof", false, "foreign foreign", 2],
    ["ours 0.0.0.0:80", "no lsof", null, "unknown unknown", 2],
    ["hidden 10.0.0.5:80", null, true, "ok ok", 1],
    ["hidden 10.0.0.5:80", null, false, "foreign ok", 1],
    ["ours 10.0.0.5:80 other 10.0.0.5:80", "no lsof", true, "shared ok", 1],
  ];
  for (const [listeners, unseen, isOurs, verdicts, asked] of cases) {
    let count = 0;
    const reachesService = (): Promise<boolean | null> => {
      count++;
      return Promise.resolve(isOurs);
    };
    const findings = await check("10.0.0.5:80", listeners, () => null, undefined, {
      unseen,
      reachesService,
    });
    assertEquals(
      [findings.map(({ verdict }) => verdict).join(" "), count],
      [verdicts, asked],
      `${listeners} ${isOurs}`,
    );
    assertEquals(findings.filter(isFailure).length > 0, /foreign \w|shared|exposed/.test(verdicts));
  }
});

Deno.test("reachesService() waits until the service has the connection", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const at = { ip: "127.0.0.1" as Ip, port: listener.addr.port };
  const asked: string[] = [];
  const later = (client: string): Promise<boolean | null> => {
    return Promise.resolve(asked.push(client) > 2);
  };
  assertEquals(await reachesService(at, later), true);
  assertEquals(new Set(asked).size, 1);
  assertMatch(asked[0]!, /^127\.0\.0\.1:\d+$/);
  assertEquals(await reachesService(at, () => Promise.resolve(null)), null);
  assertEquals(await reachesService(at, () => Promise.resolve(false)), false);
});

Deno.test("verifyNames() returns a finding for each name, in order", async () => {
  const targets = ["a.test", "b.test"].map((name) => ({ ...at("10.0.0.5:443"), name }));
  const findings = await verifyNames(targets, (_, name) => {
    return Promise.resolve(name === "a.test" ? null : "not for it");
  });
  assertEquals(findings.map(({ verdict, detail }) => [verdict, detail]), [
    ["ok", null],
    ["certificate", "not for it"],
  ]);
});

Deno.test("certificateProblem() checks the name and the dates", () => {
  const certificate = {
    subject: { CN: "a.test" } as never,
    subjectaltname: "DNS:a.test, DNS:*.b.test",
    ["valid_from"]: "Nov 22 00:00:00 2026 GMT",
    ["valid_to"]: "Nov 23 00:00:00 2026 GMT",
  };
  const now = Date.parse("2026-11-22T12:00:00Z");
  const dayMs = 86_400_000;
  assertEquals(certificateProblem(certificate, "a.test", now), null);
  assertEquals(certificateProblem(certificate, "www.b.test", now), null);
  assertMatch(
    certificateProblem(certificate, "c.test", now) ?? "",
    /is for DNS:a.*, not for "c\.test"/,
  );
  assertMatch(certificateProblem(certificate, "a.test", now + dayMs) ?? "", /expired on Nov 23/);
  assertMatch(
    certificateProblem(certificate, "a.test", now - dayMs) ?? "",
    /not valid before Nov 22/,
  );
});

Deno.test("probe() distinguishes an accepted connection from a refused one", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const ip = "127.0.0.1" as Ip;
  assertEquals(await probe({ ip, port }), "accepted");
  listener.close();
  assertEquals(await probe({ ip, port }), "refused");
});

Deno.test("verifyExposure() expects nothing through an address that cannot be reached now", async () => {
  const absent = (ip: Ip): string | null => ip === "10.0.0.6" ? "not yet" : null;
  const findings = await check("[::]:80", "ours [::]:80", absent, ["10.0.0.5"]);
  assertEquals(findings.map(({ verdict, isExpected, detail }) => [verdict, isExpected, detail]), [
    ["ok", true, null],
    ["ok", false, "not yet"],
  ]);
  // An address of its own is what the service says, reachable or not.
  const [, exact] = await check("10.0.0.6:80", "", absent);
  assertEquals([exact?.verdict, exact?.isExpected], ["missing", true]);
});

function check(
  expected: string,
  listeners: string,
  absenceOf: (ip: Ip) => string | null = () => null,
  reachable?: readonly string[],
  { unseen = null, reachesService = () => Promise.resolve(null) }: {
    readonly unseen?: string | null;
    readonly reachesService?: VerifyInput["reachesService"];
  } = {},
): Promise<Finding[]> {
  const words = listeners.split(" ").filter((word) => word !== "");
  const held: PortOwner[] = [];
  for (let i = 0; i < words.length; i += 2) {
    held.push({
      ...at(words[i + 1]!),
      mapped: false,
      v6only: null,
      device: null,
      pid: words[i] === "ours" ? PID : words[i] === "hidden" ? null : 7,
      program: new ForeignText(words[i] === "ours" ? "httpcfg" : "nginx"),
      user: "www",
      socket: i,
      workers: [],
      namespace: null,
    });
  }
  const input: VerifyInput = {
    expected: [at(expected)],
    ports: new Set([80]),
    machine: machineOf(["10.0.0.5/24 eth0", "10.0.0.6/24 eth0"]),
    absenceOf,
    listeners: { owners: held, unseen },
    reachesService,
    pid: PID,
    probe: (target) => {
      const isThere = held.some(({ ip }) => ip === target.ip || ip === "0.0.0.0" || ip === "::");
      const isReached = reachable === undefined || reachable.includes(target.ip);
      return Promise.resolve(isThere && isReached ? "accepted" : "refused");
    },
  };
  return verifyExposure(input);
}

function at(text: string): Endpoint {
  return parseEndpoint(text) as Endpoint;
}
