// Story: an administrator's script sets a machine up. It stops at the first error, reads answers with
// jq, has no terminal, and is run again and again: the second time it changes nothing.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { get } from "../../support/http_client.ts";
import { freePort } from "../../support/ports.ts";
import { Program, type Result } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";
import { ON_POSIX } from "../../support/platforms.ts";

/** Runs `text` as a file of `sh -eu`, without a terminal. */
async function script(program: Program, text: string): Promise<Result> {
  const file = `${program.home}/setup.sh`;
  await Deno.writeTextFile(file, text);
  return await program.shell(`sh -eu ${file} < /dev/null`);
}

function setup(port: number, securePort: number): string {
  return `
now() {
  answer=$(httpcfg "$@" --idempotent --format json)
  if test "$(echo "$answer" | jq .changed)" = true; then echo "$1 $2"; fi
}
now set iplisten -i 127.0.0.2 -i 127.0.0.3
now delete iplisten -i 127.0.0.9
now settings set ConnectionTimeout 60s
now settings reset MaxFieldCount
test "$(httpcfg settings get connectiontimeout)" = 60
now site remove 'Default Web Site'
now site add 'my shop' --bind :${port}: --bind-tls :${securePort}: --respond "it's up"
now site start 'my shop'
now set urlacl -u http://+:${port}/app/ -a 'D:(A;;GX;;;WD)'
now cert create --self-signed --name www.example.com
hash=$(httpcfg cert list --format json | jq -r '.certificates[0].hash')
now set ssl -i 0.0.0.0:${securePort} -h "$hash"
httpcfg config export > "$HTTPCFG_HOME/all.json"
now config import "$HTTPCFG_HOME/all.json"
now net start w3svc
now reload --wait --yes
test "$(httpcfg status --format json | jq '[.sites[] | select(.state != "started")] | length')" = 0
now unregister http://+:${port}/none/
`;
}

testWith(["jq"], "a script does the whole job, and changes nothing the second time", async () => {
  await using program = await Program.make();
  const [port, securePort] = [freePort(), freePort()];
  const text = setup(port, securePort);
  const first = await script(program, text);
  const done = ["set iplisten", "settings set", "site remove", "site add", "set urlacl"];
  assertEquals(first.status, 0, first.err);
  assertEquals(first.out.trim().split("\n"), [...done, "cert create", "set ssl", "net start"]);
  assertEquals((await get("127.0.0.2", port)).body, "it's up");
  const document = await Deno.readTextFile(program.config);
  const { mtime } = await Deno.stat(program.config);
  const history = (await program.do("history --format json")).out;

  const second = await script(program, text);
  assertEquals([second.status, second.out], [0, ""], second.err);
  assertStringIncludes(second.err, "note: unchanged\n");
  assertEquals(await Deno.readTextFile(program.config), document);
  assertEquals((await Deno.stat(program.config)).mtime, mtime);
  assertEquals((await program.do("history --format json")).out, history);
});

Deno.test(
  "site add --idempotent with other content names the commands that make it so",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    const add = (...words: string[]): Promise<Result> => {
      return program.run(["site", "add", "my shop", ...words, "--idempotent"]);
    };
    assertEquals((await add("--bind", ":8081:", "--respond", "a b")).status, 0);
    const cases: [words: string[], differs: RegExp][] = [
      [["--bind", ":8082:", "--respond", "it's"], /with other bindings, content\n/],
      [["--bind", ":8082:", "--respond", "it's", "--no-start"], /with other autoStart\n/],
      [["--bind", ":8083:", "--echo", "--max-body", "9"], /content, maxRequestEntityAllowed\n/],
      [["--bind", ":8083:", "--echo"], /with other maxRequestEntityAllowed\n/],
      [["--bind-tls", ":8083:", "--echo", "--no-start"], /bindings, secureBindings, autoStart\n/],
    ];
    for (const [words, differs] of cases) {
      const refused = await add(...words);
      assertEquals(refused.status, 1, words.join(" "));
      assertMatch(refused.err, differs);
      const hint = /^hint: (.*)$/m.exec(refused.err)?.[1] ?? "";
      const cured = await program.shell(`set -e; ${hint}`);
      assertEquals(cured.status, 0, `${hint}\n${cured.err}`);
      const again = await add(...words);
      assertEquals([again.status, again.err], [0, "note: unchanged\n"], hint);
    }
  },
);

Deno.test("net start and reload fail while a site is down, and say which", async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("set iplisten -i 127.0.0.2");
  await program.do(["site", "set", "W3SVC/1", "--bind", `127.0.0.2:${port}:`]);
  await program.do(["site", "add", "off", "--bind", `127.0.0.5:${port}:`, "--echo"]);
  const started = await program.run("net start w3svc");
  assertEquals(started.status, 2);
  assertMatch(started.out, /was started successfully\.\n\n$/);
  assertStringIncludes(started.err, 'Site "off" did not start: ');
  const again = await program.run("net start w3svc --idempotent --format json");
  assertEquals(again.status, 2);
  const answer = JSON.parse(again.out);
  assertEquals([answer.changed, answer.state, answer.sitesDown[0].name], [false, "running", "off"]);

  const reload = await program.run("reload --format json");
  assertEquals(reload.status, 1);
  assertEquals(JSON.parse(reload.out).sitesDown.map(({ name }: { name: string }) => name), ["off"]);
  await program.do("site stop off --idempotent"); // it is not running, but would start next time
  assertEquals((await program.run("reload")).status, 0);
  assertEquals((await program.run("net start w3svc --idempotent")).status, 0);

  // Without a certificate: a site whose other binding works.
  await program.do(["site", "set", "W3SVC/1", "--bind-tls", `127.0.0.2:${freePort()}:`]);
  const partial = await program.run("reload --format json");
  assertEquals([partial.status, JSON.parse(partial.out).sitesInPart.length], [0, 1]);
  assertStringIncludes(partial.err, 'Site "Default Web Site" runs in part: ');
});

Deno.test("a site that waits for its address is no failure, unless reload --wait waits", async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("set iplisten -i 127.0.0.2 -i 203.0.113.9");
  await program.do(["site", "set", "W3SVC/1", "--bind", `127.0.0.2:${port}:`]);
  await program.do(["site", "add", "vip", "--bind", `203.0.113.9:${port}:`, "--echo"]);
  const started = await program.run("net start w3svc");
  assertEquals(started.status, 0, started.err);
  assertStringIncludes(started.err, 'Site "vip" waits: ');
  const reload = await program.run("reload --format json");
  assertEquals(reload.status, 0);
  const { changed, pending, sitesDown, sitesWaiting } = JSON.parse(reload.out);
  assertEquals([changed, sitesDown], [false, []]);
  assertEquals([pending.length, pending[0].state, sitesWaiting[0].name], [1, "wait", "vip"]);
  for (const wait of ["--wait=0", "--wait 1s"]) {
    const waited = await program.run(`reload ${wait}`);
    assertEquals(waited.status, 1);
    assertStringIncludes(waited.err, `not complete after`);
    assertStringIncludes(waited.err, `203.0.113.9:${port}: `);
  }
});

Deno.test("reload --wait returns when a held port has become free", async () => {
  await using program = await Program.make();
  const [port, other] = [freePort(), freePort()];
  await program.do("set iplisten -i 127.0.0.2");
  await program.do(["site", "set", "W3SVC/1", "--bind", `:${port}:`]);
  await program.do(["site", "add", "held", "--bind", `:${other}:`, "--echo"]);
  const holder = Deno.listen({ hostname: "127.0.0.2", port: other });
  assertEquals((await program.run("net start w3svc")).status, 2);
  assertEquals((await program.run("reload")).status, 1);
  const waiting = program.spawn("reload --wait");
  await waitFor(async () => (await program.run("reload --wait=0")).status === 1, "it is held");
  assertEquals(waiting.hasEnded(), false);
  holder.close();
  assertEquals(await waiting.ended, 0, waiting.stderr());
  assertEquals((await program.run("reload --wait")).status, 0);
});

Deno.test("reload --wait counts the connections to closed sockets", async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("set iplisten -i 127.0.0.2 -i 127.0.0.3");
  await program.do(["site", "set", "W3SVC/1", "--bind", `:${port}:`]);
  await program.do(["site", "set", "W3SVC/1", "--echo"]);
  await program.do("net start w3svc");
  using slow = await Deno.connect({ hostname: "127.0.0.3", port });
  await slow.write(
    new TextEncoder().encode("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1"),
  );
  await waitFor(async () => {
    return JSON.parse((await program.run("status --format json")).out).connections === 1;
  }, "the request has begun");
  await program.do("delete iplisten -i 127.0.0.3");
  const late = await program.run("reload --yes --wait 1s");
  assertEquals(late.status, 1);
  assertStringIncludes(late.err, "connections are still open");
  await slow.write(new TextEncoder().encode("23456789"));
  assertEquals((await program.run("reload --wait")).status, 0);
});

Deno.test("a script is never asked, and hears what to type instead", ON_POSIX, async () => {
  await using program = await Program.make();
  const port = freePort();
  await program.do("set iplisten -i 127.0.0.2");
  await program.do(["site", "set", "W3SVC/1", "--bind", `:${port}:`]);
  await program.do("net start w3svc");
  await program.do("delete iplisten -i 127.0.0.2");
  const cases: [line: string, status: number, hint: string][] = [
    ["reload", 1, "reload --yes"],
    ["net stop http", 2, "httpcfg net stop http /y"],
    ["config edit", 1, "httpcfg config export > new.json; httpcfg config import new.json"],
  ];
  for (const [line, status, hint] of cases) {
    const ran = await program.shell(`cd "$HTTPCFG_HOME"; httpcfg ${line} < /dev/null`);
    assertEquals(ran.status, status, line);
    assertStringIncludes(ran.err, `hint: `);
    assertStringIncludes(ran.err, hint);
    const typed = line === "reload" ? "httpcfg reload --yes" : hint;
    if (line !== "net stop http") {
      assertEquals((await program.shell(`cd "$HTTPCFG_HOME"; ${typed} < /dev/null`)).status, 0);
    }
  }
  assertEquals((await program.shell("httpcfg net stop http /y < /dev/null")).status, 0);
});

Deno.test(
  "the history names the user without USER, and its lines can be typed again",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    const site = "--bind :8081: --respond 'it'\\''s up'";
    const added = await program.shell(
      `env -u USER -u SUDO_USER httpcfg site add 'my site' ${site}`,
    );
    assertEquals(added.status, 0, added.err);
    const { history } = JSON.parse((await program.do("history --format json")).out);
    const { user, command } = history.at(-1);
    assertEquals(user, (await program.shell("id -un")).out.trim());
    await program.do(["site", "remove", "my site"]);
    assertEquals((await program.shell(command)).status, 0, command);
  },
);
