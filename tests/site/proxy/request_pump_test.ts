/** Goal: the body arrives whole, or the failure is known. Method: a connection in memory. */
import { assertEquals } from "@std/assert";
import { BodyError, type RequestBody } from "../../../mod/base/exchange.ts";
import { OutputBuffer } from "../../../mod/site/proxy/output_buffer.ts";
import { RequestPump } from "../../../mod/site/proxy/request_pump.ts";
import { UpstreamConnection } from "../../../mod/site/proxy/upstream_connection.ts";
import { HandDeadlines } from "../../support/proxy/hand_deadlines.ts";
import { fakeRequest } from "../../support/request.ts";
import { type StreamEnd, streamPair } from "../../support/stream_pair.ts";

interface Pumped {
  readonly pump: RequestPump;
  readonly connection: UpstreamConnection;
  readonly program: StreamEnd;
  /** `+` and `-` for the beginning and the end of a wait, `.` when everything was sent. */
  readonly events: () => string;
  readonly sent: Promise<void>;
}

function pumping(body: RequestBody): Pumped {
  const [ours, program] = streamPair();
  const connection = new UpstreamConnection(ours, "us", new HandDeadlines());
  let log = "";
  const { promise: sent, resolve } = Promise.withResolvers<void>();
  const pump = new RequestPump(body, {
    onWait: (isWaiting) => void (log += isWaiting ? "+" : "-"),
    onSent(): void {
      log += ".";
      resolve();
    },
  });
  pump.start(connection);
  return { pump, connection, program, events: () => log, sent };
}

async function textOf(stream: StreamEnd, length: number): Promise<string> {
  const buffer = new Uint8Array(10_000);
  let text = "";
  while (text.length < length) {
    const count = await stream.read(buffer);
    if (count === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return text;
}

const BODY = fakeRequest({ body: ["ab", "", "c"].map((text) => new TextEncoder().encode(text)) });

Deno.test("RequestPump sends a body of known length as it is, any other in chunks", async () => {
  const body = (): RequestBody =>
    fakeRequest({ body: ["ab", "", "c"].map((t) => new TextEncoder().encode(t)) }).body;
  const plain = pumping(body());
  assertEquals(await textOf(plain.program, 3), "abc");
  await plain.sent;
  assertEquals([plain.events(), plain.pump.isSent], ["+-+-.", true]);
  const source = body();
  const chunked = pumping({ ...source, length: null, read: () => source.read() });
  assertEquals(await textOf(chunked.program, 18), "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
  await chunked.sent;
});

Deno.test("RequestPump keeps the error of the client's side and disconnects", async () => {
  const error = new BodyError("gone");
  const { pump, program, connection } = pumping({
    ...BODY.body,
    read: () => Promise.reject(error),
  });
  assertEquals(await program.read(new Uint8Array(1)), null);
  assertEquals([pump.bodyError, pump.isSent, connection.isClosed], [error, false, true]);
});

Deno.test("RequestPump stops if the upstream stops reading, and leaves its response", async () => {
  const source = fakeRequest({ body: [new Uint8Array(1), new Uint8Array(1)] }).body;
  const { pump, program, connection } = pumping(source);
  program.close();
  for (let i = 0; i < 50; i++) await Promise.resolve();
  assertEquals([pump.bodyError, pump.isSent, connection.isClosed], [null, false, false]);
});

Deno.test("RequestPump sends what has arrived with the head, however often, and then the rest", async () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const text = (output: OutputBuffer): string => new TextDecoder().decode(output.take());
  const cases: [body: string, length: number | null, joined: string, rest: string][] = [
    ["abc", 5, "abc", "de"],
    ["abc", null, "3\r\nabc\r\n", "2\r\nde\r\n0\r\n\r\n"],
    ["", null, "", "2\r\nde\r\n0\r\n\r\n"],
    ["x".repeat(9000), 9002, "", `${"x".repeat(9000)}de`],
    ["abcde", 5, "abcde", ""],
  ];
  for (const [arrived, length, joined, rest] of cases) {
    const pieces: (Uint8Array | null)[] = [bytes(arrived)];
    const source = fakeRequest({ body: arrived.length === length ? [] : [bytes("de")] }).body;
    const { promise: sent, resolve } = Promise.withResolvers<void>();
    const pump = new RequestPump({
      ...source,
      length,
      readArrived: () => pieces.shift() ?? null,
      read: () => source.read(),
    }, { onWait: () => {}, onSent: resolve });
    const output = new OutputBuffer();
    for (let attempt = 0; attempt < 2; attempt++) {
      pump.join(output);
      assertEquals(text(output), joined);
    }
    const [ours, program] = streamPair();
    pump.start(new UpstreamConnection(ours, "us", new HandDeadlines()));
    assertEquals(await textOf(program, rest.length), rest);
    await sent;
  }
});
