// Goal: a site's fields are on every response, one of each name, also where they are passed on as
// bytes. Method: responses as values.
import { assertEquals, assertStrictEquals } from "@std/assert";
import type { EncodedFields, HttpResponse } from "../../../mod/base/exchange.ts";
import { ResponseFields } from "../../../mod/site/rules/response_fields.ts";
import { writeLatin1 } from "../../../mod/wire/byte_text.ts";
import { allFields } from "../../support/request.ts";

const plain: HttpResponse = {
  status: 200,
  headers: [["Content-Type", "text/plain"], ["cache-control", "no-store"], ["Vary", "Accept"]],
  body: new Uint8Array(3),
};

function encoded(lines: string): EncodedFields {
  return {
    bytesMax: lines.length,
    hasDate: true,
    hasServer: false,
    write: (bytes, offset) => writeLatin1(bytes, offset, lines),
  };
}

Deno.test("ResponseFields replaces fields of the same name, and adds to those that are lists", () => {
  const fields = new ResponseFields([["Cache-Control", "max-age=60"], ["Vary", "X-A"]]);
  assertEquals(allFields(fields.add(plain)), [
    ["Content-Type", "text/plain"],
    ["Vary", "Accept"],
    ["Cache-Control", "max-age=60"],
    ["Vary", "X-A"],
  ]);
});

Deno.test("ResponseFields returns the same response for the same, of which bytes are kept", () => {
  const fields = new ResponseFields([["X-A", "b"]]);
  assertStrictEquals(fields.add(plain), fields.add(plain));
  assertStrictEquals(new ResponseFields([]).add(plain), plain);
  const upgrade: HttpResponse = { status: 101, headers: [], body: null };
  assertStrictEquals(fields.add(upgrade), upgrade);
});

Deno.test("ResponseFields takes its names out of fields that are passed on as bytes", () => {
  const lines = "Date: x\r\nX-A: 1\r\nx-a:2\r\nX-Ab: 3\r\nSet-Cookie: a=b\r\n";
  const response = { ...plain, headers: [], encoded: encoded(lines) };
  const fields = new ResponseFields([["X-A", "b"], ["Set-Cookie", "c=d"]]);
  const made = fields.add(response);
  assertEquals(allFields(made), [
    ["X-A", "b"],
    ["Set-Cookie", "c=d"],
    ["Date", "x"],
    ["X-Ab", "3"],
    ["Set-Cookie", "a=b"],
  ]);
  assertEquals([made.encoded!.hasDate, made.encoded!.hasServer], [true, false]);
  // Behind other bytes, as in a head.
  const bytes = new Uint8Array(10 + made.encoded!.bytesMax);
  assertEquals(made.encoded!.write(bytes, 10) < 10 + lines.length, true);
  assertEquals(bytes.slice(0, 10), new Uint8Array(10));
});
