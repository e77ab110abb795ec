/** Goal: the explanation is what the service does, with the reasons. Method: tables, no sockets. */
import { ForeignText } from "../../../mod/base/printable.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { type Endpoint, parseEndpoint, parseIp } from "../../../mod/base/address.ts";
import { parseUrlPrefix } from "../../../mod/base/url_prefix.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { explain, type ExplainInput, type Explanation } from "../../../mod/host/inspect/explain.ts";
import { programsToPlan, sitesToPlan } from "../../../mod/listen/plan/sites_to_plan.ts";
import type { PlanSite } from "../../../mod/listen/plan/admission.ts";
import type { Binding } from "../../../mod/config/document/binding.ts";
import type { PortOwner } from "../../../mod/listen/machine/port_owner.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import { machineOf } from "../../support/machine.ts";
import { makePlan, type PlanInput } from "../../../mod/listen/plan/make_plan.ts";

const MACHINE = machineOf(["10.0.0.5/24 eth0", "10.0.0.6/24 eth0"]);
/** A machine that can be asked about addresses that nobody has. */
const ANY_BOUND: Partial<PlanInput> = {
  machine: {
    ...MACHINE,
    unlisted: new Set(["224.0.0.1", "ff02::1", "255.255.255.255"].map((ip) => parseIp(ip)!)),
  },
};
const SITES = ["10.0.0.5:80:www.test", ":80:www.test", "10.0.0.5:80:", ":80:", ":443:"];

Deno.test("explain() names the bucket that wins, and why each other binding loses", () => {
  const cases: readonly (readonly [at: string, host: string, wins: number, losers: RegExp[]])[] = [
    ["10.0.0.5:80", "www.test", 1, [
      /host name on this address/,
      /^another/,
      /^another/,
      /^another/,
    ]],
    ["10.0.0.6:80", "www.test", 2, [
      /bound to 10\.0\.0\.5/,
      /host name on any/,
      /bound to 10/,
      /^another/,
    ]],
    ["10.0.0.5:80", "x.test", 3, [
      /bound to the host "www\.test", and "x\.test" was requested/,
      /bound to the host/,
      /this address/,
      /^another/,
    ]],
    ["10.0.0.6:80", "", 4, [/bound to 10/, /no host was requested/, /bound to 10/, /any address/]],
  ];
  for (const [at, host, wins, reasons] of cases) {
    const explanation = explainAt(at, host);
    assertEquals([explanation.answeredBy, explanation.site?.id], ["site", wins], `${at} ${host}`);
    assertEquals(
      explanation.candidates.map(({ wins }) => wins),
      [1, 2, 3, 4].map((id) => id === wins),
    );
    reasons.forEach((reason, i) => assertMatch(explanation.candidates[i]?.why ?? "", reason));
  }
});

Deno.test("explain() puts wildcards after names, the longest first, and before addresses", () => {
  const bindings = [":80:a.w.test", ":80:*.w.test", ":80:*.x.w.test", "10.0.0.5:80:*.w.test"];
  const cases: readonly (readonly [at: string, host: string, wins: number, why: RegExp])[] = [
    ["10.0.0.6:80", "a.w.test", 1, /host name on any/],
    ["10.0.0.6:80", "b.w.test", 2, /^bound to "\*\.w\.test" on any address, and no name takes/],
    ["10.0.0.5:80", "b.w.test", 4, /^bound to "\*\.w\.test" on this address/],
    ["10.0.0.5:80", "b.x.w.test", 3, /^bound to "\*\.x\.w\.test" on any address/],
    ["10.0.0.5:80", "w.test", 5, /this address, and no binding names the host/],
  ];
  for (const [at, host, wins, why] of cases) {
    const { site, candidates } = explainAt(at, host, {}, null, [...bindings, "10.0.0.5:80:"]);
    assertEquals(site?.id, wins, `${at} ${host}`);
    assertEquals(candidates.map((one) => one.wins), [1, 2, 3, 4, 5].map((id) => id === wins));
    assertMatch(candidates[wins - 1]!.why, why);
  }
});

Deno.test("explain() says that the list in force includes what the stored one does not", () => {
  const list = parseList(["10.0.0.5"]);
  const inForce = (ip: string): boolean => ip === "10.0.0.6";
  const { summary } = explainAt("10.0.0.6:80", "", { list }, null, SITES, [], inForce);
  assertMatch(summary, /is not on the IP inclusion list as stored; the list in force includes it$/);
});

Deno.test("explain() says why nothing responds", () => {
  const held: PortOwner = {
    ...(parseEndpoint("10.0.0.6:80") as Endpoint),
    mapped: false,
    v6only: null,
    device: null,
    pid: 7,
    program: new ForeignText("nginx"),
    user: "www",
    socket: 1,
    workers: [],
    namespace: null,
  };
  const cases: readonly (readonly [at: string, by: string, RegExp, Partial<PlanInput>])[] = [
    ["192.0.2.1:80", "nobody", /192\.0\.2\.1: no interface of this machine has the address/, {}],
    ["10.0.0.6:80", "nobody", /10\.0\.0\.6 is not on the IP inclusion list/, {
      list: parseList(["10.0.0.5"]),
    }],
    ["10.0.0.6:80", "nobody", /excluded from the IP inclusion list by "!10\.0\.0\.6"/, {
      list: parseList(["!10.0.0.6"]),
    }],
    [
      "10.0.0.6:80",
      "other",
      /^Served by nginx \(pid 7, user www\) on 10\.0\.0\.6:80, not httpcfg: 10\.0\.0\.6 is not on/,
      {
        list: parseList(["10.0.0.5"]),
        held: [held],
      },
    ],
    [
      "10.0.0.6:80",
      "other",
      /nginx .* on 10\.0\.0\.6:80, not httpcfg, which cannot listen on 10\.0\.0\.6:80$/,
      {
        list: parseList(["10.0.0.6"]),
        held: [held],
      },
    ],
    ["10.0.0.6:81", "nobody", /no site is bound to port 81/, {}],
    ["0.0.0.0:80", "nobody", /^Not served: 0\.0\.0\.0 stands for every address/, {}],
    ["[::]:80", "nobody", /^Not served: :: stands for every address/, {}],
    // The system lets a socket be bound to them.
    ["224.0.0.1:80", "nobody", /^Not served: 224\.0\.0\.1 is a multicast address/, ANY_BOUND],
    ["[ff02::1]:80", "nobody", /^Not served: ff02::1 is a multicast address/, ANY_BOUND],
    ["255.255.255.255:80", "nobody", /is a broadcast address, to which no client/, ANY_BOUND],
    [
      "10.0.0.6:81",
      "unknown",
      /^Not served by httpcfg: no site .* 81; it is not known whether another program .*: no lsof$/,
      { unseen: "no lsof" },
    ],
    // What is seen is said.
    ["10.0.0.6:80", "other", /nginx .* on 10\.0\.0\.6:80/, {
      list: parseList(["10.0.0.6"]),
      held: [held],
      unseen: "no lsof",
    }],
  ];
  for (const [at, by, summary, more] of cases) {
    const explanation = explainAt(at, "", more);
    assertMatch(explanation.summary, summary);
    assertEquals(explanation.answeredBy, by, at);
  }
});

Deno.test("explain() names who has the exact address beside our socket on every address", () => {
  const held: PortOwner = {
    ...(parseEndpoint("10.0.0.6:80") as Endpoint),
    mapped: false,
    v6only: null,
    device: null,
    pid: 7,
    program: new ForeignText("nginx"),
    user: null,
    socket: 1,
    workers: [],
    namespace: null,
  };
  const machine = { ...MACHINE, besideWildcard: true };
  const theirs = explainAt("10.0.0.6:80", "", { machine, held: [held] });
  assertEquals([theirs.answeredBy, theirs.socket, theirs.site], ["other", null, null]);
  assertMatch(
    theirs.summary,
    /^Served by nginx \(pid 7\) on 10\.0\.0\.6:80, not httpcfg, which has \[::\]:80$/,
  );
  const ours = explainAt("10.0.0.5:80", "", { machine, held: [held] });
  assertEquals(ours.answeredBy, "site");
});

Deno.test("explain() reports the wrong protocol, a stopped site and an unknown host", () => {
  assertMatch(explainAt("10.0.0.5:80", "", {}, true).summary, /port 80 speaks plain HTTP/);
  const stopped = explainAt("10.0.0.5:80", "x", {}, null, [":80:y", ":80:x"], [2]);
  assertEquals([stopped.answeredBy, stopped.site], ["service", null]);
  assertMatch(stopped.summary, /400 Bad Request/);
  assertMatch(stopped.candidates[1]?.why ?? "", /does not start: it is configured not to start/);
});

Deno.test("explain() passes over a binding without a certificate", () => {
  const common = { enabled: true, ownSockets: false };
  const unserved = "https has no certificate";
  const at = (port: number): Binding => ({ ip: null, port, host: "" });
  const sites: PlanSite[] = [
    {
      ...common,
      id: 1,
      name: "s1",
      bindings: [{ ...at(80), secure: false }, {
        ...at(443),
        host: "x",
        secure: true,
        unserved,
      }],
    },
    { ...common, id: 2, name: "s2", bindings: [{ ...at(443), secure: true }] },
  ];
  const explanation = explainAt("10.0.0.5:443", "x", { sites }, true, [":80:", ":443:"]);
  assertEquals(explanation.site?.id, 2);
  assertEquals(explanation.candidates.map(({ id, wins }) => [id, wins]), [[1, false], [2, true]]);
  assertEquals(explanation.candidates[0]?.why, unserved);
});

Deno.test("explain() knows the programs and the reservations that precede a site", () => {
  const registrations = [{ url: "http://+:80/app/", to: "http://127.0.0.1:3000" }];
  const urlAcl = ["http://+:80/app/", "http://+:80/dead/", "http://+:81/x/"].map((url) => {
    return { url, sddl: "D:(A;;GX;;;WD)" };
  });
  const document: ConfigDocument = {
    ...DEFAULT_DOCUMENT,
    urlAcl,
    sites: [{ ...DEFAULT_DOCUMENT.sites[0]!, name: "s1", bindings: [":80:"] }],
  };
  const programs = [...registrations, { url: "http://+:81/y/", to: "unix:/s" }];
  const prefixes = programs.map(({ url }) => parseUrlPrefix(url)!);
  const input: PlanInput = {
    list: [],
    sites: [...sitesToPlan(document, () => null), ...programsToPlan(prefixes, () => null)],
    machine: MACHINE,
    keys: [],
    running: [],
    held: [],
    unseen: null,
    failed: [],
    generation: 6,
    strict: false,
  };
  const facts = { document, input, plan: makePlan(input), registrations: programs, inForce: null };
  const cases: [at: string, path: string, by: Explanation["answeredBy"], summary: RegExp][] = [
    ["10.0.0.5:80", "/app/x", "program", /^Served by the program .*"http:.*app\/": http:.*:3000$/],
    ["10.0.0.5:80", "/DEAD", "service", /503 .*"http:.*dead\/" is reserved/],
    ["10.0.0.5:80", "/appx", "site", /^Served by site "s1"/],
    ["10.0.0.5:81", "/y/", "program", /unix:\/s$/],
    ["10.0.0.5:81", "/", "service", /404 Not Found: no program/],
  ];
  for (const [at, path, by, summary] of cases) {
    const endpoint = parseEndpoint(at) as Endpoint;
    const explanation = explain({ endpoint, host: "", secure: null, path }, facts);
    assertEquals(explanation.answeredBy, by, path);
    assertMatch(explanation.summary, summary);
  }
  const endpoint = parseEndpoint("10.0.0.5:80") as Endpoint;
  const { candidates } = explain({ endpoint, host: "", secure: null, path: "/app/" }, facts);
  assertEquals(candidates.map(({ wins, why }) => [wins, why]), [
    [false, '"http://+:80/app/" takes precedence'],
  ]);
});

function explainAt(
  at: string,
  host: string,
  more: Partial<PlanInput> = {},
  secure: boolean | null = null,
  bindings: readonly string[] = SITES,
  stopped: readonly number[] = [],
  inForce: ExplainInput["inForce"] = null,
): Explanation {
  const document: ConfigDocument = {
    ...DEFAULT_DOCUMENT,
    sites: bindings.map((binding, i) => ({
      ...DEFAULT_DOCUMENT.sites[0]!,
      id: i + 1,
      name: `s${i + 1}`,
      bindings: binding.includes(":443:") ? [] : [binding],
      secureBindings: binding.includes(":443:") ? [binding] : [],
      autoStart: !stopped.includes(i + 1),
    })),
  };
  const input: PlanInput = {
    list: [],
    sites: sitesToPlan(document, () => null),
    machine: MACHINE,
    keys: [],
    running: [],
    held: [],
    unseen: null,
    failed: [],
    generation: 6,
    strict: false,
    ...more,
  };
  const facts: ExplainInput = {
    document,
    input,
    plan: makePlan(input),
    registrations: [],
    inForce,
  };
  return explain({ endpoint: parseEndpoint(at) as Endpoint, host, secure, path: "/" }, facts);
}
