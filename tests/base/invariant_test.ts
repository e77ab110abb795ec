// Goal: a broken assumption stops the program and is named. Method: truthy and falsy values.
import { assertThrows } from "@std/assert";
import { invariant } from "../../mod/base/invariant.ts";

Deno.test("invariant() throws its message for a falsy value", () => {
  for (const value of [false, 0, "", null, undefined, NaN]) {
    assertThrows(() => invariant(value, "the list is sorted"), Error, "the list is sorted");
  }
  for (const value of [true, 1, "0", [], {}]) invariant(value, "anything else holds");
});
