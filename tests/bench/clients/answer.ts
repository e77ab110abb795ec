/** One request, for the bytes of its response: what the floor then writes again and again. */
import type { RunningServer } from "../servers/server.ts";
import type { Request } from "./wrk.ts";

/** Returns the whole response of `server` to a request as wrk sends it. */
export async function answerOf(
  { hostname, port, scheme }: RunningServer,
  { path, fields = [], bodyBytes = 0 }: Request,
  cert: string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  using connection = scheme === "http"
    ? await Deno.connect({ hostname, port })
    : await Deno.connectTls({ hostname, port, caCerts: [cert ?? ""] });
  const head = [
    `${bodyBytes > 0 ? "POST" : "GET"} ${path} HTTP/1.1`,
    // The last field of a name counts: a host of the row's own replaces that of the URL.
    ...(fields.some((field) => /^host:/i.test(field)) ? [] : [`Host: ${hostname}:${port}`]),
    ...fields,
    ...(bodyBytes > 0 ? [`Content-Length: ${bodyBytes}`] : []),
  ];
  await writeAll(connection, new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`));
  await writeAll(connection, new Uint8Array(bodyBytes).fill(120));
  return await readAnswer(connection);
}

/** Reads a response with a Content-Length. */
async function readAnswer(connection: Deno.Conn): Promise<Uint8Array<ArrayBuffer>> {
  let received = new Uint8Array(0);
  const buffer = new Uint8Array(65536);
  while (true) {
    const text = new TextDecoder("latin1").decode(received.subarray(0, 4096));
    const end = text.indexOf("\r\n\r\n");
    const length = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0);
    if (end >= 0 && received.length >= end + 4 + length) return received;
    const count = await connection.read(buffer);
    if (count === null) throw new Error(`the response is not whole: ${text.slice(0, 80)}`);
    const longer = new Uint8Array(received.length + count);
    longer.set(received);
    longer.set(buffer.subarray(0, count), received.length);
    received = longer;
  }
}

export async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}
