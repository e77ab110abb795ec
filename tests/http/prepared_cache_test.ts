// Goal: bytes are cached for a repeated response, and only for their Date. Method: by identity.
import { assertEquals, assertStrictEquals } from "@std/assert";
import type { HttpResponse } from "../../mod/base/exchange.ts";
import { PreparedResponses } from "../../mod/http/prepared_cache.ts";

const response = (): HttpResponse => ({ status: 200, headers: [], body: null });

Deno.test("PreparedResponses caches bytes from the second time on", () => {
  const prepared = new PreparedResponses();
  const [hot, other] = [response(), response()];
  const bytes = new Uint8Array(3);
  prepared.offer(hot, "now", bytes);
  assertEquals(prepared.get(hot, "now"), undefined, "seen once");
  prepared.offer(hot, "now", bytes);
  prepared.offer(other, "now", new Uint8Array(4));
  prepared.offer(other, "now", new Uint8Array(4));
  assertStrictEquals(prepared.get(hot, "now"), bytes);
  assertEquals(prepared.get(other, "now")?.length, 4);
  assertStrictEquals(prepared.get(hot, "now"), bytes);
});

Deno.test("PreparedResponses returns nothing for another Date, and accepts new bytes", () => {
  const prepared = new PreparedResponses();
  const hot = response();
  for (let i = 0; i < 2; i++) prepared.offer(hot, "then", new Uint8Array(1));
  assertEquals(prepared.get(hot, "then")?.length, 1);
  assertEquals(prepared.get(hot, "now"), undefined);
  prepared.offer(hot, "now", new Uint8Array(2));
  assertEquals(prepared.get(hot, "now")?.length, 2);
});

Deno.test("PreparedResponses forgets what is not repeated soon, and everything on clear()", () => {
  const prepared = new PreparedResponses();
  const rare = response();
  prepared.offer(rare, "now", new Uint8Array(1));
  for (let i = 0; i < 64; i++) prepared.offer(response(), "now", new Uint8Array(1));
  prepared.offer(rare, "now", new Uint8Array(1));
  assertEquals(prepared.get(rare, "now"), undefined);
  prepared.offer(rare, "now", new Uint8Array(1));
  assertEquals(prepared.get(rare, "now")?.length, 1);
  prepared.clear();
  assertEquals(prepared.get(rare, "now"), undefined);
});
