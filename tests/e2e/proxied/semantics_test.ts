// Goal: a response of a program is what the program said, as RFC 9110 and 9111 have a gateway pass it
// on, compressed or not. Method: a program with documents of every kind, the real service with one
// worker and with two, requests as bytes and responses read by nothing that repairs them.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { HOST, ProxiedSite } from "../../support/proxy/proxied_site.ts";

const TEXT = "All work and no play makes Jack a dull boy.\n".repeat(100);
const MODIFIED = "Sun, 06 Nov 1994 08:49:37 GMT";
const TAG = '"v1"';

const FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/text": {
    "content-type": "text/plain",
    etag: TAG,
    "last-modified": MODIFIED,
    "cache-control": "max-age=60",
    "accept-ranges": "bytes",
    vary: "Origin",
    age: "7",
    "x-own": "yes",
  },
  "/no-transform": { "content-type": "text/plain", "cache-control": "no-transform", etag: TAG },
  "/encoded": { "content-type": "text/plain", "content-encoding": "x-own", etag: TAG },
  "/image": { "content-type": "image/png", etag: TAG },
  "/events": { "content-type": "text/event-stream" },
  "/digest": { "content-type": "text/plain", "content-digest": "sha-256=:AAAA:" },
};

/** A program of these documents, which knows conditions and ranges. */
function startProgram(): { readonly url: string } & AsyncDisposable {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const headers = { ...FIELDS[pathname], "x-hop": "1", connection: "x-hop" };
    if (request.headers.get("if-none-match")?.includes(TAG)) {
      return new Response(null, { status: 304, headers });
    }
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "");
    if (range !== null) {
      const [start, end] = [Number(range[1]), Number(range[2])];
      const field = `bytes ${start}-${end}/${TEXT.length}`;
      const body = TEXT.slice(start, end + 1);
      return new Response(body, { status: 206, headers: { ...headers, "content-range": field } });
    }
    const status = Number(searchParams.get("status") ?? "200");
    return new Response(status === 204 ? null : TEXT, { status, headers });
  });
  const { port } = server.addr;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

interface Received {
  readonly status: number;
  /** The value of each field line, by lower-case name. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly body: Uint8Array;
}

/** Sends a request on a connection of its own, and reads to the end. */
async function ask(
  port: number,
  path: string,
  lines: readonly string[] = [],
  method = "GET",
): Promise<Received> {
  using connection = await Deno.connect({ hostname: HOST, port });
  const head = [
    `${method} ${path} HTTP/1.1`,
    "Host: a.test",
    "Connection: close",
    ...lines,
    "",
    "",
  ];
  await connection.write(new TextEncoder().encode(head.join("\r\n")));
  const bytes = new Uint8Array(await new Response(connection.readable).arrayBuffer());
  const text = new TextDecoder("latin1").decode(bytes);
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...rest] = text.slice(0, end).split("\r\n");
  const fields = Map.groupBy(rest, (line) => line.slice(0, line.indexOf(":")).toLowerCase());
  const values = new Map([...fields].map(([name, all]) => {
    return [name, all.map((line) => line.slice(line.indexOf(":") + 1).trim())];
  }));
  const isChunked = method !== "HEAD" && values.has("transfer-encoding");
  const body = bytes.subarray(end + 4);
  return {
    status: Number(first.split(" ")[1]),
    fields: values,
    body: isChunked ? unchunked(body) : body,
  };
}

function unchunked(bytes: Uint8Array): Uint8Array {
  const pieces: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at);
    const size = parseInt(new TextDecoder().decode(bytes.subarray(at, end)), 16);
    if (size === 0) return Uint8Array.from(pieces);
    pieces.push(...bytes.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 2;
  }
  throw new Error("the body has no last chunk");
}

const DECODE: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

function textOf({ body, fields }: Received): string {
  const [coding] = fields.get("content-encoding") ?? [];
  return new TextDecoder().decode(coding === undefined ? body : DECODE[coding]!(body));
}

/** Checks what holds for every response of a gateway. */
function checkAny({ fields }: Received, name: string): void {
  for (const [field, values] of fields) {
    if (field !== "vary") assertEquals(values.length, 1, `${name}: ${field} ${values}`);
  }
  assert(fields.has("date"), `${name}: Date`);
  assertMatch(fields.get("via")![0]!, /^1\.1 \S+$/, name);
  for (const hop of ["x-hop", "keep-alive", "upgrade", "proxy-connection"]) {
    assert(!fields.has(hop), `${name}: ${hop} is for one hop`);
  }
  assert(!(fields.has("content-length") && fields.has("transfer-encoding")), name);
}

function comparable({ fields }: Received): unknown {
  return [...fields].filter(([name]) =>
    !["date", "content-length", "transfer-encoding"].includes(name)
  )
    .sort();
}

for (const [words, settings] of [[[], {}], [["--compression", "all"], { Workers: 2 }]] as const) {
  const isCoded = words.length > 0;
  Deno.test(`gateway semantics, ${isCoded ? "compressed, two workers" : "as it is"}`, async () => {
    await using program = startProgram();
    await using site = await ProxiedSite.start(["--proxy", program.url, ...words], settings);
    const { port } = site;

    const plain = await ask(port, "/text");
    checkAny(plain, "plain");
    assertEquals([plain.status, textOf(plain)], [200, TEXT]);
    assertEquals(plain.fields.get("etag"), [TAG]);
    assertEquals(plain.fields.get("age"), ["7"]);
    assertEquals(plain.fields.get("x-own"), ["yes"]);
    assertEquals(plain.fields.get("content-length"), [`${TEXT.length}`]);
    assertEquals(varyOf(plain), isCoded ? ["accept-encoding", "origin"] : ["origin"]);

    for (const coding of ["gzip", "br", "zstd"]) {
      const lines = [`Accept-Encoding: ${coding}`];
      const got = await ask(port, "/text", lines);
      checkAny(got, coding);
      assertEquals(textOf(got), TEXT, coding);
      assertEquals(got.fields.get("content-encoding"), isCoded ? [coding] : undefined);
      assertEquals(got.fields.get("etag"), [isCoded ? `W/${TAG}` : TAG]);
      assertEquals(varyOf(got), varyOf(plain));
      assertEquals(got.fields.has("accept-ranges"), !isCoded);
      const head = await ask(port, "/text", lines, "HEAD");
      checkAny(head, `HEAD ${coding}`);
      assertEquals([head.status, head.body.length], [200, 0]);
      assertEquals(comparable(head), comparable(got));
      const known = await ask(port, "/text", [
        ...lines,
        `If-None-Match: ${got.fields.get("etag")![0]}`,
      ]);
      checkAny(known, `304 ${coding}`);
      assertEquals([known.status, known.body.length], [304, 0]);
      assertEquals(known.fields.get("etag"), got.fields.get("etag"));
      assertEquals(varyOf(known), varyOf(plain));
      assert(!known.fields.has("content-encoding"), "a 304 has no coding");
      const part = await ask(port, "/text", [...lines, "Range: bytes=2-9"]);
      checkAny(part, `206 ${coding}`);
      assertEquals([part.status, textOf(part)], [206, TEXT.slice(2, 10)]);
      assertEquals(part.fields.get("content-range"), [`bytes 2-9/${TEXT.length}`]);
      for (const path of ["/no-transform", "/image", "/events", "/digest"]) {
        const same = await ask(port, path, lines);
        checkAny(same, path);
        assertEquals(same.fields.has("content-encoding"), false, path);
        assertEquals(textOf(same), TEXT);
      }
      const encoded = await ask(port, "/encoded", lines);
      assertEquals(encoded.fields.get("content-encoding"), ["x-own"]);
      assertEquals(new TextDecoder().decode(encoded.body), TEXT);
    }
    for (const status of [204, 404, 500]) {
      const got = await ask(port, `/text?status=${status}`, ["Accept-Encoding: gzip"]);
      checkAny(got, `${status}`);
      assertEquals([got.status, status === 204 ? "" : textOf(got)], [
        status,
        status === 204 ? "" : TEXT,
      ]);
    }
    assertEquals(
      textOf(await ask(port, "/text", ["Cache-Control: no-transform", "Accept-Encoding: gzip"])),
      TEXT,
    );
  });
}

function varyOf({ fields }: Received): string[] {
  const all = fields.get("vary") ?? [];
  return all.flatMap((value) => value.split(",")).map((one) => one.trim().toLowerCase()).sort();
}
