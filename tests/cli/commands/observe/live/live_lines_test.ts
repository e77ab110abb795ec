// Goal: a screen has as many lines as the terminal, none wider, and what matters most stays where there
// is little room. Method: screens of moments that are made up, at many sizes.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { liveScreen, liveText } from "../../../../../mod/cli/commands/observe/live/live_lines.ts";
import {
  FIRST_STATE,
  type LiveState,
} from "../../../../../mod/cli/commands/observe/live/live_state.ts";
import type { LiveData } from "../../../../../mod/cli/commands/observe/live/live_data.ts";
import { VIEWS } from "../../../../../mod/cli/commands/observe/live/views.ts";
import { painted, type Styled } from "../../../../../mod/cli/core/screen/colors.ts";
import type { FleetStatus } from "../../../../../mod/fleet/member/member_status.ts";
import { widthOf } from "../../../../../mod/cli/core/screen/fit.ts";
import { endpoint, moment, NOW_MS, site } from "./moments.ts";

const SINCE = new Date(NOW_MS - 7_200_000).toISOString();

const DATA: LiveData = {
  ...moment([
    { site: "shop", address: "10.0.0.5:80", ok: 1234, failed: 3 },
    { site: "", address: "10.0.0.6:80", ok: 2 },
    { site: "wiki", address: "10.0.0.9:8080", ok: 50 },
  ], {
    startedAt: SINCE,
    endpoints: [
      endpoint("10.0.0.5", 80),
      endpoint("10.0.0.7", 80, {
        state: "wait",
        cause: "no interface of this machine has the address",
      }),
      endpoint("10.0.0.8", 80, { state: "refused", cause: "the port is taken by nginx (pid 812)" }),
      endpoint("0.0.0.0", 8080),
    ],
    sites: [
      site(1, "shop"),
      site(2, "wiki"),
      site(3, "漢字 of\u001b[31m red", { state: "stopped", reason: "its address is refused" }),
    ],
    upstreams: [{
      ...{ siteId: 2, site: "wiki", application: "/", upstream: "http://127.0.0.1:3000" },
      ...{ state: "down", since: SINCE, cause: "Connection refused", requests: 0, connections: 0 },
      lastCheck: null,
    }],
    certificates: [
      {
        name: "MY/www",
        keys: ["0.0.0.0:443"],
        names: ["www.example.com"],
        notAfter: new Date(NOW_MS + 5 * 86_400_000).toISOString(),
      },
    ],
    workers: [{ pid: 4242, state: "serving", connections: 12 }],
    stored: { file: "/x", changes: 2, problem: null, hint: null },
  }),
  events: [
    {
      time: SINCE,
      source: "HTTP",
      id: 15005,
      level: "error",
      text: "Unable to bind",
      detail: "why",
    },
    {
      time: new Date(NOW_MS).toISOString(),
      source: "W3SVC",
      id: 1,
      level: "information",
      text: "newer",
    },
  ],
};

function screen(
  columns: number,
  rows: number,
  state: Partial<LiveState> = {},
  data = DATA,
): string[] {
  const { lines } = liveScreen({ ...FIRST_STATE, ...state }, data, {
    columns,
    rows,
    isUnicode: true,
  });
  return lines.map(plain);
}

function plain(line: Styled): string {
  return painted(line, false, true);
}

Deno.test("a screen at 80x24", () => {
  assertEquals(screen(80, 24).map((line) => line.trimEnd()), [
    "httpcfg  05:04:05 UTC  HTTP running  W3SVC running  up 2 h  pid 4242",
    "1,289 req/s  4xx 0  5xx 3.0  out 129 kB/s  in 12.9 kB/s  refused 0/s  TLS 0/s",
    "p50 38 ms  p95 49 ms  p99 50 ms  12 open  8 idle  1 tunnel  1,286 new/s",
    "2 listening  1 refused  1 waiting  1 site down  2 changes stored",
    "[1 addresses]  2 sites   3 upstreams   4 certificates   5 events   6 workers",
    "ADDRESS       STATE    REQ/S-  4XX/S  5XX/S   OUT/S  CAUSE",
    "10.0.0.5:80   open      1,237      0    3.0  123 kB",
    "0.0.0.0:8080  open         50      0      0  5.0 kB",
    "10.0.0.7:80   wait          0      0      0       0  no interface of this machi…",
    "10.0.0.8:80   refused       0      0      0       0  the port is taken by nginx…",
    ...new Array(13).fill(""),
    "1-4 of 4 addresses  q quit  ? help  / filter  < > sort  r reverse  space pause",
  ]);
});

Deno.test("a member of a fleet has a line of it", () => {
  const fleet: FleetStatus = {
    ...{ name: "web1", group: null, revision: 7, wanted: 7, head: 7 },
    ...{ problems: [], hint: null, store: "etcd", isStoreUp: true, reason: null, overrides: [] },
    outcome: "applied",
  };
  const cases = [
    [fleet, "fleet web1  applied  revision 7"],
    [
      { ...fleet, group: "canary", wanted: 8, head: 9, outcome: "refused", problems: ["no\nfile"] },
      "fleet web1 of group canary  refused  revision 7  wanted 8  newest 9  no?file",
    ],
    [
      { ...fleet, revision: null, wanted: null, head: null, outcome: "held", overrides: ["a"] },
      "fleet web1  held  revision -  1 override",
    ],
    [
      { ...fleet, isStoreUp: false, reason: "refused\u001b[2J", overrides: ["a", "b"] },
      "fleet web1  applied  revision 7  store down: refused?[2J  2 overrides",
    ],
  ] as const;
  for (const [own, want] of cases) {
    const data = { ...DATA, status: { ...DATA.status!, fleet: own } };
    assertEquals(screen(120, 24, {}, data)[4]!.trimEnd(), want);
    assertEquals(screen(20, 24, {}, data).length, 24);
  }
});

Deno.test("every view at every size has the lines of the terminal, and none is wider", () => {
  const states: Partial<LiveState>[] = [
    {},
    { isHelp: true },
    { isPaused: true, filter: "a filter of some words" },
    { before: "", filter: "漢字漢字漢字漢字漢字" },
    { filter: "nothing has this" },
  ];
  const nothing: LiveData = {
    atMs: NOW_MS,
    status: null,
    rates: null,
    problem: "Cannot\nreach\u001b[2J",
    events: [],
  };
  for (const columns of [1, 2, 7, 20, 39, 40, 57, 80, 120, 200]) {
    for (const rows of [1, 2, 3, 5, 8, 9, 15, 24, 40]) {
      for (const view of VIEWS) {
        for (const state of states) {
          for (const data of [DATA, nothing]) {
            const lines = screen(columns, rows, { view, ...state }, data);
            const where = `${columns}x${rows} ${view}`;
            assertEquals(lines.length, rows, where);
            for (const line of lines) {
              assert(widthOf(line) <= columns, `${where}: ${line}`);
              assert(!line.includes("\n") && !line.includes("\u001b"), where);
            }
          }
        }
      }
    }
  }
});

Deno.test("what is drawn says what is wrong", () => {
  const text = (view: typeof VIEWS[number], columns = 120): string =>
    screen(columns, 24, { view }).join("\n");
  assertStringIncludes(text("sites"), "its address is refused");
  assertStringIncludes(text("sites"), "漢字 of?[31m red");
  assertStringIncludes(text("sites"), "(no site)");
  assertStringIncludes(text("upstreams"), "Connection refused");
  assertStringIncludes(text("upstreams"), "2 h");
  assertStringIncludes(text("certificates"), "MY/www           5  2026-01-07");
  assertStringIncludes(text("workers"), "50 %");
  const events = screen(120, 24, { view: "events" });
  assertStringIncludes(events[6]!, "newer");
  assertStringIncludes(events[7]!, "Unable to bind why");
  const none: LiveData = { ...DATA, status: null, rates: null };
  assertStringIncludes(screen(80, 24, {}, none).join("\n"), "the service is not running");
  assertStringIncludes(screen(80, 24, {}, none)[23]!, "NO SERVICE");
  // The first look knows no rates, which is not the same as none.
  assertStringIncludes(screen(80, 24, {}, { ...DATA, rates: null })[1]!, "- req/s");
});

Deno.test("the foot says where one is, and what was chosen", () => {
  assertStringIncludes(screen(80, 10, { offset: 99 })[9]!, "2-4 of 4 addresses");
  assertStringIncludes(screen(80, 24, { isPaused: true })[23]!, "PAUSED");
  assertStringIncludes(screen(80, 24, { filter: "nginx" })[23]!, "filter: nginx  1-1 of 1");
  assertEquals(screen(80, 24, { before: "", filter: "ng" })[23], "filter: ng_");
  assertEquals(screen(40, 15, { filter: "x y" })[6], "No row has this text.");
});

Deno.test("ten thousand addresses are as quick as the page that is seen", () => {
  const counted = Array.from({ length: 10_000 }, (_, i) => {
    return { site: "a", address: `10.0.${i >> 8}.${i & 255}:80`, ok: i };
  });
  const many = moment(counted, {
    endpoints: Array.from({ length: 10_000 }, (_, i) => endpoint(`10.0.${i >> 8}.${i & 255}`, 80)),
  });
  const lines = screen(80, 24, {}, many);
  assertStringIncludes(lines[6]!, "10.0.39.15:80   open    9,999");
  assertStringIncludes(lines[23]!, "1-17 of 10,000 addresses");
  assertStringIncludes(screen(80, 24, { offset: 1e6 }, many)[22]!, "10.0.0.0:80");
});

Deno.test("the text for a pipe leaves nothing out", () => {
  const text = liveText(VIEWS, FIRST_STATE, DATA, { isUnicode: true }).map(plain).join("\n");
  for (
    const part of [
      "no interface of this machine has the address",
      "P50",
      "IN/S",
      "Connection refused",
    ]
  ) {
    assertStringIncludes(text, part);
  }
  assert(!text.includes("…"));
  const filtered = liveText(["sites"], { ...FIRST_STATE, filter: "wiki" }, DATA, {
    isUnicode: true,
  });
  assertEquals(filtered.map(plain).filter((line) => /shop|wiki/.test(line)).length, 1);
});
