// Goal: phrases as registered, and none invented.
import { assertEquals } from "@std/assert";
import { reasonPhrase } from "../../mod/http/reason_phrase.ts";

Deno.test("reasonPhrase() has RFC 9110's phrases, and nothing for an unknown code", () => {
  assertEquals([200, 404, 413, 414, 503].map(reasonPhrase), [
    "OK",
    "Not Found",
    "Content Too Large",
    "URI Too Long",
    "Service Unavailable",
  ]);
  assertEquals([299, 418, 999].map(reasonPhrase), ["", "", ""]);
});
