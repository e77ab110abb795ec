// Goal: the rules of tests/fuzz/http.ts hold. Method: a few hundred cases in each test run.
import { assertEquals } from "@std/assert";
import { fuzz, fuzzOne } from "./http.ts";

Deno.test("HttpServer keeps the rules for hostile bytes, in any split", async () => {
  assertEquals(await fuzz(1, 400, 60, fuzzOne), 400);
});
