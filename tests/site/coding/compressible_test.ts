import { assertEquals } from "@std/assert";
import { isCompressible } from "../../../mod/site/coding/compressible.ts";

Deno.test("isCompressible() knows types by name, and texts by their ending", () => {
  const cases: [contentType: string, want: boolean][] = [
    ["text/html", true],
    ["text/html; charset=UTF-8", true],
    ["TEXT/CSS", true],
    [" text/plain ;charset=x", true],
    ["application/json", true],
    ["application/javascript", true],
    ["text/javascript", true],
    ["application/xml", true],
    ["application/wasm", true],
    ["application/manifest+json", true],
    ["application/vnd.example.thing+json", true],
    ["application/vnd.example+xml", true],
    ["text/x-unknown-thing", true],
    ["image/svg+xml", true],
    ["font/ttf", true],
    ["application/octet-stream", false],
    ["application/zip", false],
    ["application/gzip", false],
    ["application/pdf", false],
    ["image/png", false],
    ["image/jpeg", false],
    ["video/mp4", false],
    ["font/woff2", false],
    ["text/event-stream", false],
    ["application/x-unknown", false],
    ["constructor", false],
    ["__proto__", false],
    ["", false],
  ];
  for (const [contentType, want] of cases) {
    assertEquals(isCompressible(contentType), want, contentType);
  }
});
