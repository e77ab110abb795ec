// Goal: messages arrive whole and in order, with their bytes, and either end notices when the other is
// gone. Method: both ends in memory.
import { assertEquals } from "@std/assert";
import { MessageLink } from "../../../mod/host/serving/message_link.ts";
import { streamPair } from "../../support/stream_pair.ts";

Deno.test("MessageLink sends in order, whatever is waited for", async () => {
  const [one, other] = streamPair();
  const [a, b] = [new MessageLink(one), new MessageLink(other)];
  const received: unknown[] = [];
  const done = b.receive((message, bytes) => {
    received.push([message, new TextDecoder().decode(bytes)]);
  });
  const piece = (text: string): Uint8Array => new TextEncoder().encode(text);
  const large = "x".repeat(200_000);
  await Promise.all([
    a.send(1),
    a.send({ text: "a\nb" }, [piece("one"), piece(""), piece("two")]),
    a.send([null], [piece(large)]),
    a.send("last"),
  ]);
  assertEquals(received.slice(0, 3), [[1, ""], [{ text: "a\nb" }, "onetwo"], [[null], large]]);
  a.close();
  await done;
  await b.send("into the void"); // resolves
  a.close(); // once more
});

Deno.test("MessageLink ends at nonsense, at a message that is too long, and at one it refuses", async () => {
  const frame = (json: string, jsonLength = json.length, byteLength = 0): Uint8Array => {
    const bytes = new Uint8Array([...new Uint8Array(8), ...new TextEncoder().encode(json)]);
    new DataView(bytes.buffer).setUint32(0, jsonLength);
    new DataView(bytes.buffer).setUint32(4, byteLength);
    return bytes;
  };
  const cases = [
    frame("nonsense"),
    frame("1", 2 ** 31),
    frame("1", 1, 2 ** 31),
    frame('"refused"'),
  ];
  for (const bytes of cases) {
    const [one, other] = streamPair();
    const link = new MessageLink(other);
    const done = link.receive((message) => {
      if (message === "refused") throw new Error("refused");
    });
    await one.write(bytes).catch(() => {});
    await done;
    assertEquals(other.isClosed, true);
  }
});
