// Goal: the service and single sites pause independently. Method: one value.
import { assertEquals } from "@std/assert";
import { Pauses } from "../../../mod/host/serving/pauses.ts";

Deno.test("Pauses keeps the pauses of the service and of its sites apart", () => {
  const pauses = new Pauses();
  const now = (): boolean[] => [1, 2].map((id) => pauses.has(id));
  assertEquals(now(), [false, false]);
  pauses.set(1, true);
  assertEquals(now(), [true, false]);
  pauses.all = true;
  assertEquals(now(), [true, true]);
  pauses.all = false;
  assertEquals(now(), [true, false]);
  pauses.set(1, false);
  pauses.set(2, true);
  pauses.clear();
  assertEquals(now(), [false, false]);
});
