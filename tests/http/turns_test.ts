// Goal: no client takes the event loop for itself. Method: streams in memory whose next bytes are
// always there, so that nothing but the engine itself makes way for another client.
import { assert, assertEquals } from "@std/assert";
import type { BodySource, Handler } from "../../mod/base/exchange.ts";
import { inTurns, Turns } from "../../mod/http/turns.ts";
import { HELLO, settle, TestEngine } from "../support/engine.ts";
import { FakeStream } from "../support/fake_stream.ts";

const MEGABYTE = 1024 * 1024;
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

Deno.test("Turns.take() grants the share of a turn at once, and more only in the next", async () => {
  const turns = new Turns();
  let granted = 0;
  let later: Promise<void> | null = null;
  while (later === null && granted < 1000) {
    later = turns.take(MEGABYTE);
    if (later === null) granted++;
  }
  assert(granted > 0 && granted < 100, `${granted} MB in one turn`);
  let isGranted = false;
  void later!.then(() => isGranted = true);
  await settle();
  assertEquals(isGranted, false);
  await later;
});

Deno.test("Turns.take() holds up nobody while little happens between two waits", async () => {
  const turns = new Turns();
  for (let i = 0; i < 5; i++) {
    for (let megabytes = 0; megabytes < 5; megabytes++) assertEquals(turns.take(MEGABYTE), null);
    await looked();
  }
});

Deno.test("Turns.take() does not take a process that was stopped for one that waited", () => {
  let nowMs = 0;
  const turns = new Turns(() => nowMs);
  for (let megabytes = 0; megabytes < 5; megabytes++) assertEquals(turns.take(MEGABYTE), null);
  nowMs += 1000;
  assert(turns.take(MEGABYTE) !== null, "a client that never waits took another share");
});

/** Resolves after the runtime has looked at the sockets. */
async function looked(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 2));
}

Deno.test("Turns.take() does not let all who wait go on together", async () => {
  let round = 0;
  const turns = new Turns(undefined, async () => {
    await settle();
    round++;
  });
  const rounds: number[] = [];
  await Promise.all(Array.from({ length: 20 }, async () => {
    await turns.take(100 * MEGABYTE); // each more than a share
    rounds.push(round);
  }));
  assertEquals(new Set(rounds).size, 20, rounds.join());
});

/** Serves a client that never waits, and reports whether another was served before its end. */
async function isOtherServed(
  handler: Handler,
  start: (greedy: FakeStream) => void,
  isOver: (greedy: FakeStream) => boolean,
): Promise<boolean> {
  const engine = new TestEngine((request) => request.path === "/other" ? HELLO : handler(request));
  const greedy = engine.connect();
  start(greedy);
  greedy.end();
  let wasFirst = false;
  // A timer, as for everything that comes from outside: it has to wait for the turn to end.
  await new Promise<void>((resolve) => {
    setTimeout(async () => {
      const other = engine.connect();
      other.send("GET /other HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      await other.closed();
      wasFirst = !isOver(greedy);
      resolve();
    }, 0);
  });
  await greedy.closed();
  await engine.quiet();
  assertEquals(isOver(greedy), true);
  assertEquals(engine.failures, []);
  return wasFirst;
}

Deno.test("Pipelined requests make way for other clients", async () => {
  const requests = 20_000;
  let responses = 0;
  const handler: Handler = () => {
    responses++;
    return HELLO;
  };
  const isOver = (): boolean => responses === requests;
  const start = (greedy: FakeStream): void => greedy.send(GET.repeat(requests));
  assertEquals(await isOtherServed(handler, start, isOver), true);
});

Deno.test("A request body makes way for other clients, whatever its pieces are", async () => {
  const chunks = 200_000;
  const cases: [title: string, head: string, body: Uint8Array | string][] = [
    [
      "plain",
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${100 * MEGABYTE}\r\n\r\n`,
      new Uint8Array(100 * MEGABYTE),
    ],
    [
      "one byte in each chunk",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
      `${"1\r\na\r\n".repeat(chunks)}0\r\n\r\n`,
    ],
  ];
  for (const [title, head, body] of cases) {
    let isRead = false;
    const handler: Handler = async (request) => {
      while (await request.body.read() !== null);
      isRead = true;
      return HELLO;
    };
    const start = (greedy: FakeStream): void => {
      greedy.send(head);
      greedy.send(body);
    };
    assertEquals(await isOtherServed(handler, start, () => isRead), true, title);
  }
});

Deno.test("A response makes way for other clients, whatever its pieces are", async () => {
  const pieces = (size: number, count: number): BodySource => ({
    length: size * count,
    pull: () => Promise.resolve(count-- > 0 ? new Uint8Array(size) : null),
    close: () => {},
  });
  const cases: [title: string, body: Uint8Array | BodySource][] = [
    ["known", new Uint8Array(100 * MEGABYTE)],
    ["large pieces", pieces(65536, 1600)],
    ["small pieces", pieces(10, 5000)],
    ["one piece", pieces(100 * MEGABYTE, 1)],
  ];
  for (const [title, body] of cases) {
    const length = body instanceof Uint8Array ? body.length : body.length!;
    let sent = 0;
    const isOver = (greedy: FakeStream): boolean => {
      sent = greedy.writes.reduce((sum, { length }) => sum + length, 0);
      return sent > length;
    };
    const handler: Handler = () => ({ status: 200, headers: [], body });
    const start = (greedy: FakeStream): void => greedy.send(GET);
    assertEquals(await isOtherServed(handler, start, isOver), true, title);
  }
});

Deno.test("A protocol after an upgrade makes way for other clients", async () => {
  let isRead = false;
  const handler: Handler = () => ({
    status: 101,
    headers: [["Upgrade", "test"]],
    body: null,
    upgrade: async (stream): Promise<void> => {
      const buffer = new Uint8Array(16_384);
      for (let count = await stream.read(buffer); count !== null;) {
        count = await stream.read(buffer);
      }
      isRead = true;
    },
  });
  const start = (greedy: FakeStream): void => {
    greedy.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n");
    greedy.send(new Uint8Array(100 * MEGABYTE));
  };
  assertEquals(await isOtherServed(handler, start, () => isRead), true);
});

Deno.test("inTurns() counts what is written, and passes everything on", async () => {
  const turns = new Turns();
  const inner = new FakeStream();
  const stream = inTurns(inner, turns);
  for (let i = 0; i < 40; i++) await stream.write(new Uint8Array(MEGABYTE));
  assertEquals(inner.writes.length, 40);
  await stream.closeWrite();
  stream.close();
  assertEquals([inner.isWriteClosed, inner.isClosed], [true, true]);
});
