/** Goal: fields can be edited, but not those that the proxy depends on. Method: tables. */
import { assert, assertEquals } from "@std/assert";
import {
  fieldEdits,
  hostProblem,
  isOneOf,
  removeProblem,
  setProblem,
} from "../../../mod/site/proxied/field_edits.ts";

Deno.test("setProblem() and removeProblem() refuse what would break a message", () => {
  for (const text of ["X-A: b", "X-A:b", "Server: mine", "X-Empty:", "Cookie: a=b; c"]) {
    assertEquals(setProblem(text), null, text);
  }
  const bad = [
    "X-A",
    ": x",
    "X A: b",
    "X-A: b\r\nX-B: c",
    "X-A: b\nc",
    "X-A: \u20ac",
    "X-A: \0",
    "Host: a",
    "content-length: 0",
    "Transfer-Encoding: chunked",
    "Connection: close",
    "X-Forwarded-For: 1.2.3.4",
    "Via: x",
    `X: ${"x".repeat(9000)}`,
  ];
  for (const text of bad) assert(setProblem(text) !== null, text);
  for (const name of ["X-A", "Cookie", "Server"]) assertEquals(removeProblem(name), null);
  for (const name of ["", "X A", "X:", "Content-Length", "via"]) {
    assert(removeProblem(name) !== null);
  }
});

Deno.test("hostProblem() accepts a name, an address, a port, and {upstream}", () => {
  const good = ["a", "A.b:80", "[::1]:80", "1.2.3.4", "{upstream}", "my_app"];
  for (const text of good) assertEquals(hostProblem(text), null, text);
  for (const text of ["", "a b", "a/b", "a:0", "a:99999", "a\r\n", "{host}", "::1", "ä"]) {
    assert(hostProblem(text) !== null, text);
  }
});

Deno.test("fieldEdits() makes lines, and the names that they replace", () => {
  assertEquals(fieldEdits(), null);
  assertEquals(fieldEdits(["X-A:  b ", "server: s"], ["X-B", "x-a"]), {
    replaced: ["x-a", "server", "x-b"],
    lines: "X-A: b\r\nserver: s\r\n",
    linesWithoutId: "X-A: b\r\nserver: s\r\n",
    setsServer: true,
  });
  const bytes = new TextEncoder().encode("X-B: 1");
  assert(isOneOf(["x-a", "x-b"], bytes, 0, 3));
  assert(!isOneOf(["x-a"], bytes, 0, 3));
});

Deno.test("fieldEdits() has the lines of a request that has an identifier", () => {
  const edits = fieldEdits(["x-request-id: 1", "X-A: b"])!;
  assertEquals(edits.lines, "x-request-id: 1\r\nX-A: b\r\n");
  assertEquals(edits.linesWithoutId, "X-A: b\r\n");
});
