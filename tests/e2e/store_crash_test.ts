// Story: whatever happens to a writer, the document is the old or the new one, and no writer loses
// another's change.
import { assert, assertEquals } from "@std/assert";
import type { ConfigDocument } from "../../mod/config/document/document.ts";
import { CALL, kill, Program } from "../support/program.ts";

const WRITERS = 64;
const KILLS = 300;
/** Writers at one time: a start is some 50 ms of one core. */
const AT_ONCE = 4;

Deno.test("64 processes that add an address at once: all are stored", async () => {
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

Deno.test("300 writers killed at random points: the document is always whole, and old or new", async () => {
  await using program = await Program.make();
  // Large enough that a write is not one system call and the time between its steps is hit.
  const ballast = Array.from({ length: 1000 }, (_, i) => `10.1.${i >> 8}.${i & 255}`);
  await program.do("set iplisten -i 10.0.0.1");
  const first = JSON.parse(await Deno.readTextFile(program.config)) as ConfigDocument;
  await Deno.writeTextFile(program.config, JSON.stringify({ ...first, ipListen: ballast }));
  const usualMs = await timeOfWrite(program);

  const tried = new Set(ballast.concat("10.9.255.255"));
  let known = await list(program);
  let [killed, stored] = [0, 0];
  for (let round = 0; round * AT_ONCE < KILLS; round++) {
    const entries = Array.from({ length: AT_ONCE }, (_, i) => entryOf(round * AT_ONCE + i));
    for (const entry of entries) tried.add(entry);
    const ends = await Promise.all(entries.map((entry) => writeAndKill(program, entry, usualMs)));
    killed += ends.filter((wasKilled) => wasKilled).length;

    const now = await list(program);
    for (const entry of known) assert(now.has(entry), `round ${round} lost ${entry}`);
    for (const entry of now) assert(tried.has(entry), `round ${round}: ${entry} was never added`);
    entries.forEach((entry, i) => {
      if (!ends[i]) assert(now.has(entry), `${entry} was reported as stored`);
    });
    stored += entries.filter((entry) => now.has(entry)).length;
    known = now;
  }
  assert(killed > KILLS / 4, `only ${killed} were killed in time`);
  assert(stored > 0, "some writes were whole before the kill");

  assertEquals((await program.run("set iplisten -i 10.8.0.1")).status, 0, "no lock stays behind");
  const names = [...Deno.readDirSync(program.home)].map(({ name }) => name).sort();
  assertEquals(names, ["bin", "config.json", "config.json.lock", "history"]);
});

function entryOf(number: number): string {
  return `10.9.${number >> 8}.${number & 255}`;
}

/** The entries in the document, which must parse. */
async function list(program: Program): Promise<ReadonlySet<string>> {
  const { ipListen } = JSON.parse(await Deno.readTextFile(program.config)) as ConfigDocument;
  return new Set(ipListen);
}

/** Milliseconds of one write that is left alone. */
async function timeOfWrite(program: Program): Promise<number> {
  const start = performance.now();
  await program.do("set iplisten -i 10.9.255.255");
  return performance.now() - start;
}

/** Starts a writer and kills it somewhere on its way; false where it was done before. */
async function writeAndKill(program: Program, entry: string, usualMs: number): Promise<boolean> {
  const [command, ...args] = [...CALL, "set", "iplisten", "-i", entry];
  const child = new Deno.Command(command!, {
    args,
    env: { HTTPCFG_HOME: program.home },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  // Between its start and well after its usual end, four of them sharing two cores.
  const timer = setTimeout(() => kill(child, "SIGKILL"), Math.random() * usualMs * 2.5);
  const { signal } = await child.status;
  clearTimeout(timer);
  return signal === "SIGKILL";
}
