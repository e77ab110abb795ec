/**
 * Who may use a site, and how much: addresses, rates, connections and passwords, with curl from
 * several addresses of this machine, with one process that serves and with two.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { hashSync } from "bcryptjs";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { rawConnect } from "../../support/raw_client.ts";
import { waitFor } from "../../support/wait.ts";
import { ON_POSIX } from "../../support/platforms.ts";

interface Site extends AsyncDisposable {
  readonly program: Program;
  readonly port: number;
  /** Returns the statuses of `count` requests of curl, one after the other. */
  statuses(words: string, count?: number): Promise<string[]>;
  /** Returns the head and body of a response. */
  curl(words: string): Promise<string>;
}

async function startSite(flags: readonly string[], workers = 1): Promise<Site> {
  const program = await Program.make();
  const port = freePort();
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "s", "--bind", `:${port}:`, ...flags]);
  if (workers > 1) await program.do(`settings set Workers ${workers}`);
  await program.serve();
  const curl = async (words: string): Promise<string> => {
    return (await program.shell(`curl -s -i --max-time 20 ${words}`)).out;
  };
  return {
    program,
    port,
    curl,
    async statuses(words, count = 1): Promise<string[]> {
      const line = `for i in $(seq ${count}); do
        curl -s -o /dev/null -w '%{http_code}\\n' --max-time 20 ${words}; done`;
      return (await program.shell(line)).out.trim().split("\n");
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

// Goal: an address decides, the most specific block first, also over IPv6 and after a reload.
Deno.test("a client that is denied gets 403.6 until it is allowed", ON_POSIX, async () => {
  await using site = await startSite([
    "--respond",
    "hello",
    ...["--allow", "127.0.0.0/8", "--deny", "127.0.0.8/29", "--allow", "127.0.0.9"],
  ]);
  const { program, port } = site;
  const at = (client: string): Promise<string[]> => {
    return site.statuses(`--interface ${client} http://127.0.0.1:${port}/`);
  };
  assertEquals(await at("127.0.0.2"), ["200"]);
  assertEquals(await at("127.0.0.8"), ["403"]);
  assertEquals(await at("127.0.0.9"), ["200"]);
  assertEquals(await site.statuses(`http://[::1]:${port}/`), ["403"], "in no block");
  const page = await site.curl(`--interface 127.0.0.8 http://127.0.0.1:${port}/ -d x=1`);
  assertStringIncludes(page, "Access from your network address is denied.");
  const lines = await logged(program, / 403 /, 3);
  assertMatch(lines[0]!, / - 127\.0\.0\.8 \S+ 403 6 0/);
  await program.do("site set s --allow none --deny 127.0.0.2");
  await program.do("reload");
  assertEquals(await at("127.0.0.8"), ["200"]);
  assertEquals(await at("127.0.0.2"), ["403"]);
  assertEquals(await site.statuses(`http://[::1]:${port}/`), ["200"]);
  const denied = await program.do(`explain 127.0.0.1:${port} --client 127.0.0.2`);
  assertStringIncludes(denied.out, "Access: 127.0.0.2 is denied with 403\n");
  await program.do("verify");
  await program.do("health");
});

// Goal: a rate holds for each client alone, and says when to come again.
Deno.test(
  "a client over its rate gets 429 with Retry-After, and another none",
  ON_POSIX,
  async () => {
    await using site = await startSite(["--respond", "hello", "--rate", "4/h"]);
    const url = `http://127.0.0.1:${site.port}/`;
    const statuses = await site.statuses(url, 6);
    assertEquals(statuses, ["200", "200", "200", "200", "429", "429"]);
    const response = await site.curl(url);
    const [, seconds = "0"] = /^Retry-After: ([0-9]+)\r$/m.exec(response) ?? [];
    assert(Number(seconds) > 800 && Number(seconds) <= 900, response);
    assertEquals(await site.statuses(`--interface 127.0.0.3 ${url}`), ["200"]);
    assertEquals(await site.statuses(`http://[::1]:${site.port}/`), ["200"]);
    await site.program.do("site set s --header 'X-A:b'".split(" "));
    await site.program.do("reload");
    assertEquals(await site.statuses(url), ["429"], "a reload refills no bucket");
  },
);

// Goal: a client has so many connections, whichever process has accepted them.
for (const workers of [1, 2]) {
  Deno.test(
    `a client over its connections gets 503, with ${workers} processes`,
    ON_POSIX,
    async () => {
      await using site = await startSite(
        ["--respond", "hello", "--client-connections", "3"],
        workers,
      );
      const { port } = site;
      const clients = await Promise.all(
        Array.from({ length: 6 }, () => rawConnect({ hostname: "127.0.0.1", port })),
      );
      const responses: string[] = [];
      for (const client of clients) {
        await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await waitFor(() => /\r\n\r\n[^]/.test(client.received), "a response");
        responses.push(client.received);
      }
      const statuses = responses.map((text) => text.slice(9, 12)).sort();
      assertEquals(statuses, ["200", "200", "200", "503", "503", "503"]);
      assertMatch(
        responses.find((text) => text.startsWith("HTTP/1.1 503"))!,
        /\r\nRetry-After: 5\r/,
      );
      const other = `--interface 127.0.0.3 http://127.0.0.1:${port}/`;
      assertEquals(await site.statuses(other), ["200"], "another client");
      for (const client of clients) client.close();
      const again = `http://127.0.0.1:${port}/`;
      await waitFor(async () => (await site.statuses(again))[0] === "200", "places come back");
    },
  );
}

// Goal: only the users of the file get in, as soon as it changes; the log names them.
Deno.test(
  "passwords: 401 without and with wrong ones, and the file is followed",
  ON_POSIX,
  async () => {
    const folder = await Deno.makeTempDir();
    const file = `${folder}/users`;
    await Deno.writeTextFile(file, `bob:${hashSync("secret", 4)}\n`, { mode: 0o600 });
    await using site = await startSite(["--respond", "hello", "--auth", file, "--realm", "Club"]);
    const url = `http://127.0.0.1:${site.port}/`;
    const asked = await site.curl(url);
    assertStringIncludes(asked, "HTTP/1.1 401 Unauthorized\r\n");
    assertStringIncludes(asked, 'WWW-Authenticate: Basic realm="Club", charset="UTF-8"\r\n');
    assertEquals(await site.statuses(`--user bob:secret ${url}`, 2), ["200", "200"]);
    assertEquals(await site.statuses(`--user bob:wrong ${url}`), ["401"]);
    assertEquals(await site.statuses(`--user eve:secret ${url}`), ["401"]);
    const head = await site.curl(`-I --user bob:secret ${url}`);
    assertMatch(head, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
    const ours = await logged(site.program, / W3SVC/, 6);
    const fields = ours.map((line) => line.split(" ")).map((f) => [f[8], f[11], f[12]].join(" "));
    assertEquals(fields.slice(0, 5), ["- 401 2", "bob 200 0", "bob 200 0", "- 401 1", "- 401 1"]);
    await Deno.writeTextFile(file, `eve:${hashSync("secret", 4)}\n`);
    await waitFor(async () => {
      return (await site.statuses(`--user eve:secret ${url}`))[0] === "200";
    }, "the new user");
    assertEquals(await site.statuses(`--user bob:secret ${url}`), ["401"], "remembered no more");
    await Deno.remove(file);
    await waitFor(async () => {
      return (await site.statuses(`--user eve:secret ${url}`))[0] === "503";
    }, "the loss of the file");
    await Deno.remove(folder, { recursive: true });
  },
);

// Goal: what cannot work is refused when it is set.
Deno.test("site set refuses passwords that nobody can use, and rules that contradict", async () => {
  await using program = await Program.make();
  await program.do("site add s --bind :8081: --respond hello");
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/md5`, "bob:$apr1$abc$0123456789012345678901\n");
  await Deno.writeTextFile(`${folder}/none`, "# nobody\n");
  const lines: readonly (readonly [string, string])[] = [
    [`--auth ${folder}/md5`, "line 1: an MD5 hash, where only bcrypt is accepted"],
    [`--auth ${folder}/none`, "it has no user"],
    [`--auth ${folder}/missing`, "no such file or directory"],
    ["--realm Club", 'Cannot use "--realm" without a password file'],
    ["--burst 5", 'Cannot use "--burst" without a rate'],
    ["--rate fast", "must be 1 to 1000000 requests"],
    ["--allow 10.0.0.1 --deny 10.0.0.1", 'Cannot allow and deny "10.0.0.1"'],
    ["--header Date:x", "the server itself sets this field"],
    ["--fallback /index.html", "only a site of files (root) has one"],
  ];
  for (const [flags, reason] of lines) {
    const { status, err } = await program.run(`site set s ${flags}`);
    assertStringIncludes(err, reason, flags);
    assert(status !== 0, flags);
  }
  assertEquals(
    JSON.parse((await program.do("site show s --format json")).out).site.access,
    undefined,
  );
  await Deno.remove(folder, { recursive: true });
});

async function logged(program: Program, pattern: RegExp, count: number): Promise<string[]> {
  let lines: string[] = [];
  await waitFor(async () => {
    const { out } = await program.shell("cat $HTTPCFG_HOME/log/W3SVC*/*.log | grep -v '^#'");
    lines = out.split("\n").filter((line) => pattern.test(line));
    return lines.length >= count;
  }, `${count} lines of ${pattern}`);
  return lines;
}
