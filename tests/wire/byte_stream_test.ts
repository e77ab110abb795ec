// Goal: after a 101, the site receives every byte once. Method: bytes with the head and after it.
import { assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { joinPieces } from "../../mod/wire/byte_stream.ts";
import { TestEngine } from "../support/engine.ts";

Deno.test("101 hands the connection over, early bytes first", async () => {
  const engine = new TestEngine(() => ({
    status: 101,
    headers: [["Upgrade", "x"]],
    body: null,
    async upgrade(stream): Promise<void> {
      const buffer = new Uint8Array(100);
      for (let n = await stream.read(buffer); n !== null; n = await stream.read(buffer)) {
        await stream.write(buffer.slice(0, n));
      }
    },
  }));
  const stream = engine.connect();
  stream.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nearly ");
  stream.send("late");
  stream.end();
  await stream.closed();
  const [head, rest] = stream.text.split("\r\n\r\n");
  assertStringIncludes(head!, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n");
  assertStringIncludes(head!, "\r\nConnection: Upgrade");
  assertEquals(rest, "early late");
  assertEquals(engine.served.map((record) => record.status), [101]);
});

Deno.test("joinPieces() returns what the pieces are together", () => {
  const piece = Uint8Array.of(1, 2);
  assertStrictEquals(joinPieces([piece]), piece);
  assertEquals(joinPieces([piece, Uint8Array.of(), Uint8Array.of(3)]), Uint8Array.of(1, 2, 3));
  assertEquals(joinPieces([]), new Uint8Array(0));
});
