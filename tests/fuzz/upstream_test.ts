// Goal: the rules of tests/fuzz/upstream.ts hold. Method: a few hundred cases in each test run.
import { assertEquals } from "@std/assert";
import { fuzz } from "./http.ts";
import { fuzzUpstream } from "./upstream.ts";

Deno.test("ReverseProxy keeps the rules for hostile answers, in any split", async () => {
  assertEquals(await fuzz(1, 400, 60, fuzzUpstream), 400);
});
