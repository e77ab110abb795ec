/** Goal: a body has the bytes that its framing declares, at every split. Method: a connection in
 * memory that delivers a few bytes at a time. */
import { assertEquals, assertRejects } from "@std/assert";
import { UpstreamBody } from "../../../mod/site/proxy/upstream_body.ts";
import { UpstreamConnection } from "../../../mod/site/proxy/upstream_connection.ts";
import { BODY, UpstreamFault } from "../../../mod/site/proxy/response_head.ts";
import { HandDeadlines } from "../../support/proxy/hand_deadlines.ts";

interface Read {
  readonly text: string;
  /** The arguments of `onEnd`, in order. */
  readonly ends: readonly boolean[];
  /** Number of bytes that the body left unread. */
  readonly rest: number;
}

async function readAll(sent: string, bodyLength: number, step: number): Promise<Read> {
  const bytes = new TextEncoder().encode(sent);
  let at = 0;
  const connection = new UpstreamConnection(
    {
      read(buffer): Promise<number | null> {
        const count = Math.min(step, buffer.length, bytes.length - at);
        buffer.set(bytes.subarray(at, at + count));
        at += count;
        return Promise.resolve(count === 0 ? null : count);
      },
      write: (piece) => Promise.resolve(piece.length),
      closeWrite: () => Promise.resolve(),
      close: () => {},
    },
    "us",
    new HandDeadlines(),
  );
  const ends: boolean[] = [];
  const body = new UpstreamBody(connection, bodyLength, {
    fillBody: () => connection.fill(),
    onBodyEnd: (isWhole) => void ends.push(isWhole),
    onBodyFault: (error) => error as Error,
  });
  let text = "";
  try {
    for (let piece = await body.pull(); piece !== null; piece = await body.pull()) {
      text += new TextDecoder().decode(piece);
    }
  } finally {
    body.close();
  }
  return { text, ends, rest: connection.end - connection.start };
}

Deno.test("UpstreamBody reads what its framing declares, at every split", async () => {
  const chunked = "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n";
  const cases: [sent: string, bodyLength: number, isWhole: boolean][] = [
    ["abcde", 5, true],
    [chunked, BODY.chunked, true],
    ["abcde", BODY.untilClose, false],
  ];
  for (const [sent, bodyLength, isWhole] of cases) {
    for (let step = 1; step <= sent.length; step++) {
      const read = await readAll(sent, bodyLength, step);
      assertEquals(read, { text: "abcde", ends: [isWhole], rest: 0 }, `${sent} by ${step}`);
    }
  }
  assertEquals((await readAll("", 0, 1)).ends, [true]);
});

Deno.test("UpstreamBody leaves what follows it unread", async () => {
  assertEquals((await readAll("abcdeHTTP/1.1", 5, 100)).rest, 8);
  assertEquals((await readAll("1\r\na\r\n0\r\n\r\nHTTP/1.1", BODY.chunked, 100)).rest, 8);
});

Deno.test("UpstreamBody fails if the connection ends early or a chunk is invalid", async () => {
  const cases: [sent: string, bodyLength: number][] = [
    ["abcd", 5],
    ["", 5],
    ["5\r\nabcde\r\n", BODY.chunked],
    ["5\r\nabcde\r\n0\r\n", BODY.chunked],
    ["5\r\nabcdeXX0\r\n\r\n", BODY.chunked],
    ["-1\r\n", BODY.chunked],
    ["5\nabcde", BODY.chunked],
  ];
  for (const [sent, bodyLength] of cases) {
    for (let step = 1; step <= Math.max(1, sent.length); step++) {
      await assertRejects(() => readAll(sent, bodyLength, step), UpstreamFault, undefined, sent);
    }
  }
});
