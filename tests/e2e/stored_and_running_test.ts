// Story: what is stored and what runs can differ, and no command mixes the two up: whoever asks is
// told how much is not applied, and a reason names the list that it is about.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { ConfigDocument, SiteRecord } from "../../mod/config/document/document.ts";
import { DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import type { ServiceStatus } from "../../mod/host/control/status.ts";
import { get } from "../support/http_client.ts";
import { freePort } from "../support/ports.ts";
import { Program } from "../support/program.ts";

/** Stores a document as this program does, so that it is in the history. */
async function withStored(
  program: Program,
  { ipListen = ["127.0.0.2"], settings = {}, sites }: Partial<ConfigDocument> & {
    readonly sites: readonly SiteRecord[];
  },
): Promise<void> {
  const file = `${program.home}/new.json`;
  const document = { ...DEFAULT_DOCUMENT, ipListen, settings, sites };
  await Deno.writeTextFile(file, JSON.stringify(document));
  await program.do(["config", "import", file]);
}

function site(id: number, binding: string, more: Partial<SiteRecord> = {}): SiteRecord {
  const base = { ...DEFAULT_DOCUMENT.sites[0]!, id, name: `site ${id}`, bindings: [binding] };
  return { ...base, content: { kind: "respond", text: `site ${id}` }, ...more };
}

/** Starts a service with one site on every included address. */
async function served(more: Partial<ConfigDocument> = {}): Promise<[Program, number]> {
  const program = await Program.make();
  const port = freePort();
  await withStored(program, { sites: [site(1, `:${port}:`)], ...more });
  await program.serve();
  return [program, port];
}

async function statusOf(program: Program): Promise<ServiceStatus> {
  return JSON.parse((await program.run("status --format json")).out) as ServiceStatus;
}

async function changesOf(program: Program): Promise<number | null | undefined> {
  return (await statusOf(program)).stored?.changes;
}

/** Changes the document as an editor does. */
async function editByHand(
  program: Program,
  edit: (document: ConfigDocument) => unknown,
): Promise<void> {
  const document = JSON.parse(await Deno.readTextFile(program.config)) as ConfigDocument;
  await Deno.writeTextFile(program.config, JSON.stringify(edit(document)));
}

/** Returns the number of the newest version. */
async function newestVersion(program: Program): Promise<number> {
  const { out } = await program.do("history --format json");
  const { history } = JSON.parse(out) as { history: readonly { readonly number: number }[] };
  return history.at(-1)!.number;
}

Deno.test("a list that is stored and not applied is reported until a reload", async () => {
  const [program, port] = await served();
  await using _ = program;
  const before = await statusOf(program);
  assertEquals(before.stored, {
    file: program.config,
    changes: 0,
    problem: null,
    hint: null,
  });
  assertEquals(before.AppliedRevision, await newestVersion(program));
  assert(before.appliedAt! >= before.startedAt!, "it was applied when it started");
  assertEquals((await program.do("query iplisten")).err, "");

  await program.do("set iplisten -i 127.0.0.3");
  await program.do("delete iplisten -i 127.0.0.2");
  const changed = await statusOf(program);
  assertEquals([changed.stored?.changes, [...changed.ipListen]], [2, ["127.0.0.2"]]);
  assertEquals([changed.AppliedRevision, changed.appliedAt], [
    before.AppliedRevision,
    before.appliedAt,
  ]);
  const { out: text } = await program.do("status");
  assertStringIncludes(text, "\nStored, not applied: 2 changes\nhint: httpcfg plan\n");
  assertStringIncludes(text, `  127.0.0.2:${port}  open: the stored list excludes it\n`);
  const query = await program.do("query iplisten");
  const note = "note: stored, not applied: 2 changes\nhint: httpcfg plan\n";
  assertEquals([query.out, query.err], ["IP :127.0.0.3\n", note]);
  assertEquals((await program.do("query iplisten --format csv")).err, "");
  const views = [
    "netsh http show iplisten",
    "netsh http show timeout",
    "query ssl",
    "query urlacl",
    "site list",
    "iisweb /query",
    "adsutil ENUM W3SVC/1",
  ];
  for (const line of views) assertEquals((await program.do(line)).err, note, line);

  const plan = await program.run("plan");
  const with2 = "with the stored configuration; 2 changes are not applied\nhint: httpcfg reload\n";
  assertStringIncludes(plan.err, `note: ${with2}`);
  const explained = await program.run(`explain 127.0.0.2:${port}`);
  assertEquals([explained.status, explained.err], [1, `note: ${with2}`]);
  assertEquals(
    explained.out,
    "Not served: 127.0.0.2 is not on the IP inclusion list as stored; the list in force includes it\n",
  );

  await program.do("reload --yes");
  const after = await statusOf(program);
  assertEquals([after.stored?.changes, [...after.ipListen]], [0, ["127.0.0.3"]]);
  assertEquals(after.AppliedRevision, await newestVersion(program));
  assert(after.appliedAt! > before.appliedAt!);
  assertEquals((await program.do("query iplisten")).err, "");
  assertEquals((await program.run("plan")).err, "1 keep\n");
});

Deno.test("a document that was edited by hand counts, and has no number once applied", async () => {
  const [program] = await served();
  await using _ = program;
  const { AppliedRevision: first } = await statusOf(program);
  await editByHand(program, (document) => ({
    ...document,
    ipListen: [...document.ipListen, "127.0.0.4"],
    metabase: { W3SVC: { MaxConnections: 7 } },
    urlAcl: [{ url: "http://+:80/a/", sddl: "D:(A;;GX;;;WD)" }],
  }));
  const { stored, AppliedRevision } = await statusOf(program);
  assertEquals([stored?.changes, AppliedRevision], [3, first]);
  await program.do("reload");
  const reloaded = await statusOf(program);
  assertEquals([reloaded.stored?.changes, reloaded.AppliedRevision], [0, null]);
  // The next command keeps the edited document as a version; it still was changed by other means.
  await program.do("set iplisten -i 127.0.0.5");
  const next = await statusOf(program);
  assertEquals([next.stored?.changes, next.AppliedRevision], [1, null]);
});

Deno.test("status answers with a document that cannot be used, and says why", async () => {
  const [program, port] = await served();
  await using _ = program;
  await editByHand(program, (document) => ({ ...document, ipListen: ["no address!"] }));
  const { out, status } = await program.run("status");
  assertEquals(status, 0);
  assertStringIncludes(out, "The stored document cannot be used: Cannot use ");
  assertStringIncludes(out, "ipListen[0]: ");
  assertStringIncludes(
    out,
    `Listening: 1 open\n  127.0.0.2:${port}  open\n\nIP inclusion list: 127.0.0.2\n`,
  );
  const { stored, sites, AppliedRevision } = await statusOf(program);
  assertEquals([stored?.changes, sites.length, typeof AppliedRevision], [null, 1, "number"]);
  assertMatch(`${stored?.problem}`, /^Cannot use /);

  await Deno.writeTextFile(program.config, "{");
  assertMatch(`${(await statusOf(program)).stored?.problem}`, /^Cannot read /);
  await program.do("net stop w3svc");
  const stopped = await program.run("status");
  assertEquals(stopped.status, 1);
  assertStringIncludes(stopped.out, "Sites: unknown\n");
  assertStringIncludes(stopped.out, "IP inclusion list: 127.0.0.2\n");

  // One without a file would be the built-in one; but HTTP holds another, which is nowhere stored.
  await Deno.remove(program.config);
  assertMatch(`${(await statusOf(program)).stored?.problem}`, /it was removed; what is in force/);
  await program.do("net stop http /y");
  assertEquals((await statusOf(program)).stored?.problem, null);
});

Deno.test("a setting counts, and netsh shows the timers in force", async () => {
  const [program] = await served();
  await using _ = program;
  const timeout = "timeouttype=idleconnectiontimeout value=33";
  await program.do(`netsh http add timeout ${timeout}`);
  assertEquals((await statusOf(program)).stored?.changes, 1);
  assertEquals({ ...(await statusOf(program)).settings }, {});
  const shown = async (): Promise<string> => {
    const { out } = await program.do("netsh http show servicestate");
    return /Idle connection timeout \(secs\): (\d+)/.exec(out)?.[1] ?? "";
  };
  assertEquals(await shown(), "120");
  await program.do("reload");
  assertEquals([await changesOf(program), await shown()], [0, "33"]);
});

Deno.test("a site that is started alone is applied, all else is still counted", async () => {
  const [port, other] = [freePort(), freePort()];
  const program = await Program.make();
  await using _ = program;
  const sites = [site(1, `:${port}:`), site(3, `:${port}:three.test`)];
  await withStored(program, { sites });
  await program.serve();
  await editByHand(program, (document) => ({
    ...document,
    settings: { MaxFieldCount: 99 },
    sites: [
      { ...document.sites[0]!, name: "renamed" },
      site(2, `:${other}:`, { autoStart: false }),
      document.sites[1],
    ],
  }));
  assertEquals(await changesOf(program), 3);
  await program.do("site start W3SVC/2");
  assertEquals((await get("127.0.0.2", other)).body, "site 2");
  const { stored, AppliedRevision, sites: shown } = await statusOf(program);
  assertEquals([stored?.changes, AppliedRevision], [2, null]);
  assertEquals(shown.map(({ id, name }) => [id, name]), [[1, "site 1"], [2, "site 2"], [
    3,
    "site 3",
  ]]);
  await program.do("reload");
  assertEquals(await changesOf(program), 0);
});

Deno.test("a refused site says that the stored list includes its address", async () => {
  const [program, port] = await served();
  await using _ = program;
  await program.do(["site", "add", "five", "--bind", `127.0.0.5:${port}:`, "--respond", "five"]);
  const refused = `it is bound to 127.0.0.5:${port}, but 127.0.0.5 is not on the IP inclusion list`;
  const plain = await program.run("site start five");
  const cure = "httpcfg set iplisten -i 127.0.0.5; httpcfg reload";
  assertStringIncludes(plain.err, `error: Cannot start "five": ${refused}\nhint: ${cure}\n`);
  assertEquals((await program.status()).sites[1]?.reason, refused);

  await program.do("set iplisten -i 127.0.0.5");
  const reason = `${refused} in force; the stored list includes it`;
  // The plan was made before the list changed; the reason is that of now.
  assertEquals((await program.status()).sites[1]?.reason, reason);
  const start = await program.run("site start five");
  assertEquals([start.status, start.err], [
    1,
    `error: Cannot start "five": ${reason}\nhint: httpcfg reload\n`,
  ]);
  const iisweb = await program.run("iisweb /start five");
  assertStringIncludes(iisweb.err, `${reason}\nhint: httpcfg reload\n`);
  const url = `http://127.0.0.5:${port}/app/`;
  const register = await program.run(["register", url, "--to", "http://127.0.0.1:9", "--keep"]);
  assertStringIncludes(register.err, reason);
  assertStringIncludes(register.err, `\nhint: httpcfg reload; httpcfg register ${url} --to `);

  await program.do("reload");
  assertEquals((await get("127.0.0.5", port)).body, "five");
  assertEquals((await program.status()).sites[1]?.reason, null);
});

Deno.test("net start w3svc says that HTTP has kept another list", async () => {
  const port = freePort();
  const program = await Program.make();
  await using _ = program;
  await withStored(program, { sites: [site(1, `127.0.0.5:${port}:`), site(2, `:${port}:`)] });
  await program.do("net start http");
  await program.do("set iplisten -i 127.0.0.5");
  const started = await program.run("net start w3svc");
  assertEquals(started.status, 2, "site 1 is down");
  assertStringIncludes(started.err, "list in force; the stored list includes it\n");
  assertStringIncludes(
    started.err,
    "note: stored, not applied: 1 change\nhint: httpcfg reload\n",
  );
  const events = (await program.do("events --format ndjson")).out;
  assertStringIncludes(events, "list in force; the stored list includes it");
  await program.do("net stop w3svc");
  await program.do("site remove W3SVC/2");
  const none = await program.run("net start w3svc");
  assertEquals(none.status, 2);
  assertStringIncludes(none.err, "the stored list includes it");
  assertStringIncludes(none.err, "hint: httpcfg reload; httpcfg net start w3svc\n");
  await program.do("reload");
  await program.do("net start w3svc");
  assertEquals((await get("127.0.0.5", port)).body, "site 1");
});

Deno.test("while W3SVC is stopped, the stored sites are listed as stopped", async () => {
  const [program, port] = await served();
  await using _ = program;
  const url = `http://*:${port}/app/`;
  await program.do(["register", url, "--to", "http://127.0.0.1:9", "--keep"]);
  await program.do("net stop w3svc");
  const states = async (): Promise<unknown> => {
    const { sites } = await statusOf(program);
    return sites.map(({ name, state, reason }) => [name, state, reason]);
  };
  assertEquals(await states(), [["site 1", "stopped", null]]);
  assertEquals((await program.run("iisweb /stop W3SVC/1")).status, 1, "W3SVC is not running");
  await program.do(["unregister", url]);
  assertEquals(await states(), [["site 1", "stopped", null]]);
  // No service holds the sites now: the next start of W3SVC reads what is stored.
  await program.do(["site", "add", "new", "--bind", `:${port}:new.test`, "--respond", "new"]);
  assertEquals(await changesOf(program), 0);
  assertEquals(await states(), [["site 1", "stopped", null], ["new", "stopped", null]]);
  const planned = await program.run("plan");
  assertStringIncludes(planned.err, "note: the Web service is stopped");
  await program.do("set iplisten -i 127.0.0.3"); // HTTP holds the list
  assertEquals(await changesOf(program), 1);
  await program.do("net stop httpfilter");
  await program.do("net stop http"); // IISADMIN keeps the process alive
  const alone = await statusOf(program);
  assertEquals([alone.pid === null, [...alone.ipListen]], [false, ["127.0.0.2", "127.0.0.3"]]);
  assertEquals([alone.stored?.changes, alone.appliedAt, alone.sites.length], [0, null, 2]);
});

Deno.test("a program can leave, and HTTP can stop, with a document that cannot be used", async () => {
  const [program, port] = await served();
  await using _ = program;
  for (const path of ["a", "b"]) {
    const url = `http://*:${port}/${path}/`;
    await program.do(["register", url, "--to", "http://127.0.0.1:9", "--keep"]);
  }
  await Deno.writeTextFile(program.config, "{");
  // It is registered no longer, but its record cannot be removed: that is no success.
  const left = await program.run(["unregister", `http://*:${port}/a/`]);
  assertEquals(left.status, 1);
  assertStringIncludes(left.err, "config.json");
  assertEquals((await statusOf(program)).registrations.length, 1);
  await program.do("net stop http /y");
});

Deno.test("rollback is a change like any other", async () => {
  const [program] = await served();
  await using _ = program;
  const first = await newestVersion(program);
  await program.do("set iplisten -i 127.0.0.3");
  await program.do("reload");
  await program.do(["rollback", `${first}`]);
  assertEquals(await changesOf(program), 1);
  assertEquals((await statusOf(program)).AppliedRevision, first + 1);
  await program.do(["rollback", `${first + 1}`]);
  assertEquals(await changesOf(program), 0);
});

Deno.test("with applyChanges live nothing stays unapplied, except what the guard holds back", async () => {
  const [program] = await served({ settings: { applyChanges: "live" } });
  await using _ = program;
  await program.do("set iplisten -i 127.0.0.4");
  await program.do("netsh http add timeout timeouttype=idleconnectiontimeout value=33");
  await program.do("site set W3SVC/1 --max-connections 5");
  const { stored, AppliedRevision } = await statusOf(program);
  assertEquals([stored?.changes, AppliedRevision], [0, await newestVersion(program)]);
  for (const ip of [2, 4]) await program.run(`delete iplisten -i 127.0.0.${ip}`);
  assertEquals(await changesOf(program), 1);
});

Deno.test("reload --confirm also reverts while HTTP runs alone", async () => {
  const program = await Program.make();
  await using _ = program;
  await withStored(program, { sites: [site(1, `:${freePort()}:`)] });
  await program.do("net start http");
  await program.do("set iplisten -i 127.0.0.3");
  const { err } = await program.do("reload --confirm 60s");
  assertMatch(err, /Reverts at .* unless confirmed/);
  assertEquals([...(await statusOf(program)).ipListen], ["127.0.0.2", "127.0.0.3"]);
  await program.do("net stop http");
  assertEquals((await program.do("query iplisten")).out, "IP :127.0.0.2\n");
});
