/** Goal: the plan says what will listen and which sites start, and why. Method: tables, no socket. */
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
import type { Machine, MachineAddress } from "../../../mod/listen/machine/machine_addresses.ts";
import { makePlan, type Plan, type PlanInput } from "../../../mod/listen/plan/make_plan.ts";
import type { PlanSite } from "../../../mod/listen/plan/admission.ts";

const MACHINE: Machine = {
  addresses: [
    address("127.0.0.1", "lo", 8),
    address("10.0.0.5", "eth0", 24),
    address("10.0.0.6", "eth0", 24),
    address("192.0.2.7", "eth1", 24),
    address("::1", "lo", 128),
    address("fd00::5", "eth0", 64),
  ],
  hasIpv6: true,
  dualStack: true,
  wholeLoopback: true,
};

interface Case {
  readonly what: string;
  readonly list?: string;
  /** Sites by their bindings; `+` in front for TLS. */
  readonly sites: readonly string[];
  readonly running?: string;
  readonly held?: string;
  readonly options?: Partial<PlanInput>;
  readonly endpoints: readonly string[];
  readonly states?: string;
}

const CASES: readonly Case[] = [
  {
    what: "an empty list takes every address, even for a site on one",
    sites: ["10.0.0.5:80:"],
    endpoints: ["open [::]:80"],
  },
  {
    what: "an empty list without IPv6",
    sites: [":80:"],
    options: { machine: { ...MACHINE, hasIpv6: false } },
    endpoints: ["open 0.0.0.0:80"],
  },
  {
    what: "an empty list where :: takes IPv6 alone",
    sites: [":80:"],
    options: { machine: { ...MACHINE, dualStack: false } },
    endpoints: ["open 0.0.0.0:80", "open [::]:80"],
  },
  {
    what: "listed addresses only, on every port of a starting site",
    list: "10.0.0.5 fd00::5",
    sites: [":80:", "10.0.0.5:81:"],
    endpoints: ["open 10.0.0.5:80", "open [fd00::5]:80", "open 10.0.0.5:81", "open [fd00::5]:81"],
  },
  {
    what: "a site outside the list does not start, and its port is not opened",
    list: "10.0.0.5",
    sites: ["10.0.0.6:80:", "10.0.0.5:81:"],
    endpoints: ["open 10.0.0.5:81"],
    states: "failed started",
  },
  {
    what: "an address that is not there waits",
    list: "10.0.0.5 10.0.0.99",
    sites: [":80:"],
    endpoints: ["open 10.0.0.5:80", "wait 10.0.0.99:80"],
  },
  {
    what: "a site with no address yet waits",
    list: "10.0.0.99",
    sites: ["10.0.0.99:80:"],
    endpoints: ["wait 10.0.0.99:80"],
    states: "waiting",
  },
  {
    what: "strict refuses what is not there",
    list: "10.0.0.99",
    sites: [":80:"],
    options: { strict: true },
    endpoints: ["refused 10.0.0.99:80"],
    states: "failed",
  },
  {
    what: "an interface that is not there leaves the site waiting",
    list: "tun0",
    sites: [":80:"],
    endpoints: [],
    states: "waiting",
  },
  {
    what: "a block takes what the machine has in it",
    list: "10.0.0.0/8",
    sites: [":80:"],
    endpoints: ["open 10.0.0.5:80", "open 10.0.0.6:80"],
  },
  {
    what: "a block and a site on an address in it that is not there",
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
    what: "127.0.0.2 is on this machine though it is not listed",
    list: "127.0.0.0/8",
    sites: ["127.0.0.2:80:"],
    endpoints: ["open 127.0.0.1:80", "open 127.0.0.2:80"],
  },
  {
    what: "an interface and an exclusion before it",
    list: "!10.0.0.6 eth0",
    sites: [":80:"],
    endpoints: ["open 10.0.0.5:80", "open [fd00::5]:80"],
  },
  {
    what: "exclusions only: every address by itself but these",
    list: "!192.0.2.0/24 !::",
    sites: [":80:"],
    endpoints: ["open 10.0.0.5:80", "open 10.0.0.6:80", "open 127.0.0.1:80"],
  },
  {
    what: "0.0.0.0 is one socket, IPv6 addresses stand beside it",
    list: "0.0.0.0 fd00::5",
    sites: [":80:"],
    endpoints: ["open 0.0.0.0:80", "open [fd00::5]:80"],
  },
  {
    what: ":: alone must not take IPv4",
    list: "::",
    sites: [":80:"],
    endpoints: ["open [::1]:80", "open [fd00::5]:80"],
  },
  {
    what: ":: alone is one socket where it takes IPv6 only",
    list: "::",
    sites: [":80:"],
    options: { machine: { ...MACHINE, dualStack: false } },
    endpoints: ["open [::]:80"],
  },
  {
    what: "0.0.0.0 and :: together are everything",
    list: "0.0.0.0 ::",
    sites: ["10.0.0.5:80:"],
    endpoints: ["open [::]:80"],
  },
  {
    what: "keep what runs, close what is no longer wanted",
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
    what: "the wildcard gives way to addresses",
    list: "10.0.0.5",
    sites: [":80:"],
    running: "[::]:80",
    endpoints: ["open 10.0.0.5:80", "close [::]:80"],
  },
  {
    what: "an address that left is closed",
    list: "10.0.0.5 10.0.0.99",
    sites: [":80:"],
    running: "10.0.0.99:80",
    endpoints: ["open 10.0.0.5:80", "close 10.0.0.99:80"],
  },
  {
    what: "a held port stops the site where nothing is left",
    list: "10.0.0.5",
    sites: [":80:", ":81:"],
    held: "10.0.0.5:80",
    endpoints: ["refused 10.0.0.5:80", "open 10.0.0.5:81"],
    states: "failed started",
  },
  {
    what: "a held address leaves the others to the site",
    list: "10.0.0.5 10.0.0.6",
    sites: [":80:"],
    held: "10.0.0.5:80",
    endpoints: ["refused 10.0.0.5:80", "open 10.0.0.6:80"],
    states: "started",
  },
  {
    what: "the KB's symptom from the other side: one foreign address blocks the wildcard",
    sites: ["10.0.0.5:80:"],
    held: "10.0.0.6:80",
    endpoints: ["refused [::]:80"],
    states: "failed",
  },
  {
    what: "a foreign :: blocks IPv4 too",
    list: "10.0.0.5",
    sites: [":80:"],
    held: "[::]:80",
    endpoints: ["refused 10.0.0.5:80"],
    states: "failed",
  },
  {
    what: "the later of two sites with one binding does not start",
    list: "10.0.0.5",
    sites: [":80:www.test", ":80:www.test", ":80:other.test"],
    endpoints: ["open 10.0.0.5:80"],
    states: "started failed started",
  },
  {
    what: "one port, one protocol",
    list: "10.0.0.5",
    sites: [":443:a", "+:443:b", "+:444:b"],
    endpoints: ["open 10.0.0.5:443", "open 10.0.0.5:444"],
    states: "started failed started",
  },
  {
    what: "generation 5 pools: one socket a port, whatever the list says",
    list: "10.0.0.5",
    sites: ["10.0.0.5:80:", "10.0.0.6:80:"],
    options: { generation: 5 },
    endpoints: ["open [::]:80"],
    states: "started started",
  },
  {
    what: "generation 4 gives each bound site a socket of its own, whatever the list says",
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
    assertEquals(lines(plan), one.endpoints, one.what);
    const states = one.states ?? one.sites.map(() => "started").join(" ");
    assertEquals(plan.sites.map(({ state }) => state).join(" "), states, one.what);
  }
});

Deno.test("makePlan() gives a site of generation 5 its own sockets with DisableSocketPooling", () => {
  const options: Partial<PlanInput> = { generation: 5 };
  const own = planOf({ what: "", sites: ["10.0.0.5:80:"], options, endpoints: [] }, true);
  assertEquals(lines(own), ["open 10.0.0.5:80"]);
  const any = planOf({ what: "", sites: ["10.0.0.5:80:", ":80:"], options, endpoints: [] }, true);
  assertEquals(lines(any), ["open [::]:80"]);
});

Deno.test("makePlan() names the one reason of each site that does not start", () => {
  const list = "10.0.0.5";
  const cases: readonly (readonly [sites: readonly string[], held: string, reason: RegExp])[] = [
    [["10.0.0.6:80:"], "", /10\.0\.0\.6:80, but 10\.0\.0\.6 is not on the IP inclusion list/],
    [[":80:a", ":80:a"], "", /site 1 \("s1"\) already has the binding ":80:a"/],
    [[":80:a", "+:80:b"], "", /site 1 \("s1"\) uses plain HTTP on port 80/],
    [[":80:"], "10.0.0.5:80", /held by nginx \(pid 812, user root\) on 10\.0\.0\.5:80/],
    [[""], "", /no binding/],
  ];
  for (const [sites, held, reason] of cases) {
    const plan = planOf({ what: "", list, sites, held, endpoints: [] });
    assertMatch(plan.sites.at(-1)?.reason ?? "", reason);
  }
});

Deno.test("makePlan() names the exclusion that keeps a site out", () => {
  const sites = ["10.0.0.5:80:"];
  const plan = planOf({ what: "", list: "!10.0.0.0/24 0.0.0.0", sites, endpoints: [] });
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
    const plan = planOf({ what: "", list, sites: [site], running, endpoints: [] });
    const closed = plan.endpoints.find(({ action }) => action === "close");
    assertMatch(closed?.cause ?? "", cause, `[${list}] ${running}`);
  }
});

Deno.test("makePlan() never plans a wildcard beside an address that it contains", () => {
  const parts = ["0.0.0.0", "::", "10.0.0.5", "!10.0.0.5", "eth0", "!eth1", "fd00::/8", "!::"];
  for (let bits = 0; bits < 1 << parts.length; bits++) {
    const list = parts.filter((_, i) => bits & (1 << i)).join(" ");
    const plan = planOf({ what: "", list, sites: [":80:", "127.0.0.2:80:"], endpoints: [] });
    const ips = plan.endpoints.map(({ ip }) => ip as string);
    if (ips.includes("::")) assertEquals(ips, ["::"], list);
    if (ips.includes("0.0.0.0")) {
      assertEquals(ips.filter((ip) => !ip.includes(":")).length, 1, list);
    }
  }
});

Deno.test("makePlan() takes up what came of the attempt to bind", () => {
  const list = "10.0.0.5 10.0.0.6";
  const failed = [["10.0.0.5:80", "EADDRNOTAVAIL"], ["10.0.0.6:80", "EACCES"]].map(
    ([where = "", code = ""]) => {
      const error = Object.assign(new Error(), { code });
      return { endpoint: at(where), fault: bindFault(at(where), error, [], "linux") };
    },
  );
  const plan = planOf({ what: "", list, sites: [":80:"], options: { failed }, endpoints: [] });
  assertEquals(lines(plan), ["wait 10.0.0.5:80", "refused 10.0.0.6:80"]);
  assertMatch(plan.sites[0]?.reason ?? "", /^10\.0\.0\.6:80: permission denied/);
});

function planOf({ list = "", sites, running, held, options }: Case, ownSockets = false): Plan {
  return makePlan({
    list: parseList(words(list)),
    sites: sites.map((text, i) => site(i + 1, text, ownSockets)),
    machine: MACHINE,
    running: words(running).map(at),
    held: words(held).map(foreign),
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
  const process = { pid: 812, program: "nginx", user: "root" };
  return { ...at(text), ...process, mapped: false, socket: 1, namespace: null };
}

function address(ip: string, name: string, prefixBits: number): MachineAddress {
  const family = ip.includes(":") ? 6 : 4;
  return { ip: ip as Ip, interface: name, family, prefixBits, scope: "global" };
}

function at(text: string): Endpoint {
  return parseEndpoint(text) as Endpoint;
}

function words(text = ""): string[] {
  return text.split(" ").filter((word) => word !== "");
}
