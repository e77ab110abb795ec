// Goal: extensions and types are read as people write them, and nothing else ends up in a field.
import { assertEquals } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import { parseMediaType } from "../../../mod/config/rules/media_type.ts";

Deno.test("parseMediaType() reads an extension and a type", () => {
  for (
    const [extension, type, want] of [
      [".wasm", "application/wasm", ".wasm"],
      ["WASM", "application/wasm", ".wasm"],
      [".md", "text/markdown; charset=utf-8", ".md"],
      [".md", 'text/x;a="b"', ".md"],
      [".tar.gz", "application/gzip", null],
      ["", "text/x", null],
      [".", "text/x", null],
      [".a/b", "text/x", null],
      [".a", "text", null],
      [".a", "", null],
      [".a", "text/x\r\nX: y", null],
      [".a", "text/x; charset", null],
      [".a", "text/\u00e9", null],
      [".a", `text/${"x".repeat(300)}`, null],
    ] as const
  ) {
    const parsed = parseMediaType(extension, type);
    assertEquals(isProblem(parsed) ? null : parsed.extension, want, `${extension}=${type}`);
  }
});
