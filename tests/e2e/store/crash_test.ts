// Story: whatever happens to a writer, the document is either the old or the new one, and no writer
// loses another's change.
import { assert, assertEquals } from "@std/assert";
import type { ConfigDocument } from "../../../mod/config/document/document.ts";
import { CALL, kill, Program } from "../../support/program.ts";
import { standstill } from "../../support/wait.ts";
import { ON_POSIX } from "../../support/platforms.ts";

const WRITERS = 64;
const KILLS = 300;
/** Writers at the same time; a start takes some 50 ms of one core. */
const AT_ONCE = 4;
/** The most writers to start, because some finish before the signal arrives. */
const WRITES_MAX = 10 * KILLS;

Deno.test("64 processes that add an address at once: all addresses are stored", async () => {
  await using program = await Program.make();
  const wanted = Array.from({ length: WRITERS }, (_, i) => `10.0.0.${i + 1}`);
  const results = await Promise.all(
    wanted.map((ip) => program.run(`set iplisten -i ${ip}`)),
  );
  for (const { status, err } of results) assertEquals([status, err], [0, ""]);
  const { ipListen } = JSON.parse(await Deno.readTextFile(program.config)) as ConfigDocument;
  assertEquals([...ipListen].sort(), wanted.sort());
  const { out } = await program.do("query iplisten");
  assertEquals(out.trimEnd().split("\n").length, WRITERS);
});

Deno.test(
  "300 writers killed at every step of a write: the document is old or new",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    // Large enough that a write takes several system calls, so that kills hit between its steps.
    const ballast = Array.from({ length: 1000 }, (_, i) => `10.1.${i >> 8}.${i & 255}`);
    await program.do("set iplisten -i 10.0.0.1");
    const first = JSON.parse(await Deno.readTextFile(program.config)) as ConfigDocument;
    await Deno.writeTextFile(program.config, JSON.stringify({ ...first, ipListen: ballast }));
    using steps = watchSteps(program.home);
    await program.do("set iplisten -i 10.9.255.255");
    await standstill(steps.count, "the steps of an undisturbed write in the directory");
    const stepsOfWrite = steps.count();

    const tried = new Set(ballast.concat("10.9.255.255"));
    let known = await list(program);
    let [killed, stored, lost] = [0, 0, 0];
    for (let written = 0; killed < KILLS; written += AT_ONCE) {
      assert(written < WRITES_MAX, `only ${killed} of ${written} were killed in time`);
      const entries = Array.from({ length: AT_ONCE }, (_, i) => entryOf(written + i));
      for (const entry of entries) tried.add(entry);
      const ends = await Promise.all(entries.map((entry, i) => {
        return writeAndKill(program, entry, steps.after(1 + (written + i) % stepsOfWrite));
      }));
      killed += ends.filter((wasKilled) => wasKilled).length;

      const now = await list(program);
      for (const entry of known) assert(now.has(entry), `after ${written}: ${entry} is lost`);
      for (const entry of now) assert(tried.has(entry), `${entry} was never added`);
      entries.forEach((entry, i) => {
        if (!ends[i]) assert(now.has(entry), `${entry} was reported as stored`);
      });
      for (const entry of entries) now.has(entry) ? stored++ : lost++;
      known = now;
    }
    assert(stored > 0, "no write was complete before the kill");
    assert(lost > 0, "every write was complete before the kill");

    assertEquals(
      (await program.run("set iplisten -i 10.8.0.1")).status,
      0,
      "no lock is left behind",
    );
    const names = [...Deno.readDirSync(program.home)].map(({ name }) => name).sort();
    assertEquals(names, ["bin", "config.json", "config.json.lock", "history"]);
  },
);

function entryOf(number: number): string {
  return `10.9.${number >> 8}.${number & 255}`;
}

/** Returns the entries in the document, which must parse. */
async function list(program: Program): Promise<ReadonlySet<string>> {
  const { ipListen } = JSON.parse(await Deno.readTextFile(program.config)) as ConfigDocument;
  return new Set(ipListen);
}

/** Starts a writer and kills it when `isTime` resolves. Returns false if it had ended before. */
async function writeAndKill(
  program: Program,
  entry: string,
  isTime: Promise<void>,
): Promise<boolean> {
  const [command, ...args] = [...CALL, "set", "iplisten", "-i", entry];
  const child = new Deno.Command(command!, {
    args,
    env: { HTTPCFG_HOME: program.home },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  void isTime.then(() => kill(child, "SIGKILL"));
  const { signal } = await child.status;
  return signal === "SIGKILL";
}

/** Counts what happens to the files of a directory. */
interface Steps extends Disposable {
  count(): number;
  /** Resolves after that many more steps. */
  after(steps: number): Promise<void>;
}

function watchSteps(folder: string): Steps {
  const watcher = Deno.watchFs(folder);
  let count = 0;
  const waiting = new Map<() => void, number>();
  void (async (): Promise<void> => {
    for await (const _ of watcher) {
      count++;
      for (const [resolve, at] of waiting) if (at <= count && waiting.delete(resolve)) resolve();
    }
  })();
  return {
    count: () => count,
    after: (steps) => new Promise((resolve) => void waiting.set(resolve, count + steps)),
    [Symbol.dispose]: () => watcher.close(),
  };
}
