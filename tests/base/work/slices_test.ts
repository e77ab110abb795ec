// Goal: no slice of work is longer than its time, whatever is done at once. Method: a clock by hand.
import { assertEquals } from "@std/assert";
import { Slices } from "../../../mod/base/work/slices.ts";
import type { Steps } from "../../../mod/base/work/steps.ts";

interface Hand {
  readonly slices: Slices;
  /** The work of each slice, in milliseconds. */
  readonly done: number[];
  work(steps: number, stepMs: number): Steps<number>;
}

function byHand(): Hand {
  let now = 0;
  let worked = 0;
  const done: number[] = [];
  const slices = new Slices({
    sliceMs: 4,
    now: () => now,
    pause(): Promise<void> {
      done.push(worked);
      worked = 0;
      now += 100; // others work
      return Promise.resolve();
    },
  });
  function* work(steps: number, stepMs: number): Steps<number> {
    for (let i = 0; i < steps; i++) {
      now += stepMs;
      worked += stepMs;
      yield;
    }
    return steps;
  }
  return { slices, done, work };
}

Deno.test("Slices.run() pauses whenever a slice is over, and returns the result", async () => {
  const { slices, done, work } = byHand();
  assertEquals(await slices.run(work(1000, 0.5)), 1000);
  assertEquals(Math.max(...done) <= 4, true);
  assertEquals(done.length, 125);
});

Deno.test("Slices.run() does short work without a pause", async () => {
  const { slices, done, work } = byHand();
  await slices.run(work(3, 1));
  assertEquals(done, []);
});

Deno.test("Slices.run() counts together what is under way at once, and one after the other", async () => {
  const { slices, done, work } = byHand();
  await Promise.all([1, 2, 3].map(() => slices.run(work(20, 1))));
  assertEquals(Math.max(...done) <= 6, true, `${done}`);
  for (let i = 0; i < 10; i++) await slices.run(work(2, 1));
  assertEquals(Math.max(...done) <= 6, true, `${done}`);
});
