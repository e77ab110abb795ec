import { assertEquals } from "@std/assert";
import type { BodySource } from "../../../mod/base/exchange.ts";
import type { ByteRange } from "../../../mod/site/static/byte_ranges.ts";
import { bytesBody } from "../../../mod/site/static/file_body.ts";
import { multipartBody } from "../../../mod/site/static/multipart_body.ts";
import { parseMultipart } from "./multipart_parser.ts";

const DOCUMENT = Uint8Array.from({ length: 1000 }, (_, i) => (i * 31) % 256);
const BOUNDARY = "0a1b2c";

Deno.test("multipartBody() is a body that another reader takes apart again", async () => {
  const cases: ByteRange[][] = [
    [{ start: 0, end: 0 }],
    [{ start: 0, end: 9 }, { start: 20, end: 29 }],
    [{ start: 999, end: 999 }, { start: 0, end: 499 }, { start: 600, end: 700 }],
  ];
  for (const ranges of cases) {
    const open = new OpenDocument();
    const body = multipartBody(ranges, open, BOUNDARY);
    const bytes = await all(body);
    body.close();
    assertEquals(bytes.length, body.length);
    const parts = parseMultipart(`multipart/byteranges; boundary=${BOUNDARY}`, bytes);
    assertEquals(parts.map(({ start, end }) => ({ start, end })), ranges);
    for (const { type, size, start, end, bytes } of parts) {
      assertEquals([type, size], ["text/x; charset=UTF-8", 1000]);
      assertEquals(bytes, DOCUMENT.slice(start, end + 1));
    }
    assertEquals([open.opened, open.closed], [ranges.length, 1]);
    assertEquals(open.bodies, 0);
  }
});

Deno.test("multipartBody() closes what is open whenever it is closed", async () => {
  for (let pulls = 0; pulls < 6; pulls++) {
    const open = new OpenDocument();
    const ranges = [{ start: 0, end: 9 }, { start: 20, end: 29 }];
    const body = multipartBody(ranges, open, BOUNDARY);
    for (let i = 0; i < pulls; i++) await body.pull();
    body.close();
    assertEquals([open.bodies, open.closed], [0, 1], `${pulls}`);
    assertEquals(await body.pull(), null);
  }
});

/** A document that counts the bodies that are open. */
class OpenDocument {
  readonly type = "text/x; charset=UTF-8";
  readonly size = DOCUMENT.length;
  bodies = 0;
  opened = 0;
  closed = 0;

  body(range: ByteRange): BodySource {
    this.bodies++;
    this.opened++;
    const body = bytesBody(DOCUMENT, range);
    return {
      length: body.length,
      pull: () => body.pull(),
      close: () => {
        this.bodies--;
        body.close();
      },
    };
  }

  close(): void {
    this.closed++;
  }
}

async function all(body: BodySource): Promise<Uint8Array> {
  const bytes: number[] = [];
  for (let piece = await body.pull(); piece !== null; piece = await body.pull()) {
    bytes.push(...piece);
  }
  return Uint8Array.from(bytes);
}
