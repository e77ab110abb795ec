// Goal: the next steps fit the situation. Method: situations as values; the command in its home.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { frontText, nextSteps, type Situation } from "../../../mod/cli/commands/front.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { folderContent } from "../../../mod/config/document/site_content.ts";
import { commandHome, serviceStatus } from "../../support/command_home.ts";

const UP = { HTTP: "running", HTTPFilter: "running", W3SVC: "running" } as const;
const OWN_SITE = {
  id: 2,
  name: "shop",
  bindings: [":80:"],
  secureBindings: [],
  autoStart: true,
  content: folderContent("/srv/shop"),
};
const OWN = { ...DEFAULT_DOCUMENT, ipListen: ["10.0.0.5"], sites: [OWN_SITE] };
const STORED = { file: "/c", hint: null, problem: null };
const OPEN = { ip: "10.0.0.5", port: 80, scheme: "http", state: "open", cause: null } as const;

function situation(more: Partial<Situation>): Situation {
  return {
    status: serviceStatus(UP, { endpoints: [OPEN], stored: { ...STORED, changes: 0 } }),
    document: OWN,
    problems: [],
    deniedLine: null,
    isInstalled: true,
    asAdministrator: () => null,
    ...more,
  };
}

function lines(more: Partial<Situation>): string[] {
  return nextSteps(situation(more)).slice(0, 3).map(({ line }) => line);
}

Deno.test("nextSteps() are those of the situation, the most urgent first", () => {
  const start = "httpcfg net start w3svc";
  const add = "httpcfg site add NAME --bind :80: --root DIR";
  const include = "httpcfg set iplisten -i ADDRESS";
  const url = "httpcfg explain http://10.0.0.5:80/";
  const cases: [what: string, more: Partial<Situation>, want: string[]][] = [
    ["all well", {}, ["httpcfg status", "httpcfg plan", url]],
    ["new", { status: null, document: DEFAULT_DOCUMENT }, [start, add, include]],
    ["stopped", { status: null }, [start, "httpcfg plan", "httpcfg explain http://127.0.0.1/"]],
    ["web stopped", { status: serviceStatus({ HTTP: "running" }) }, [
      start,
      "httpcfg plan",
      "httpcfg explain http://127.0.0.1/",
    ]],
    ["not installed", { isInstalled: false }, [
      "httpcfg service install --print",
      "httpcfg status",
      "httpcfg plan",
    ]],
    [
      "not applied",
      { status: serviceStatus(UP, { stored: { ...STORED, changes: 2 } }) },
      ["httpcfg reload", "httpcfg status", "httpcfg plan"],
    ],
    [
      "unconfirmed",
      { status: serviceStatus(UP, { unconfirmedUntil: "2026-01-01T00:00:00Z" }) },
      ["httpcfg confirm", "httpcfg status", "httpcfg plan"],
    ],
    [
      "a site is down",
      {
        status: serviceStatus(UP, {
          sites: [{ id: 2, name: "shop", state: "stopped", reason: "not listed", bindings: [] }],
        }),
      },
      ["httpcfg status", "httpcfg plan", "httpcfg explain http://127.0.0.1/"],
    ],
    [
      "a guest",
      { status: null, asAdministrator: (words) => `sudo httpcfg ${words.join(" ")}` },
      ["sudo httpcfg net start w3svc", "httpcfg plan", "httpcfg explain http://127.0.0.1/"],
    ],
    [
      "denied",
      {
        status: null,
        problems: [{ message: "Cannot reach", hint: "ls" }],
        deniedLine: "sudo httpcfg",
      },
      ["sudo httpcfg", "httpcfg plan", "httpcfg explain http://127.0.0.1/"],
    ],
    [
      "unreadable",
      { status: null, document: null, problems: [{ message: "Cannot read", hint: "fix it" }] },
      ["httpcfg config check", "httpcfg history", "httpcfg plan"],
    ],
    [
      "unusable",
      {
        status: serviceStatus(UP, {
          stored: { file: "/c", changes: null, problem: "bad", hint: null },
        }),
      },
      ["httpcfg config check", "httpcfg status", "httpcfg plan"],
    ],
  ];
  for (const [what, more, want] of cases) assertEquals(lines(more), want, what);
});

Deno.test("frontText() names some addresses and counts the others", () => {
  const endpoints = Array.from({ length: 9 }, (_, i) => ({ ...OPEN, port: 8000 + i }));
  const text = frontText(situation({
    status: serviceStatus(UP, {
      endpoints: [...endpoints, { ...OPEN, ip: "10.0.0.9", state: "wait" }],
      sites: [{ id: 2, name: "a\nb", state: "started", reason: null, bindings: [] }],
    }),
  }));
  assertStringIncludes(
    text,
    "Listening: 10.0.0.5:8000, 10.0.0.5:8001, 10.0.0.5:8002, 10.0.0.5:8003 and 5 more\n",
  );
  assertStringIncludes(text, "Waiting: 10.0.0.9:80\n");
  assert(!text.includes("a\nb"));
});

Deno.test("httpcfg alone exits with 0, whatever is wrong", async () => {
  await using home = await commandHome();
  const fresh = await home.run("");
  assertEquals([fresh.status, fresh.note], [0, ""]);
  assertStringIncludes(fresh.out, "httpcfg is not running.\n");
  assertStringIncludes(fresh.out, "\n  httpcfg net start w3svc\n");
  await Deno.writeTextFile(`${home.path}/config.json`, "{");
  const broken = await home.run("");
  assertEquals([broken.status, broken.note], [0, ""]);
  assertStringIncludes(broken.out, "Cannot read ");
});
