// Goal: a broken belief stops the program, and says which. Method: values that pass for true.
import { assertThrows } from "@std/assert";
import { invariant } from "../../mod/base/invariant.ts";

Deno.test("invariant() throws for what is not true, with the belief in the message", () => {
  for (const value of [false, 0, "", null, undefined, NaN]) {
    assertThrows(() => invariant(value, "the list is sorted"), Error, "the list is sorted");
  }
  for (const value of [true, 1, "0", [], {}]) invariant(value, "anything else holds");
});
