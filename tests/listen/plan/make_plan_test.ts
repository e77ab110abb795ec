/** Goal: what will listen, which sites start, and why. Method: tables, no sockets. */
import { ForeignText } from "../../../mod/base/printable.ts";
import { assertEquals, assertMatch } from "@std/assert";
import {
  type Endpoint,
  formatEndpoint,
  type Ip,
  parseEndpoint,
} from "../../../mod/base/address.ts";
import { type Binding, parseBinding } from "../../../mod/config/document/binding.ts";
import { bindFault } from "../../../mod/listen/machine/bind_fault.ts";
import type { PortOwner } from "../../../mod/listen/machine/port_owner.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import { makePlan, type Plan, type PlanInput } from "../../../mod/listen/plan/make_plan.ts";
import { machineOf } from "../../support/machine.ts";
import type { PlanSite } from "../../../mod/listen/plan/admission.ts";

const MACHINE = machineOf([
  "127.0.0.1/8 lo",
  "10.0.0.5/24 eth0",
  "10.0.0.6/24 eth0",
  "192.0.2.7/24 eth1",
  "::1/128 lo",
  "fd00::5/64 eth0",
], { unlisted: new Set(["127.0.0.2" as Ip]) });

interface Case {
  readonly title: string;
  readonly list?: string;
  /** Sites by their bindings; those with `+` in front use TLS. */
  readonly sites: readonly string[];
  readonly running?: string;
  readonly held?: string;
  readonly options?: Partial<PlanInput>;
  readonly endpoints: readonly string[];
  readonly states?: string;
}

const CASES: readonly Case[] = [
  {
    title: "an empty list includes every address, even if a site is bound to one",
    sites: ["10.0.0.5:80:"],
    endpoints: ["open [::]:80"],
  },
  {
    title: "an empty list without IPv6",
    sites: [":80:"],
    options: { machine: { ...MACHINE, hasIpv6: false } },
    endpoints: ["open 0.0.0.0:80"],
  },
  {
    title: "an empty list if :: accepts only IPv6",
    sites: [":80:"],
    options: { machine: { ...MACHINE, dualStack: false } },
    endpoints: ["open 0.0.0.0:80", "open [::]:80"],
  },
  {
    title: "only listed addresses, on every port of a starting site",
    list: "10.0.0.5 fd00::5",
    sites: [":80:", "10.0.0.5:81:"],
    endpoints: ["open 10.0.0.5:80", "open [fd00::5]:80", "open 10.0.0.5:81", "open [fd00::5]:81"],
  },
  {
    title: "a site outside the list does not start, and its port is not opened",
    list: "10.0.0.5",
    sites: ["10.0.0.6:80:", "10.0.0.5:81:"],
    endpoints: ["open 10.0.0.5:81"],
    states: "failed started",
  },
  {
    title: "an address that the machine does not have is waited for",
    list: "10.0.0.5 10.0.0.99",
    sites: [":80:"],
    endpoints: ["open 10.0.0.5:80", "wait 10.0.0.99:80"],
  },
  {
    title: "a site without any address yet waits",
    list: "10.0.0.99",
    sites: ["10.0.0.99:80:"],
    endpoints: ["wait 10.0.0.99:80"],
    states: "waiting",
  },
  {
    title: "strict refuses an address that the machine does not have",
    list: "10.0.0.99",
    sites: [":80:"],
    options: { strict: true },
    endpoints: ["refused 10.0.0.99:80"],
    states: "failed",
  },
  {
    title: "an interface that does not exist leaves the site waiting",
    list: "tun0",
    sites: [":80:"],
    endpoints: [],
    states: "waiting",
  },
  {
    title: "a block includes the addresses that the machine has in it",
    list: "10.0.0.0/8",
    sites: [":80:"],
    endpoints: ["open 10.0.0.5:80", "open 10.0.0.6:80"],
  },
  {
    title: "a block, and a site on an absent address in it",
    list: "10.0.0.0/8",
    sites: ["10.0.0.99:80:", ":81:"],
    endpoints: [
      "open 10.0.0.5:80",
      "open 10.0.0.6:80",
      "wait 10.0.0.99:80",
      "open 10.0.0.5:81",
      "open 10.0.0.6:81",
    ],
    states: "waiting started",
  },
  {
    title: "127.0.0.2 is on this machine although no interface lists it",
    list: "127.0.0.0/8",
    sites: ["127.0.0.2:80:"],
    endpoints: ["open 127.0.0.1:80", "open 127.0.0.2:80"],
  },
  {
    title: "an interface, and an exclusion before it",
    list: "!10.0.0.6 eth0",
    sites: [":80:"],
    endpoints: ["open 10.0.0.5:80", "open [fd00::5]:80"],
  },
  {
    title: "only exclusions: a socket for each of the other addresses",
    list: "!192.0.2.0/24 !::",
    sites: [":80:"],
    endpoints: ["open 10.0.0.5:80", "open 10.0.0.6:80", "open 127.0.0.1:80"],
  },
  {
    title: "0.0.0.0 is one socket, beside those of IPv6 addresses",
    list: "0.0.0.0 fd00::5",
    sites: [":80:"],
    endpoints: ["open 0.0.0.0:80", "open [fd00::5]:80"],
  },
  {
    title: ":: alone must not accept IPv4",
    list: "::",
    sites: [":80:"],
    endpoints: ["open [::1]:80", "open [fd00::5]:80"],
  },
  {
    title: ":: alone is one socket if it accepts only IPv6",
    list: "::",
    sites: [":80:"],
    options: { machine: { ...MACHINE, dualStack: false } },
    endpoints: ["open [::]:80"],
  },
  {
    title: "0.0.0.0 and :: together are every address",
    list: "0.0.0.0 ::",
    sites: ["10.0.0.5:80:"],
    endpoints: ["open [::]:80"],
  },
  {
    title: "open sockets that are still wanted are kept, the others closed",
    list: "10.0.0.5 10.0.0.6",
    sites: [":80:"],
    running: "10.0.0.5:80 192.0.2.7:80 10.0.0.5:81",
    endpoints: [
      "keep 10.0.0.5:80",
      "open 10.0.0.6:80",
      "close 192.0.2.7:80",
      "close 10.0.0.5:81",
    ],
  },
  {
    title: "a wildcard is replaced by addresses",
    list: "10.0.0.5",
    sites: [":80:"],
    running: "[::]:80",
    endpoints: ["open 10.0.0.5:80", "close [::]:80"],
  },
  {
    title: "the socket of a removed address is closed",
    list: "10.0.0.5 10.0.0.99",
    sites: [":80:"],
    running: "10.0.0.99:80",
    endpoints: ["open 10.0.0.5:80", "close 10.0.0.99:80"],
  },
  {
    title: "a port in use stops a site that has no other address",
    list: "10.0.0.5",
    sites: [":80:", ":81:"],
    held: "10.0.0.5:80",
    endpoints: ["refused 10.0.0.5:80", "open 10.0.0.5:81"],
    states: "failed started",
  },
  {
    title: "an address in use leaves the site the others",
    list: "10.0.0.5 10.0.0.6",
    sites: [":80:"],
    held: "10.0.0.5:80",
    endpoints: ["refused 10.0.0.5:80", "open 10.0.0.6:80"],
    states: "started",
  },
  {
    title: "the KB's symptom from the other side: one foreign address blocks the wildcard",
    sites: ["10.0.0.5:80:"],
    held: "10.0.0.6:80",
    endpoints: ["refused [::]:80"],
    states: "failed",
  },
  {
    title: "a foreign :: blocks IPv4 too",
    list: "10.0.0.5",
    sites: [":80:"],
    held: "[::]:80",
    endpoints: ["refused 10.0.0.5:80"],
    states: "failed",
  },
  {
    title: "the second of two sites with the same binding does not start",
    list: "10.0.0.5",
    sites: [":80:www.test", ":80:www.test", ":80:other.test"],
    endpoints: ["open 10.0.0.5:80"],
    states: "started failed started",
  },
  {
    title: "one protocol per port",
    list: "10.0.0.5",
    sites: [":443:a", "+:443:b", "+:444:b"],
    endpoints: ["open 10.0.0.5:443", "open 10.0.0.5:444"],
    states: "started failed started",
  },
  {
    title: "generation 5 pools: one socket per port, whatever the list says",
    list: "10.0.0.5",
    sites: ["10.0.0.5:80:", "10.0.0.6:80:"],
    options: { generation: 5 },
    endpoints: ["open [::]:80"],
    states: "started started",
  },
  {
    title: "generation 4 opens a socket for each bound site, whatever the list says",
    list: "10.0.0.5",
    sites: ["10.0.0.5:80:", "10.0.0.6:80:"],
    options: { generation: 4 },
    endpoints: ["open 10.0.0.5:80", "open 10.0.0.6:80"],
    states: "started started",
  },
];

Deno.test("makePlan() follows the rules of the list and of HTTP.sys", () => {
  for (const one of CASES) {
    const plan = planOf(one);
    assertEquals(lines(plan), one.endpoints, one.title);
    const states = one.states ?? one.sites.map(() => "started").join(" ");
    assertEquals(plan.sites.map(({ state }) => state).join(" "), states, one.title);
  }
});

Deno.test("makePlan() opens separate sockets for DisableSocketPooling in generation 5", () => {
  const options: Partial<PlanInput> = { generation: 5 };
  const separate = planOf({ title: "", sites: ["10.0.0.5:80:"], options, endpoints: [] }, true);
  assertEquals(lines(separate), ["open 10.0.0.5:80"]);
  const any = planOf({ title: "", sites: ["10.0.0.5:80:", ":80:"], options, endpoints: [] }, true);
  assertEquals(lines(any), ["open [::]:80"]);
});

Deno.test("makePlan() says why each site does not start", () => {
  const list = "10.0.0.5";
  const cases: readonly (readonly [sites: readonly string[], held: string, reason: RegExp])[] = [
    [["10.0.0.6:80:"], "", /10\.0\.0\.6:80, but 10\.0\.0\.6 is not on the IP inclusion list/],
    [[":80:a", ":80:a"], "", /site 1 \("s1"\) already has the binding ":80:a"/],
    [[":80:a", "+:80:b"], "", /site 1 \("s1"\) uses plain HTTP on port 80/],
    [[":80:"], "10.0.0.5:80", /held by nginx \(pid 812, user root\) on 10\.0\.0\.5:80/],
    [[""], "", /no binding/],
  ];
  for (const [sites, held, reason] of cases) {
    const plan = planOf({ title: "", list, sites, held, endpoints: [] });
    assertMatch(plan.sites.at(-1)?.reason ?? "", reason);
  }
});

Deno.test("makePlan() names the exclusion that prevents a site from starting", () => {
  const sites = ["10.0.0.5:80:"];
  const plan = planOf({ title: "", list: "!10.0.0.0/24 0.0.0.0", sites, endpoints: [] });
  assertMatch(
    plan.sites[0]?.reason ?? "",
    /excluded from the IP inclusion list by "!10\.0\.0\.0\/24"/,
  );
});

Deno.test("makePlan() says why a socket closes", () => {
  const cases: [list: string, site: string, running: string, cause: RegExp][] = [
    ["10.0.0.5", ":80:", "10.0.0.6:80", /not on the IP inclusion list/],
    ["10.0.0.5 10.0.0.99", ":80:", "10.0.0.99:80", /no longer has the address/],
    ["", ":80:", "10.0.0.99:80", /no longer has the address/],
    ["", ":80:", "10.0.0.5:80", /other sockets replace it/],
    ["", ":81:", "10.0.0.5:80", /no starting site uses port 80/],
  ];
  for (const [list, site, running, cause] of cases) {
    const plan = planOf({ title: "", list, sites: [site], running, endpoints: [] });
    const closed = plan.endpoints.find(({ action }) => action === "close");
    assertMatch(closed?.cause ?? "", cause, `[${list}] ${running}`);
  }
});

Deno.test("makePlan() never plans a wildcard beside an address that it covers", () => {
  const parts = ["0.0.0.0", "::", "10.0.0.5", "!10.0.0.5", "eth0", "!eth1", "fd00::/8", "!::"];
  for (let bits = 0; bits < 1 << parts.length; bits++) {
    const list = parts.filter((_, i) => bits & (1 << i)).join(" ");
    const plan = planOf({ title: "", list, sites: [":80:", "127.0.0.2:80:"], endpoints: [] });
    const ips = plan.endpoints.map(({ ip }) => ip as string);
    if (ips.includes("::")) assertEquals(ips, ["::"], list);
    if (ips.includes("0.0.0.0")) {
      assertEquals(ips.filter((ip) => !ip.includes(":")).length, 1, list);
    }
  }
});

Deno.test("makePlan() accounts for failed attempts to bind", () => {
  const list = "10.0.0.5 10.0.0.6";
  const failed = [["10.0.0.5:80", "EADDRNOTAVAIL"], ["10.0.0.6:80", "EACCES"]].map(
    ([where = "", code = ""]) => {
      const error = Object.assign(new Error(), { code });
      return {
        endpoint: { ...at(where), scopeId: 0 },
        fault: bindFault(at(where), error, [], { os: "linux", executable: null, document: null }),
      };
    },
  );
  const plan = planOf({ title: "", list, sites: [":80:"], options: { failed }, endpoints: [] });
  assertEquals(lines(plan), ["wait 10.0.0.5:80", "refused 10.0.0.6:80"]);
  assertMatch(plan.sites[0]?.reason ?? "", /^10\.0\.0\.6:80: permission denied/);
});

Deno.test("makePlan() opens an address beside the wildcard where the system lets it", () => {
  const windows = { machine: { ...MACHINE, besideWildcard: true, dualStack: false } };
  const darwin = { machine: { ...MACHINE, besideWildcard: true, dualStack: true } };
  const cases: readonly (readonly [
    options: Partial<PlanInput>,
    list: string,
    held: string,
    endpoints: readonly string[],
  ])[] = [
    [windows, "10.0.0.5", "0.0.0.0:80", ["open 10.0.0.5:80"]],
    [windows, "10.0.0.5", "10.0.0.5:80", ["refused 10.0.0.5:80"]],
    [windows, "", "10.0.0.6:80", ["open 0.0.0.0:80", "open [::]:80"]],
    [windows, "", "[::]:80", ["open 0.0.0.0:80", "refused [::]:80"]],
    [darwin, "10.0.0.5", "[::]:80", ["open 10.0.0.5:80"]],
    [darwin, "", "10.0.0.6:80", ["open [::]:80"]],
    [darwin, "", "0.0.0.0:80", ["refused [::]:80"]],
  ];
  for (const [options, list, held, endpoints] of cases) {
    const plan = planOf({ title: "", list, sites: [":80:"], held, endpoints, options });
    assertEquals(lines(plan), endpoints, `${list} beside ${held}`);
  }
  // What is not so is not claimed: the other program answers on its address.
  const plan = planOf({
    title: "",
    sites: [":80:"],
    held: "10.0.0.6:80",
    endpoints: [],
    options: windows,
  });
  assertMatch(
    plan.endpoints[0]!.cause,
    /, except where others answer: nginx .* on 10\.0\.0\.6:80$/,
  );
  assertEquals(plan.endpoints[1]!.cause.includes("except"), false);
});

function planOf({ list = "", sites, running, held, options }: Case, ownSockets = false): Plan {
  return makePlan({
    list: parseList(words(list)),
    sites: sites.map((text, i) => site(i + 1, text, ownSockets)),
    machine: MACHINE,
    keys: [],
    running: words(running).map((text) => ({ ...at(text), scopeId: 0 })),
    held: words(held).map(foreign),
    unseen: null,
    failed: [],
    generation: 6,
    strict: false,
    ...options,
  });
}

function lines(plan: Plan): string[] {
  return plan.endpoints.map((endpoint) => `${endpoint.action} ${formatEndpoint(endpoint)}`);
}

function site(id: number, text: string, ownSockets: boolean): PlanSite {
  const secure = text.startsWith("+");
  const bindings = words(text.replace("+", "")).map((one) => ({
    ...(parseBinding(one) as Binding),
    secure,
  }));
  return { id, name: `s${id}`, bindings, enabled: true, ownSockets };
}

function foreign(text: string): PortOwner {
  const process = { pid: 812, program: new ForeignText("nginx"), user: "root" };
  return {
    ...at(text),
    ...process,
    mapped: false,
    v6only: null,
    device: null,
    socket: 1,
    workers: [],
    namespace: null,
  };
}

function at(text: string): Endpoint {
  return parseEndpoint(text) as Endpoint;
}

function words(text = ""): string[] {
  return text.split(" ").filter((word) => word !== "");
}
