// Story: an administrator keeps a list of thousands of entries, in files and in loops, and can go
// back.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { CALL, kill, Program } from "../../support/program.ts";
import { ON_POSIX } from "../../support/platforms.ts";

const SET_0 = "HttpSetServiceConfiguration completed with 0\n";
const SET_183 = "HttpSetServiceConfiguration completed with 183\n";
const MANY = 10_000;

function entryOf(i: number): string {
  return `10.0.${i >> 8}.${i & 255}`;
}

function entries(count: number): string[] {
  return Array.from({ length: count }, (_, i) => entryOf(i));
}

async function stored(program: Program): Promise<readonly string[]> {
  return (JSON.parse(await Deno.readTextFile(program.config)) as ConfigDocument).ipListen;
}

/** Returns the numbers of the versions in the history. */
async function versions(program: Program): Promise<number[]> {
  const { out } = await program.do("history --format ndjson");
  return out.trim().split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line).number);
}

Deno.test("many entries in one call are one change, each with its answer", async () => {
  await using program = await Program.make();
  const added = await program.run("set iplisten -i 127.0.0.2 -i ::1 -i 1.2.3 -i ::0:1 -i eth9");
  assertEquals(added.status, 1, "that of 1.2.3, the first that failed");
  assertEquals(
    added.out,
    `${SET_0}${SET_0}1.2.3 is not a valid IP address.\n${SET_183}` +
      "eth9 is not a valid IP address.\n",
  );
  assertStringIncludes(
    added.err,
    'error: Cannot add "1.2.3": an IPv4 address has four parts\nhint: ',
  );
  assertStringIncludes(added.err, "note: added 2 of 5 entries\n");
  assertEquals([...await stored(program)].sort(), ["127.0.0.2", "::1"]);
  assertEquals(await versions(program), [1, 2]);
  const removed = await program.do("delete iplisten -i ::1 -i 127.0.0.2");
  assertEquals(removed.out, "HttpDeleteServiceConfiguration completed with 0\n".repeat(2));
  assertEquals(await stored(program), []);
});

Deno.test(
  "files that editors and shells make are read: a byte order mark, /dev/stdin",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    const document = await program.do("config export");
    await Deno.writeTextFile(program.config, `\uFEFF${document.out}`);
    const piped = await program.shell(
      "printf '127.0.0.2\\n' | httpcfg set iplisten --from /dev/stdin",
    );
    assertEquals([piped.status, piped.out], [0, SET_0]);
    assertEquals(await stored(program), ["127.0.0.2"]);
  },
);

Deno.test("entries come from a file and from stdin, with any line ends", ON_POSIX, async () => {
  await using program = await Program.make();
  const file = `${program.home}/list.txt`;
  await Deno.writeTextFile(file, "\uFEFF# web\r\n\r\n 127.0.0.2 \r\n10.0.0.0/8\r\nbad!\r\n::1");
  const added = await program.run(["set", "iplisten", "--from", file]);
  assertEquals(added.status, 1);
  assertStringIncludes(added.err, `error: Cannot add "bad!", line 5 of "${file}": `);
  assertEquals([...await stored(program)].sort(), ["10.0.0.0/8", "127.0.0.2", "::1"]);
  const piped = await program.shell("printf '::2\\n::1\\nx y\\n' | httpcfg set iplisten --from -");
  assertEquals(piped.status, 183, "::1 is on the list, the first that failed");
  assertStringIncludes(piped.err, 'error: Cannot add "::1", line 2 of stdin: already on the list');
  assertStringIncludes(piped.err, 'error: Cannot add "x y", line 3 of stdin: ');
  const queried = await program.shell("httpcfg query iplisten | sed 's/^IP ://' | sort");
  assertEquals(queried.out, "10.0.0.0/8\n127.0.0.2\n::1\n::2\n");
  const script = "httpcfg query iplisten | sed 's/^IP ://' | httpcfg delete iplisten --from -";
  assertEquals((await program.shell(script)).status, 0);
  assertEquals(await stored(program), []);
});

Deno.test("what is no file with entries is refused, and nothing is stored", ON_POSIX, async () => {
  await using program = await Program.make();
  await program.shell(`mkfifo "$HTTPCFG_HOME/pipe"; mkdir "$HTTPCFG_HOME/folder"`);
  await Deno.writeTextFile(`${program.home}/empty`, "# nothing\n\n");
  const cases: [from: string, reason: string][] = [
    ["none", "no such file or directory"],
    ["folder", "is a directory"],
    ["pipe", "not a regular file"],
    ["empty", "it has no entry"],
  ];
  for (const [name, reason] of cases) {
    const path = `${program.home}/${name}`;
    const { status, out, err } = await program.run([
      "set",
      "iplisten",
      "-i",
      "::1",
      "--from",
      path,
    ]);
    assertEquals([status, out], [1, ""], name);
    assertStringIncludes(err, reason);
    assertStringIncludes(err, "\nhint: ");
  }
  const empty = await program.run("set iplisten --from -"); // stdin is empty
  assertEquals([empty.status, empty.out], [1, ""]);
  assertStringIncludes(empty.err, "it has no entry");
  const script = await program.run(["netsh", "-f", `${program.home}/pipe`]);
  assertStringIncludes(script.err, "not a regular file");
  assertEquals(
    [...Deno.readDirSync(program.home)].some(({ name }) => name === "config.json"),
    false,
  );
});

Deno.test("10,000 entries in one call: one version, shown, undone and done again", async () => {
  await using program = await Program.make();
  await program.do("set iplisten -i 192.0.2.1");
  const file = `${program.home}/list.txt`;
  await Deno.writeTextFile(file, entries(MANY).join("\n"));
  const { out } = await program.do(["set", "iplisten", "--from", file]);
  assertEquals(out, SET_0.repeat(MANY));
  const shown = (await program.do("query iplisten --format ndjson")).out.trim().split("\n");
  assertEquals(shown.length, MANY + 1);
  assertEquals(await versions(program), [1, 2, 3]);
  const diff = await program.run("history diff 3");
  assertEquals([diff.status, diff.out.trim().split("\n").length], [1, MANY]);
  await program.do("rollback 2");
  assertEquals(await stored(program), ["192.0.2.1"]);
  await program.do("rollback 3");
  assertEquals((await stored(program)).length, MANY + 1);
  assertEquals(await versions(program), [1, 2, 3, 4, 5]);
});

Deno.test("a change costs the history what it changes, however long the list is", async () => {
  const grown: number[] = [];
  for (const count of [10, MANY]) {
    await using program = await Program.make();
    const document = { ...DEFAULT_DOCUMENT, ipListen: entries(count) };
    await Deno.writeTextFile(program.config, JSON.stringify(document));
    await program.do("set iplisten -i 192.0.2.1");
    const before = historyBytes(program);
    for (let i = 2; i < 7; i++) await program.do(`set iplisten -i 192.0.2.${i}`);
    grown.push(historyBytes(program) - before);
    const { out } = await program.run("history diff 5");
    assertEquals(out, '+ ipListen: "192.0.2.4"\n');
  }
  assert(grown[1]! < 1.5 * grown[0]!, `${grown.join(" and ")} bytes for five changes`);
});

Deno.test("netsh -f: lines that follow each other are one version, and can be undone", async () => {
  await using program = await Program.make();
  const lines = [
    "pushd http",
    ...entries(1000).map((entry) => `add iplisten ipaddress=${entry}`),
    `delete iplisten ipaddress=${entryOf(7)}`,
    `add iplisten ipaddress=${entryOf(8)}`,
    "add timeout timeouttype=idleconnectiontimeout value=60",
    "add iplisten ipaddress=::1",
    "popd",
  ];
  await Deno.writeTextFile(`${program.home}/script`, lines.join("\r\n"));
  const ran = await program.run(["netsh", "-f", `${program.home}/script`]);
  assertEquals(ran.status, 1, `${entryOf(8)} is added twice`);
  const answers = ran.out.match(/successfully (?:added|deleted)|failed, Error: 183/g) ?? [];
  assertEquals(answers.length, 1004);
  assertEquals(answers.slice(1000), [
    "successfully deleted",
    "failed, Error: 183",
    "successfully added",
    "successfully added",
  ]);
  assertEquals(new Set(await stored(program)), new Set(entries(1000).toSpliced(7, 1, "::1")));
  assertEquals(await versions(program), [1, 2, 3, 4]);
  assertEquals((await program.run("history diff 4")).out, '+ ipListen: "::1"\n');
  await program.do("rollback 1");
  assertEquals(await stored(program), []);
});

Deno.test("the history of an older program is read, and continued", async () => {
  await using program = await Program.make();
  await Deno.mkdir(`${program.home}/history`);
  for (const number of [8, 9, 10]) {
    const document = { ...DEFAULT_DOCUMENT, version: 1, ipListen: [`10.0.0.${number}`] };
    const about = { version: 1, number, at: "2026-01-02T03:04:05.000Z", user: "ada", command: "x" };
    const name = `${String(number).padStart(6, "0")}.json`;
    const text = `${JSON.stringify({ ...about, document })}\n`;
    await Deno.writeTextFile(`${program.home}/history/${name}`, text);
    await Deno.writeTextFile(program.config, JSON.stringify(document));
  }
  assertEquals(await versions(program), [8, 9, 10]);
  const diff = await program.run("history diff 9");
  assertEquals(diff.out, '- ipListen: "10.0.0.8"\n+ ipListen: "10.0.0.9"\n');
  await program.do("set iplisten -i ::1");
  assertStringIncludes((await program.run("history diff 11")).out, '+ ipListen: "::1"\n');
  assertStringIncludes((await program.do("history show 8")).out, '"10.0.0.8"');
  await program.do("rollback 8");
  assertEquals(await stored(program), ["10.0.0.8"]);
  assertEquals(await versions(program), [8, 9, 10, 11, 12]);
});

Deno.test(
  "a loop and a script that are killed lose nothing that was answered",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    await program.do("set iplisten -i 192.0.2.1");
    const answered = ["192.0.2.1"];
    for (let i = 0; i < 30; i++) {
      const entry = entryOf(i);
      const output = await killAfter(program, ["set", "iplisten", "-i", entry], i % 5);
      if (output.includes("completed with 0")) answered.push(entry);
      const now = new Set(await stored(program));
      for (const one of answered) assert(now.has(one), `${one} was answered and is lost`);
    }
    const lines = entries(200).flatMap((_, i) => [
      `add iplisten ipaddress=10.9.0.${i}`,
      `add timeout timeouttype=idleconnectiontimeout value=${60 + i}`,
    ]);
    await Deno.writeTextFile(`${program.home}/script`, lines.join("\n"));
    const script = await killAfter(program, ["netsh", "-f", `${program.home}/script`], 20);
    const count = script.split("IP address successfully added").length - 1;
    const now = new Set(await stored(program));
    for (let i = 0; i < count; i++) assert(now.has(`10.9.0.${i}`), `line ${i} is lost`);
    assert(count < 200, "the script was killed before its end");

    await program.do("set iplisten -i ::1");
    const kept = await versions(program);
    assertEquals(kept, kept.map((_, i) => kept[0]! + i), "no version is missing");
    assertEquals((await program.run(`history diff ${kept.at(-1)}`)).out, '+ ipListen: "::1"\n');
  },
);

/** Runs `httpcfg` and kills it after `steps` events in its history; returns its output until then. */
async function killAfter(
  program: Program,
  words: readonly string[],
  steps: number,
): Promise<string> {
  const [command, ...args] = [...CALL, ...words];
  using watcher = Deno.watchFs(`${program.home}/history`);
  const child = new Deno.Command(command!, {
    args,
    env: { HTTPCFG_HOME: program.home },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  void (async (): Promise<void> => {
    let count = 0;
    for await (const _ of watcher) if (count++ >= steps) kill(child, "SIGKILL");
  })();
  return new TextDecoder().decode((await child.output()).stdout);
}

function historyBytes(program: Program): number {
  return [...Deno.readDirSync(`${program.home}/history`)]
    .reduce((sum, { name }) => sum + Deno.statSync(`${program.home}/history/${name}`).size, 0);
}
