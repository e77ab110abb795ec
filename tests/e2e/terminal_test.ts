// Story: a person at a terminal is asked before dependent services stop, can end `serve` with Ctrl-C,
// sees how far a long command is, and sees color and lines that fit; a pipe, NO_COLOR and --color
// never have none.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { get, isRefused } from "../support/http_client.ts";
import { freePort } from "../support/ports.ts";
import { Program, type Result } from "../support/program.ts";
import { screenOf } from "../support/terminal/screen.ts";
import { testInNamespace } from "../support/spaces/net_namespace.ts";
import { SpaceService } from "../support/spaces/space_service.ts";
import { testWith } from "../support/tools.ts";

const ADDRESS = "127.0.0.2";

async function withSite(): Promise<{ program: Program; port: number }> {
  const program = await Program.make();
  const port = freePort();
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "one", "--bind", `${ADDRESS}:${port}:`, "--respond", "here"]);
  return { program, port };
}

/** Returns an expect script that gives up after a minute and exits with the status of its child. */
function expect(...lines: string[]): string {
  const script = [
    "set timeout 60",
    "set stty_init {rows 24 columns 80}",
    "proc late {} { puts LATE; exit 99 }",
    ...lines,
    "expect timeout late eof {}",
    "lassign [wait] pid spawn os value",
    "exit $value",
  ];
  return `expect <<'EXPECT'\n${script.join("\n")}\nEXPECT\n`;
}

testWith(["expect"], "net stop http asks, and follows the answer", async () => {
  const { program, port } = await withSite();
  await using _program = program;
  await program.do("net start w3svc");
  const stop = (answer: string): string => {
    return expect(
      "spawn httpcfg net stop http",
      'expect timeout late eof late -ex "Do you want to continue this operation? (Y/N) \\[N\\]: " {}',
      `send "${answer}\\r"`,
    );
  };
  for (const answer of ["", "n"]) {
    assertEquals((await program.shell(stop(answer))).status, 2, answer);
    assertEquals((await get(ADDRESS, port)).body, "here");
  }
  const { status, out } = await program.shell(stop("y"));
  assertEquals(status, 0, out);
  assertMatch(out, /The HTTP service was stopped successfully\./);
  assert(await isRefused(ADDRESS, port));
});

testWith(["expect"], "serve on a terminal prints where it listens and ends on Ctrl-C", async () => {
  const { program, port } = await withSite();
  await using _program = program;
  const { status, out } = await program.shell(expect(
    "spawn httpcfg serve",
    `expect timeout late eof late -re "Listening on http://\\[^ \\]+:${port}/" {}`,
    'send "\\003"',
  ));
  assertEquals(status, 0, out);
  assert(await isRefused(ADDRESS, port));
  assertEquals(program.servicePid(), null);
});

const REASON = "it is bound to 127.0.0.9:80, but 127.0.0.9 is not on the IP inclusion list";

testWith(
  ["expect"],
  "a terminal has color and lines that fit; what is no terminal has neither",
  async () => {
    const { program, port } = await withSite();
    await using _program = program;
    await program.do("set iplisten -i 127.0.0.2");
    await program.do(["site", "add", "far-away-and-long", "--bind", "127.0.0.9:80:", "--echo"]);
    await program.serve();
    /** Returns what a terminal of 80 columns shows of `httpcfg ARGS`, with `env` before it. */
    const onTerminal = async (args: string, env = "LANG=C.UTF-8"): Promise<string> => {
      const spawn =
        `spawn -noecho env -u NO_COLOR -u FORCE_COLOR -u LC_ALL -u LC_CTYPE -u COLUMNS ` +
        `TERM=xterm ${env} httpcfg ${args}`;
      const { out } = await program.shell(expect('set stty_init "columns 80 rows 24"', spawn));
      // The runtime clears its line of progress, which the built program does not have; that of the
      // program, which a slow machine shows, is overwritten.
      // deno-lint-ignore no-control-regex
      const [clears, overwritten] = [/\u{1b}\[(?:0G|2K|J)/gu, /[^\n]*\r(?:\u{1b}\[K)?/gu];
      return out.replaceAll("\r\n", "\n").replaceAll(clears, "").replaceAll(overwritten, "");
    };
    const hasColor = (text: string): boolean => text.includes("\x1b");

    for (
      const line of ["status", "plan", "site list", "history", "explain 127.0.0.9:80", "nonsense"]
    ) {
      const text = await onTerminal(line);
      assert(hasColor(text), text);
      for (const shown of withoutColor(text).split("\n")) {
        assert(shown.length <= 80 || shown.startsWith("hint: "), `${line}: ${shown}`);
      }
    }
    assertMatch(
      await onTerminal("nonsense"),
      new RegExp("\x1b\\[1;31merror:\x1b\\[m .*\n\x1b\\[36mhint:\x1b\\[m "),
    );
    assertMatch(
      withoutColor(await onTerminal("status")),
      new RegExp(`open +127.0.0.2 +http ${port}`),
    );

    for (const [args, env] of [["status", "NO_COLOR=1"], ["status", "TERM=dumb"]] as const) {
      assert(!hasColor(await onTerminal(args, env)), env);
    }
    assert(!hasColor(await onTerminal("--color never status")));
    assert(!hasColor(await onTerminal("status --no-color")));
    assert(hasColor(await onTerminal("--color always status", "NO_COLOR=1")));
    assert(!hasColor(await onTerminal("status --format json")));

    const options = { env: { NO_COLOR: "", TERM: "xterm", COLUMNS: "40" } };
    const piped = await program.run("status", options);
    assert(!hasColor(piped.out + piped.err), piped.out);
    assert(piped.out.includes(` ${REASON}\n`), piped.out);
    assert(hasColor((await program.run("status --color always", options)).out));
    const forced = { env: { ...options.env, FORCE_COLOR: "1" } };
    assert(hasColor((await program.run("status", forced)).out));
    assert(!hasColor((await program.run("status --format csv", forced)).out));
  },
);

testWith(["expect"], "under LANG=C our own signs are ASCII", async () => {
  await using program = await Program.make();
  const line = ["site", "show", "x".repeat(200)];
  const notes = async (LANG: string): Promise<string> => {
    return (await program.run(line, { env: { LANG, LC_ALL: "" } })).err;
  };
  assert((await notes("C.UTF-8")).includes("xxx…"));
  for (const locale of ["C", "POSIX", "en_US.ISO-8859-1"]) {
    const text = await notes(locale);
    assert(text.includes("xxx..."), text);
    assertMatch(text, /^[\x20-\x7e\n]*$/);
    assertMatch(
      (await program.run("help", { env: { LANG: locale, LC_ALL: "" } })).out,
      /^[\x20-\x7e\n]*$/,
    );
  }
});

function withoutColor(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}
/** What expect is told for `seen` on the terminal; then it runs `then` in a shell. */
function seeThen(seen: string, then: string): string {
  return `expect timeout late eof late -re {${seen}} { exec sh -c {${then}} }`;
}

/** Returns what is on the terminal at the end of a run of expect. */
async function lastScreen(out: string): Promise<string[]> {
  return (await screenOf(out)).filter((line) => !line.startsWith("spawn "));
}

testWith(["expect"], "a long command says on a terminal how far it is", async () => {
  await using program = await Program.make();
  const { out: document } = await program.do("config export");
  const [file, go] = [`${program.home}/new.json`, `${program.home}/go`];
  await Deno.writeTextFile(file, document);
  const line = `(until test -e ${go}; do sleep 0.05; done; cat ${file}) | httpcfg config import -`;
  for (const term of ["xterm", "dumb"]) {
    const script = expect(
      `spawn sh -c {${line}}`,
      seeThen("checking the document", `touch ${go}`),
    );
    const { status, out } = await program.shell(script, { env: { TERM: term } });
    assertEquals(status, 0, out);
    assertEquals(await lastScreen(out), ["note: unchanged"], out);
    // `deno run`, without a build, has escape sequences of its own.
    assertEquals(out.includes("document\x1b[K"), term !== "dumb", out);
    await Deno.remove(go);
  }
});

testWith(["expect"], "nothing is said where stderr is no terminal", async () => {
  await using program = await Program.make();
  const { out: document } = await program.do("config export");
  const [file, notes] = [`${program.home}/new.json`, `${program.home}/notes`];
  await Deno.writeTextFile(file, document);
  // Longer than the second after which it would be said.
  const line = `(sleep 1.5; cat ${file}) | httpcfg config import - 2> ${notes}`;
  const { status, out } = await program.shell(expect(`spawn sh -c {${line}}`));
  assertEquals([status, await lastScreen(out)], [0, []], out);
  assertEquals(await Deno.readTextFile(notes), "note: unchanged\n");
});

testWith(["expect"], "reload and verify say what they wait for", async () => {
  const { program, port } = await withSite();
  await using _program = program;
  const { pid } = await program.serve();
  const stopped = (line: string, ...then: string[]): Promise<Result> => {
    Deno.kill(pid, "SIGSTOP");
    const script = expect(`spawn httpcfg ${line}`, ...then);
    return program.shell(script, { env: { TERM: "xterm" } });
  };
  const seen = seeThen("asking the service", `kill -CONT ${pid}`);
  const reload = await stopped("reload", seen);
  assertEquals(reload.status, 0, reload.out);
  assertEquals(await lastScreen(reload.out), ["note: unchanged"], reload.out);
  const verify = await stopped("verify", seen);
  assertEquals(verify.status, 0, verify.out);
  assertEquals((await lastScreen(verify.out)).length, 1, verify.out);
  assert(!(await isRefused(ADDRESS, port)));
});

testInNamespace("verify of thousands counts them, and leaves the result", async (space) => {
  await using service = await SpaceService.start(space, {
    sites: [[8080, 8081, 8082, 8083, 8084, 8085].map((port) => `:${port}:`)],
  });
  const batch = Array.from({ length: 4000 }, (_, i) => {
    return `addr add 10.1.${i >> 8}.${i & 255}/32 dev lo\n`;
  });
  const file = `${service.program.home}/batch`;
  await Deno.writeTextFile(file, batch.join(""));
  await space.ip(`-batch ${file}`);
  const script = expect(
    `spawn ip netns exec ${space.name} httpcfg verify`,
    "expect timeout late eof late -re {verifying [0-9,]+ of 24,[0-9]+ addresses} {}",
  );
  const { status, out } = await service.program.shell(script, { env: { TERM: "xterm" } });
  assertEquals(status, 0, out.slice(-500));
  const screen = await lastScreen(out);
  assertEquals(screen.length, 1, screen.join("\n"));
  assertMatch(screen[0]!, /^24[0-9]+ checks: all as expected$/);
});
