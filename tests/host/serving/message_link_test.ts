// Goal: messages arrive whole and in order, and either end notices when the other is gone. Method:
// both ends in memory.
import { assertEquals } from "@std/assert";
import { MessageLink } from "../../../mod/host/serving/message_link.ts";
import { streamPair } from "../../support/stream_pair.ts";

Deno.test("MessageLink sends in order, whatever is waited for", async () => {
  const [one, other] = streamPair();
  const [a, b] = [new MessageLink(one, 1000), new MessageLink(other, 1000)];
  const received: unknown[] = [];
  const done = b.receive((message) => void received.push(message));
  const sent = [1, { text: "a\nb" }, [null]].map((message) => a.send(message));
  await Promise.all(sent);
  a.close();
  await done;
  assertEquals(received, [1, { text: "a\nb" }, [null]]);
  await b.send("into the void"); // resolves
  a.close(); // once more
});

Deno.test("MessageLink ends at nonsense, at a line that is too long, and at a message it refuses", async () => {
  for (const text of ["nonsense\n", `"${"x".repeat(2000)}"\n`, '"refused"\n']) {
    const [one, other] = streamPair();
    const link = new MessageLink(other, 1000);
    const done = link.receive((message) => {
      if (message === "refused") throw new Error("refused");
    });
    await one.write(new TextEncoder().encode(text)).catch(() => {});
    await done;
    assertEquals(other.isClosed, true, text.slice(0, 20));
  }
});
