/**
 * The values of the metabase in the running service, set with adsutil, applied with reload and seen
 * with curl, in the process of the service and in workers.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { talk } from "../../support/http_client.ts";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { waitFor } from "../../support/wait.ts";
import { ON_POSIX } from "../../support/platforms.ts";

/** A site of files on a port, with a folder and an application. */
async function withFiles(program: Program, port: number): Promise<void> {
  const { home } = program;
  await Deno.mkdir(`${home}/www/private/open`, { recursive: true });
  await Deno.mkdir(`${home}/www/empty`, { recursive: true });
  await Deno.mkdir(`${home}/docs`, { recursive: true });
  await Deno.writeTextFile(`${home}/www/index.html`, "index");
  await Deno.writeTextFile(`${home}/www/start.htm`, "start");
  await Deno.writeTextFile(`${home}/www/private/x.html`, "secret");
  await Deno.writeTextFile(`${home}/www/private/open/x.html`, "public");
  await Deno.writeTextFile(`${home}/docs/a.html`, "docs");
  await Deno.writeTextFile(`${home}/docs/data.foo`, "foo");
  await Deno.writeTextFile(`${home}/404.html`, "our own 404");
  await program.do("site remove W3SVC/1");
  await program.do(
    [
      "site",
      "add",
      "files",
      "--bind",
      `:${port}:`,
      "--root",
      `${home}/www`,
      "--map",
      `/docs/=${home}/docs`,
    ],
  );
}

async function curl(program: Program, words: string): Promise<string> {
  return (await program.shell(`curl -s -i --path-as-is --max-time 20 ${words}`)).out;
}

Deno.test(
  "values of paths act: access, redirects, documents, fields, types, pages",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    const port = freePort();
    await withFiles(program, port);
    await program.serve();
    const at = `http://127.0.0.1:${port}`;
    const get = (path: string): Promise<string> => curl(program, `'${at}${path}'`);
    const set = async (...lines: (readonly string[])[]): Promise<void> => {
      for (const line of lines) await program.do(["adsutil", ...line]);
      await program.do("reload");
    };
    const root = "w3svc/1/root";

    await set(
      ["create", `${root}/private`, "IIsWebDirectory"],
      ["create", `${root}/private/open`, "IIsWebDirectory"],
      ["set", `${root}/private/AccessRead`, "False"],
      ["set", `${root}/private/open/AccessRead`, "True"],
    );
    for (
      const path of [
        "/private/x.html",
        "/PRIVATE/x.html",
        "//private/x.html",
        "/a/../private/x.html",
        "/%70rivate/x.html",
      ]
    ) {
      assertMatch(await get(path), /^HTTP\/1\.1 403 /, path);
    }
    assertMatch(await get("/private/open/x.html"), /\r\n\r\npublic$/);
    await waitFor(async () => (await logOf(program)).includes(" 403 2 0"), "403.2 in the log");

    await set(["set", `${root}/DefaultDoc`, "none.htm,start.htm"]);
    assertMatch(await get("/"), /\r\n\r\nstart$/);
    await set(["set", `${root}/EnableDefaultDoc`, "False"]);
    assertMatch(await get("/"), /^HTTP\/1\.1 403 /);
    await set(["set", `${root}/EnableDirBrowsing`, "True"]);
    assertStringIncludes(await get("/"), "start.htm");
    assertMatch(await get("/docs/"), /^HTTP\/1\.1 403 /);

    await set(
      ["set", "w3svc/1/HttpCustomHeaders", "X-Site: 1"],
      ["set", `${root}/docs/HttpCustomHeaders`, "X-Docs: 1"],
      ["set", `${root}/docs/HttpExpires`, "D, 0x3C"],
      ["set", `${root}/docs/MimeMap`, ".foo,text/x-foo"],
      ["set", `${root}/HttpErrors`, `404,*,FILE,${program.home}/404.html`],
    );
    assertStringIncludes(await get("/start.htm"), "X-Site: 1\r\n");
    const docs = await get("/docs/data.foo");
    assertStringIncludes(docs, "X-Docs: 1\r\n");
    assertStringIncludes(docs, "Cache-Control: max-age=60\r\n");
    assertStringIncludes(docs, "Content-Type: text/x-foo\r\n");
    assert(!docs.includes("X-Site"), docs);
    assertMatch(await get("/nothing.html"), /^HTTP\/1\.1 404 [\s\S]*\r\n\r\nour own 404$/);

    await set(
      ["set", `${root}/docs/HttpRedirect`, "http://new.test$S$Q, EXACT_DESTINATION, PERMANENT"],
      ["set", `${root}/private/HttpRedirect`, "/start.htm, EXACT_DESTINATION, TEMPORARY"],
    );
    const moved = await get("/docs/a%20b?x=1");
    assertMatch(moved, /^HTTP\/1\.1 301 /);
    assertStringIncludes(moved, "Location: http://new.test/a%20b?x=1\r\n");
    assertMatch(await get("/private/x.html"), /^HTTP\/1\.1 307 [\s\S]*Location: \/start\.htm\r\n/);
    assertMatch(await get("/start.htm"), /\r\n\r\nstart$/);

    await set(["set", `${root}/AuthAnonymous`, "False"]);
    assertMatch(await get("/start.htm"), /^HTTP\/1\.1 403 /);
    await set(["delete", `${root}/AuthFlags`]);
    assertMatch(await get("/start.htm"), /\r\n\r\nstart$/);
  },
);

/** All lines of the log of site 1. */
async function logOf(program: Program): Promise<string> {
  const folder = `${program.home}/log/W3SVC1`;
  const names = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  const texts = names.map(({ name }) => Deno.readTextFile(`${folder}/${name}`));
  return (await Promise.all(texts)).join("");
}

for (const workers of [1, 2]) {
  Deno.test({
    name: `values of connections and logs act, with ${workers} workers`,
    ignore: workers > 1 && Deno.build.os !== "linux",
    fn: () => connectionsAndLogs(workers),
  });
}

async function connectionsAndLogs(workers: number): Promise<void> {
  await using program = await Program.make();
  const port = freePort();
  await withFiles(program, port);
  await program.do(`settings set Workers ${workers}`);
  await program.do("adsutil set w3svc/1/AllowKeepAlive False");
  await program.serve();
  const at = `http://127.0.0.1:${port}`;
  assertStringIncludes(await curl(program, `'${at}/start.htm'`), "Connection: close\r\n");

  await program.do("adsutil set w3svc/1/AllowKeepAlive True");
  await program.do("adsutil set w3svc/1/ConnectionTimeout 1");
  await program.do("adsutil set w3svc/1/LogExtFileFlags 0x580");
  await program.do("reload");
  const kept = await curl(program, `'${at}/start.htm'`);
  assert(!kept.includes("Connection: close"), kept);
  // Ends after a second, where the service would wait for two minutes: `talk` reads to the end.
  const text = await talk("127.0.0.1", port, "GET /start.htm HTTP/1.1\r\nHost: a\r\n\r\n");
  assertMatch(text, /\r\n\r\nstart$/);
  await waitFor(async () => (await httpErr(program)).includes("Timer_ConnectionIdle"), "the timer");
  await waitFor(async () => {
    return /#Fields: cs-method cs-uri-stem sc-status \n(?:#.*\n)*GET \/start\.htm 200\n/
      .test(await logOf(program));
  }, "lines with the fields of the site");

  await program.do("adsutil set w3svc/1/LogType 0");
  await program.do("adsutil set w3svc/1/ConnectionTimeout 60");
  await program.do("reload");
  const before = await logOf(program);
  await curl(program, `'${at}/?unlogged'`);
  await program.do("adsutil set w3svc/1/LogType 1");
  await program.do("reload");
  await curl(program, `'${at}/index.html'`);
  await waitFor(
    async () => (await logOf(program)).includes("GET /index.html 200\n"),
    "a line again",
  );
  assert(!(await logOf(program)).slice(before.length).includes("GET / "));

  await program.do("adsutil set w3svc/1/root/docs/DontLog True");
  await program.do("adsutil set w3svc/MaxConnections 1");
  await program.do("reload");
  await curl(program, `'${at}/docs/a.html'`);
  await curl(program, `'${at}/start.htm?last'`);
  await waitFor(
    async () => (await logOf(program)).trimEnd().endsWith("GET /start.htm 200"),
    "last",
  );
  assertEquals((await logOf(program)).includes("/docs/a.html"), false);
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode("GET /start.htm HTTP/1.1\r\nHost: a\r\n\r\n"));
  await conn.read(new Uint8Array(1000));
  assertMatch(await curl(program, `'${at}/start.htm'`), /^HTTP\/1\.1 503 /);
  conn.close();
}

async function httpErr(program: Program): Promise<string> {
  return await Deno.readTextFile(`${program.home}/log/HTTPERR/httperr1.log`).catch(() => "");
}
