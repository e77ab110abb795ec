// Goal: the rules of tests/fuzz/http.ts hold for a few hundred cases in every test run.
import { assertEquals } from "@std/assert";
import { fuzz } from "./http.ts";

Deno.test("HttpServer keeps its rules under hostile bytes, in any split", async () => {
  assertEquals(await fuzz(1, 400, 60), 400);
});
