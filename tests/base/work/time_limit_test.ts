// Goal: what is late is not waited for, and what fails fails. Method: promises that the test settles.
import { assertEquals, assertRejects } from "@std/assert";
import { within } from "../../../mod/base/work/time_limit.ts";

Deno.test("within() returns what is asked, or what is to stand for it", async () => {
  assertEquals(await within(60_000, Promise.resolve(1), () => 2), 1);
  const { promise, resolve } = Promise.withResolvers<number>();
  assertEquals(await within(1, promise, () => 2), 2);
  resolve(1); // too late
  await assertRejects(() => within(60_000, Promise.reject(new Error("no")), () => 2), Error, "no");
});
