import { assert, assertEquals, assertRejects } from "@std/assert";
import { SourceRefusal } from "../../../mod/base/exchange.ts";
import { FileAccess, type SiteFiles } from "../../../mod/site/static/file_access.ts";

/** More ticks than an operation is given. */
const LONG = 20;

Deno.test("FileAccess gives a site at most eight operations at once, in order", async () => {
  const site = new FileAccess().site(1);
  const started: number[] = [];
  const ends = Array.from({ length: 12 }, () => Promise.withResolvers<void>());
  const done = ends.map((end, i) => {
    return site.run(async () => {
      started.push(i);
      await end.promise;
      return i;
    });
  });
  assertEquals(started, [0, 1, 2, 3, 4, 5, 6, 7]);
  ends[3]!.resolve();
  assertEquals(await done[3], 3);
  assertEquals(started.at(-1), 8);
  for (const end of ends) end.resolve();
  assertEquals(await Promise.all(done), Array.from({ length: 12 }, (_, i) => i));
});

Deno.test("FileAccess leaves threads to other sites, and some to the rest of the process", () => {
  const files = new FileAccess();
  const counts = [1, 2, 3, 4, 5, 6].map((id) => hang(files.site(id), 20));
  assertEquals(counts[0], 8);
  for (const count of counts) assert(count >= 1, `${counts}`);
  assert(counts.reduce((sum, count) => sum + count, 0) <= 24, `${counts}`);
});

Deno.test("FileAccess gives up what does not return, and refuses at once while it hangs", async () => {
  const files = new FileAccess();
  const site = files.site(1);
  const hung = Promise.withResolvers<string>();
  const discarded: string[] = [];
  const all = Array.from({ length: 10 }, () => {
    return site.run(() => hung.promise, (late) => discarded.push(late));
  });
  const rejected = Promise.all(all.map((one) => assertRejects(() => one, SourceRefusal)));
  for (let i = 0; i < LONG; i++) files.tick();
  await rejected;
  await assertRejects(() => site.run(() => Promise.resolve()), SourceRefusal, "FileUnavailable");
  assertEquals(await files.site(2).run(() => Promise.resolve("other")), "other");
  hung.resolve("late");
  await files.site(2).run(() => new Promise((resolve) => setTimeout(resolve, 0)));
  assertEquals(discarded.length, 8); // two had not begun
  assertEquals(await site.run(() => Promise.resolve("again")), "again");
});

Deno.test("FileAccess refuses what the system cannot do, and passes on any other error", async () => {
  const site = new FileAccess().site(1);
  const failing = Object.assign(new Error("input/output error"), { code: "EIO" });
  await assertRejects(() => site.run(() => Promise.reject(failing)), SourceRefusal);
  await assertRejects(() => site.run(() => Promise.reject(new RangeError("bug"))), RangeError);
});

Deno.test("FileAccess.tick() ends a pause", async () => {
  const files = new FileAccess();
  const pause = files.site(1).pause();
  files.tick();
  await pause;
});

/** Begins operations that never end; returns how many have a place. */
function hang(site: SiteFiles, count: number): number {
  let started = 0;
  for (let i = 0; i < count; i++) {
    void site.run(() => {
      started++;
      return new Promise(() => {});
    });
  }
  return started;
}
