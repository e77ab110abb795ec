// Goal: a head that is recognized means exactly what it means when it is parsed.
import { assert, assertEquals } from "@std/assert";
import { KnownHeads } from "../../mod/http/known_heads.ts";
import { BufferPool } from "../../mod/http/buffer_pool.ts";
import { ReadBuffer } from "../../mod/http/read_buffer.ts";
import { HELLO, TestEngine } from "../support/engine.ts";
import { latin1Bytes } from "../support/fake_stream.ts";

const AGENT = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0)\r\n";

function inputOf(pool: BufferPool, text: string): ReadBuffer {
  const input = new ReadBuffer(pool);
  input.buffer.set(latin1Bytes(text));
  input.end = text.length;
  return input;
}

/** Sends the requests on one connection, one after another; returns what the handler saw. */
async function seen(requests: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const engine = new TestEngine((request) => {
    const { method, path, rawPath, query, minor, host } = request;
    const fields = [request.header("user-agent"), request.header("x-a"), request.headers().length];
    found.push(JSON.stringify([method, path, rawPath, query, minor, host, ...fields]));
    return HELLO;
  });
  const client = engine.connect();
  for (const [i, text] of requests.entries()) {
    client.send(text);
    await client.until(() => client.text.split("HTTP/1.1 200").length === i + 2);
  }
  client.end();
  await client.closed();
  await engine.quiet();
  assertEquals(engine.failures, []);
  return found;
}

Deno.test("a head that comes again means the same", async () => {
  const heads = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    `GET /p%41th/?q=1 HTTP/1.1\r\nHost: B.example:80\r\n${AGENT}X-A: 1\r\nx-a: 2\r\n\r\n`,
    `HEAD /p HTTP/1.1\r\nHost: a\r\n${AGENT}\r\n`,
  ];
  for (const head of heads) {
    const [first, ...others] = await seen([head, head, head, head]);
    assertEquals(others, [first, first, first]);
  }
});

Deno.test("heads that differ in one byte, of whatever place, are told apart", async () => {
  const head = `GET /aaaa HTTP/1.1\r\nHost: aaaa\r\nX-A: ${"b".repeat(600)}\r\n\r\n`;
  const others = [...head.matchAll(/[ab]/g)].filter((_, i) => i % 7 === 0).map(({ index }) => {
    return `${head.slice(0, index)}c${head.slice(index + 1)}`;
  });
  const all = others.filter((other) => /^GET \/[ac]+ HTTP.*\r\nHost: [ac]+\r\nX-A/.test(other));
  const [first] = await seen([head, head, head]);
  const results = await seen([head, head, ...all.flatMap((other) => [other, other, other, head])]);
  for (const [i, result] of results.entries()) {
    const isHead = i < 2 || (i - 2) % 4 === 3;
    assertEquals(result === first, isHead, String(i));
  }
});

Deno.test("a request with a body is parsed each time", async () => {
  const post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
  const get = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";
  const [first, ...others] = await seen([post, post, post, post]);
  assertEquals(others, [first, first, first]);
  assertEquals((await seen([`${get}ab`, `${get}cd`, `${get}ef`])).length, 3);
});

Deno.test("KnownHeads copies a head only when it comes the second time, and forgets it", () => {
  const heads = new KnownHeads();
  const pool = new BufferPool();
  const input = inputOf(pool, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const bytes = input.buffer.subarray(0, input.end);
  let copies = 0;
  const offer = (): void => {
    assertEquals(heads.find(input), null);
    heads.offer(bytes, (copy) => {
      copies++;
      return { bytes: copy } as ReturnType<Parameters<KnownHeads["offer"]>[1]>;
    });
  };
  offer();
  assertEquals(copies, 0);
  offer();
  assertEquals(copies, 1);
  assert(heads.find(input) !== null);
  assertEquals(heads.find(inputOf(pool, "GET / HTTP/1.1\r\nHost: b\r\n\r\n")), null);
  heads.clear();
  assertEquals(heads.find(input), null);
});
