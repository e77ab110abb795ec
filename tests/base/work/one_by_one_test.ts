import { assertEquals, assertRejects } from "@std/assert";
import { OneByOne } from "../../../mod/base/work/one_by_one.ts";

Deno.test("OneByOne does the next piece when the one before is done, also if that failed", async () => {
  const all = new OneByOne();
  const log: string[] = [];
  const held = Promise.withResolvers<void>();
  const work = async (name: string, until: Promise<void> = Promise.resolve()): Promise<string> => {
    log.push(`${name} begins`);
    await until;
    log.push(`${name} ends`);
    return name;
  };
  const first = all.run(() => work("a", held.promise));
  const second = all.run(() => Promise.reject(new Error("no room")));
  const third = all.run(() => work("b"));
  await Promise.resolve();
  assertEquals(log, ["a begins"]);
  held.resolve();
  await assertRejects(() => second, Error, "no room");
  assertEquals([await first, await third], ["a", "b"]);
  assertEquals(log, ["a begins", "a ends", "b begins", "b ends"]);
});
