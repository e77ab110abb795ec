// Goal: what a machine answers names what changes first, and every way in which it could lock somebody
// out or leave the machine without what it serves.
import { assertEquals } from "@std/assert";
import { parseIp } from "../../../mod/base/address.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import {
  faultTexts,
  planAnswer,
  verifyAnswer,
  whoAnswer,
} from "../../../mod/host/fleet/member_answers.ts";
import type { ServicePlan } from "../../../mod/host/inspect/service_plan.ts";
import type { Finding } from "../../../mod/host/inspect/verify.ts";
import type { Plan } from "../../../mod/listen/plan/make_plan.ts";
import { RUNNING_STATUS } from "../../support/about/totals.ts";
import { machineOf } from "../../support/machine.ts";

type Endpoint = Plan["endpoints"][number];

function endpoint(ip: string, action: Endpoint["action"]): Endpoint {
  return { ip, port: 80, scopeId: 0, secure: false, action, cause: `why ${action}` } as Endpoint;
}

function planned(
  endpoints: readonly Endpoint[],
  ipListen: readonly string[] = [],
  sites: Plan["sites"] = [],
): ServicePlan {
  const services = [{ name: "HTTP", display: "HTTP", state: "running" }] as const;
  const up = { id: 1, name: "one", state: "started", reason: null, bindings: [":80:"] } as const;
  return {
    document: { ...DEFAULT_DOCUMENT, ipListen },
    input: { machine: machineOf(["127.0.0.1/8 lo", "10.0.0.5/24 eth0"]) } as ServicePlan["input"],
    plan: { endpoints, sites, registrations: [], unmatched: [] } as unknown as Plan,
    inForce: null,
    status: { ...RUNNING_STATUS, services, ipListen: ["10.0.0.5", "127.0.0.1"], sites: [up] },
  };
}

const NOBODY = { connected: [], unseen: null };

Deno.test("planAnswer() has what changes first", () => {
  const answer = planAnswer(
    planned(
      [endpoint("10.0.0.1", "keep"), endpoint("10.0.0.2", "open"), endpoint("10.0.0.3", "close")],
      ["10.0.0.5", "127.0.0.1"],
    ),
    NOBODY,
  );
  assertEquals(answer.lines.map(({ what, about }) => `${what} ${about}`), [
    "close 10.0.0.3:80",
    "open 10.0.0.2:80",
    "keep 10.0.0.1:80",
  ]);
  assertEquals([answer.isGood, answer.risks], [true, []]);
});

Deno.test("planAnswer() names what could lock somebody out", () => {
  const client = { ip: "127.0.0.1", port: 80 } as never;
  const list = ["10.0.0.9"];
  const site = { id: 1, name: "one", state: "failed", reason: "no address", hints: [] } as never;
  const closing = [endpoint("10.0.0.5", "close")];
  assertEquals(planAnswer(planned(closing, list, [site]), { connected: [client], unseen: null }), {
    isGood: false,
    lines: [
      { what: "refused", about: 'site "one"', why: "no address" },
      { what: "close", about: "10.0.0.5:80", why: "why close" },
    ],
    more: 0,
    risks: [
      "a program on this machine is connected to 127.0.0.1:80 over loopback, which the new list " +
      "excludes",
      "every address on which this machine listens now would close",
      "this machine would listen nowhere",
      'site "one" would have no socket: no address',
    ],
    problem: null,
  });
});

Deno.test("planAnswer() names an empty list", () => {
  const { risks } = planAnswer(planned([endpoint("10.0.0.5", "keep")]), NOBODY);
  assertEquals(risks, [
    "an empty list includes every address, even those that this machine gets later",
  ]);
});

const FINDING: Finding = {
  ip: parseIp("10.0.0.5")!,
  port: 80,
  isExpected: true,
  result: "refused",
  verdict: "missing",
  detail: null,
};

Deno.test("verifyAnswer() has the faults first", () => {
  const findings: Finding[] = [
    { ...FINDING, result: "accepted", verdict: "ok" },
    { ...FINDING, isExpected: false, verdict: "foreign", detail: "nginx (pid 7)" },
    FINDING,
  ];
  const answer = verifyAnswer(findings);
  assertEquals(answer.isGood, false);
  assertEquals(answer.lines, [
    { what: "fault", about: "10.0.0.5:80", why: "expected httpcfg, found nothing listens" },
    { what: "note", about: "10.0.0.5:80", why: "expected not httpcfg, found nginx (pid 7)" },
  ]);
  assertEquals(faultTexts(findings), ["10.0.0.5:80: expected httpcfg, found nothing listens"]);
});

Deno.test("whoAnswer() says that others may listen", () => {
  const { lines } = whoAnswer({ owners: [], unseen: "only root sees all" }, 80);
  assertEquals(lines, [
    { what: "unknown", about: "80", why: "others may listen: only root sees all" },
  ]);
});
