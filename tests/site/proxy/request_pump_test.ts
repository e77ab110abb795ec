/** Goal: the body arrives whole, or the failure is known. Method: a connection in memory. */
import { assertEquals } from "@std/assert";
import { BodyError, type RequestBody } from "../../../mod/base/exchange.ts";
import { RequestPump } from "../../../mod/site/proxy/request_pump.ts";
import { UpstreamConnection } from "../../../mod/site/proxy/upstream_connection.ts";
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
  const connection = new UpstreamConnection(ours);
  let log = "";
  const { promise: sent, resolve } = Promise.withResolvers<void>();
  const pump = new RequestPump(connection, body, {
    onWait: (isWaiting) => void (log += isWaiting ? "+" : "-"),
    onSent(): void {
      log += ".";
      resolve();
    },
  });
  return { pump, connection, program, events: () => log, sent };
}

async function textOf(stream: StreamEnd, length: number): Promise<string> {
  const buffer = new Uint8Array(100);
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
