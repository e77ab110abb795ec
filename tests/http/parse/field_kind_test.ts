// Goal: the fields that frame a message are recognized in any case, and no others. Method: a table.
import { assertEquals } from "@std/assert";
import { FIELD_KIND, fieldKindOf } from "../../../mod/http/parse/field_kind.ts";
import { latin1Bytes } from "../../support/fake_stream.ts";

Deno.test("fieldKindOf() recognizes five fields, and lookalikes of two", () => {
  const cases: [string, number][] = [
    ["Host", FIELD_KIND.host],
    ["hOST", FIELD_KIND.host],
    ["Expect", FIELD_KIND.expect],
    ["CONNECTION", FIELD_KIND.connection],
    ["Content-Length", FIELD_KIND.contentLength],
    ["Transfer-Encoding", FIELD_KIND.transferEncoding],
    ["Hos", FIELD_KIND.other],
    ["Hose", FIELD_KIND.other],
    ["Accept", FIELD_KIND.other],
    ["Keep-Alive", FIELD_KIND.other],
    ["Content_Length", FIELD_KIND.lookalike],
    ["TRANSFER_ENCODING", FIELD_KIND.lookalike],
    ["Content.Length", FIELD_KIND.other],
    ["Content-Lengths", FIELD_KIND.other],
  ];
  for (const [name, want] of cases) {
    assertEquals(fieldKindOf(latin1Bytes(name), 0, name.length), want, name);
  }
});
