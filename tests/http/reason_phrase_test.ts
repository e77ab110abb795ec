// Goal: the registered phrases, and no invented ones. Method: samples.
import { assertEquals } from "@std/assert";
import { reasonPhrase } from "../../mod/http/reason_phrase.ts";

Deno.test("reasonPhrase() returns the phrase of RFC 9110, or nothing for an unknown code", () => {
  assertEquals([200, 404, 413, 414, 503].map(reasonPhrase), [
    "OK",
    "Not Found",
    "Content Too Large",
    "URI Too Long",
    "Service Unavailable",
  ]);
  assertEquals([299, 418, 999].map(reasonPhrase), ["", "", ""]);
});
