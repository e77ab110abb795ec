// Goal: few reads at once, none left waiting, and a disk that does not respond stops no other read.
import { assertEquals } from "@std/assert";
import { ReadTurns } from "../../../mod/site/static/read_turns.ts";
import { waitFor } from "../../support/wait.ts";

/** Reads that a test ends. */
class Reads {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, () => void>();

  start(turns: ReadTurns, name: string, isUrgent = false): Promise<string> {
    return turns.run(() => {
      this.begun.push(name);
      return new Promise((resolve) => this.#ends.set(name, () => resolve(name)));
    }, { isUrgent });
  }
  end(name: string): void {
    this.#ends.get(name)!();
  }
}

Deno.test("ReadTurns begins two reads, and each further one when another ends", async () => {
  const turns = new ReadTurns();
  const reads = new Reads();
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => reads.start(turns, name));
  const urgent = reads.start(turns, "urgent", true);
  assertEquals(reads.begun, ["a", "b"]);
  reads.end("b");
  assertEquals(await b, "b");
  await waitFor(() => reads.begun.length === 3, "the next read");
  assertEquals(reads.begun, ["a", "b", "urgent"]);
  for (const name of ["a", "urgent"]) reads.end(name);
  await Promise.all([a, urgent]);
  await waitFor(() => reads.begun.length === 5, "the last reads");
  assertEquals(reads.begun.slice(3), ["c", "d"]);
  for (const name of ["c", "d"]) reads.end(name);
  await Promise.all([c, d]);
});

Deno.test("ReadTurns gives the place of a read that fails to the next", async () => {
  const turns = new ReadTurns();
  const all = Array.from(
    { length: 10 },
    (_, i) => turns.run(() => Promise.reject(new Error(`${i}`))),
  );
  const ended = await Promise.allSettled(all);
  assertEquals(ended.every(({ status }) => status === "rejected"), true);
  assertEquals(await turns.run(() => Promise.resolve("read")), "read");
});

Deno.test("ReadTurns lets others read while reads wait for a disk, but keeps threads free", async () => {
  const turns = new ReadTurns();
  const reads = new Reads();
  const hung = Array.from({ length: 40 }, (_, i) => reads.start(turns, `hung ${i}`));
  // One that has a place, and sixteen that have given theirs away.
  await waitFor(() => reads.begun.length === 17, "the slow reads");
  const other = reads.start(turns, "other", true);
  reads.end("hung 3");
  await waitFor(() => reads.begun.includes("other"), "the turn of the other read");
  assertEquals(reads.begun.length <= 18, true);
  reads.end("other");
  assertEquals(await other, "other");
  for (let i = 0; i < 40; i++) {
    await waitFor(() => reads.begun.includes(`hung ${i}`), "every read");
    reads.end(`hung ${i}`);
  }
  await Promise.all(hung);
});
