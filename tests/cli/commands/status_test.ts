// Goal: what is running, for people and for programs. Method: a service that answers, and none.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { listeningText } from "../../../mod/cli/commands/status.ts";
import type { EndpointStatus, SiteStatus } from "../../../mod/host/control/status.ts";
import { commandHome, serviceStatus } from "../../support/command_home.ts";

const ENDPOINTS: readonly EndpointStatus[] = [
  { ip: "127.0.0.2", port: 8080, scheme: "http", state: "open", cause: null },
  { ip: "::1", port: 8443, scheme: "https", state: "open", cause: null },
  { ip: "127.0.0.3", port: 8080, scheme: "http", state: "refused", cause: "taken by pid 7" },
];
const SITES: readonly SiteStatus[] = [
  { id: 1, name: "good", state: "started", reason: null, bindings: [":8080:"] },
  { id: 2, name: "bad", state: "stopped", reason: "not listed", bindings: ["127.0.0.9:8080:"] },
];
const RUNNING = serviceStatus({ HTTP: "running", W3SVC: "running" }, {
  endpoints: ENDPOINTS,
  sites: SITES,
  ipListen: ["127.0.0.2", "127.0.0.3", "::1"],
  connections: 3,
});

Deno.test("status of a running service is text for people", async () => {
  await using home = await commandHome();
  await home.serve(() => Promise.resolve(RUNNING));
  assertEquals(await home.run("status"), {
    status: 0,
    note: "",
    out: `httpcfg is running as process 4242 of user httpcfg since 2026-01-02 03:04 UTC.

Listening: 2 open, 1 refused
  127.0.0.2:8080  open
  [::1]:8443  open
  127.0.0.3:8080  refused: taken by pid 7

IP inclusion list: 127.0.0.2, 127.0.0.3, ::1

Sites: 1 started, 1 stopped
  ID  NAME  STATE    BINDINGS         REASON
  1   good  started  :8080:
  2   bad   stopped  127.0.0.9:8080:  not listed

Services:
  HTTP                               running
  HTTP SSL                           stopped
  IIS Admin Service                  stopped
  World Wide Web Publishing Service  running
`,
  });
});

Deno.test("status says what is stored and not applied, and what a reload would close", async () => {
  const stored = { file: "/c", changes: 2, problem: null, hint: null };
  const endpoints = [{ ...ENDPOINTS[0]!, note: "the stored list excludes it" }];
  await using home = await commandHome();
  await home.serve(() => Promise.resolve({ ...RUNNING, stored, endpoints }));
  const { out } = await home.run("status");
  assertStringIncludes(
    out,
    "\nStored, not applied: 2 changes\nhint: httpcfg plan\n\nListening: 1 open",
  );
  assertStringIncludes(out, "  127.0.0.2:8080  open: the stored list excludes it\n");
});

Deno.test("status does not show an unknown list or unknown sites as none", async () => {
  const stored = { file: "/c", changes: null, problem: "Bad:\n  a", hint: "fix it" } as const;
  await using home = await commandHome();
  await home.serve(() => Promise.resolve(serviceStatus({ IISADMIN: "running" }, { stored })));
  const { out } = await home.run("status");
  assertStringIncludes(out, "\nThe stored document cannot be used: Bad:\n  a\nhint: fix it\n");
  assertStringIncludes(out, "IP inclusion list: unknown\n");
  assertStringIncludes(out, "Sites: unknown\n");
});

Deno.test("status of a running service has everything in JSON, the sockets in tables", async () => {
  await using home = await commandHome();
  await home.serve(() => Promise.resolve(RUNNING));
  const { out } = await home.run("status --format json");
  assertEquals(JSON.parse(out), JSON.parse(JSON.stringify(RUNNING)));
  assertEquals(
    (await home.run("status --format csv")).out,
    "ip,port,scheme,state,cause\n127.0.0.2,8080,http,open,\n::1,8443,https,open,\n" +
      "127.0.0.3,8080,http,refused,taken by pid 7\n",
  );
});

Deno.test("status without a service shows what is stored and exits with 1", async () => {
  await using home = await commandHome();
  await home.store({ ipListen: ["127.0.0.2"] });
  const text = await home.run("status");
  assertEquals([text.status, text.note], [1, ""]);
  assertStringIncludes(text.out, "httpcfg is not running.\n");
  assertStringIncludes(text.out, "Listening: nowhere\n\nIP inclusion list: 127.0.0.2\n");
  const json = await home.run("status --format json");
  const shown = JSON.parse(json.out) as typeof RUNNING;
  assertEquals([json.status, shown.version, shown.pid], [1, 1, null]);
  assertEquals(shown.services.map(({ state }) => state), Array(4).fill("stopped"));
  assertEquals(shown.sites[0]?.bindings, [":8080:"]);
});

Deno.test("status says that an empty list means every address", async () => {
  await using home = await commandHome();
  const { out } = await home.run("status");
  assertStringIncludes(out, "IP inclusion list: empty, every address\n");
});

Deno.test("status reports why the service cannot shown", async () => {
  await using home = await commandHome();
  await home.serve(() => Promise.reject(new Error("it is ending")));
  const ran = await home.run("status");
  assertEquals([ran.status, ran.out, ran.note], [1, "", "error: it is ending\n"]);
});

/** Ten thousand addresses in three states, of which two have a cause. */
const MANY: readonly EndpointStatus[] = Array.from({ length: 10_000 }, (_, i) => {
  const state = i % 50 === 0 ? "wait" : i % 100 === 7 ? "refused" : "open";
  const cause = { wait: "no interface has it", refused: "held by nginx", open: null }[state];
  return { ip: `10.0.${i >> 8}.${i & 255}`, port: 80, scheme: "http", state, cause };
});

Deno.test("status of many addresses has one screen, with counts and each cause once", async () => {
  const bindings = Array.from({ length: 1000 }, (_, i) => `:${i + 1}:`);
  const sites = Array.from({ length: 500 }, (_, i): SiteStatus => {
    return { ...SITES[i === 499 ? 1 : 0]!, id: i + 1, bindings };
  });
  await using home = await commandHome();
  const ipListen = MANY.map(({ ip }) => ip);
  await home.serve(() => Promise.resolve({ ...RUNNING, endpoints: MANY, sites, ipListen }));
  const lines = async (line: string, columns?: number): Promise<string[]> => {
    const options = columns === undefined ? {} : { columns };
    return (await home.run(`--color never ${line}`, options)).out.split("\n");
  };
  const screen = await lines("status", 80);
  assert(screen.length < 80, `${screen.length} lines`);
  const text = screen.join("\n");
  assertStringIncludes(text, "\nListening: 9,700 open, 200 waiting, 100 refused\n");
  for (const cause of ["no interface has it", "held by nginx", "not listed"]) {
    assertEquals(text.split(cause).length, 2, cause);
  }
  assertStringIncludes(text, "\n           … 9,690 more: httpcfg status --all\n");
  assertStringIncludes(text, "… 9,980 more: httpcfg query iplisten\n");
  assertStringIncludes(text, "\nSites: 499 started, 1 stopped\n");
  assertStringIncludes(text, "… 488 more: httpcfg status --all\n");
  assertMatch(text, /^ {2}500 +bad +stopped/m);

  const whole = (await lines("status --all", 80)).join(" ");
  const piped = (await lines("status")).join(" ");
  for (const { ip } of MANY) assert(whole.includes(` ${ip} `) && piped.includes(` ${ip}:80 `), ip);
  assertEquals([whole.includes("more:"), piped.includes("more:")], [false, false]);
  assertEquals((await lines("status --format csv", 40)).length, MANY.length + 2);
});

Deno.test("listeningText() returns URLs that can be opened, and why others cannot", () => {
  assertEquals(
    listeningText(RUNNING),
    "Listening on http://127.0.0.2:8080/\nListening on https://[::1]:8443/\n" +
      'Not listening on "127.0.0.3:8080": taken by pid 7',
  );
  const endpoints = [...RUNNING.endpoints, ...RUNNING.endpoints.slice(-1)].flatMap((endpoint) => {
    return Array.from({ length: 150 }, (_, i) => ({ ...endpoint, port: i + 1 }));
  });
  const lines = listeningText({ ...RUNNING, endpoints }).split("\n");
  assertEquals(lines.length, 202);
  assertEquals(lines[100], "Listening on 200 more endpoints: httpcfg status");
  assertEquals(lines[201], "Not listening on 200 more endpoints: httpcfg status");
});
