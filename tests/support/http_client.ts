/**
 * HTTP by hand: bytes out, bytes in, nothing hidden.
 *
 * @module
 */
import { type Ip, urlHost } from "../../mod/base/address.ts";

export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Get {
  readonly path?: string;
  /** The Host field; the address and port when not given. */
  readonly host?: string;
}

/** One GET on a connection of its own. */
export async function get(ip: string, port: number, options: Get = {}): Promise<Answer> {
  const { path = "/", host = `${urlHost(ip as Ip)}:${port}` } = options;
  const head = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  return parseAnswer(await talk(ip, port, head));
}

/** Sends `text`; everything that comes back until the other side closes. */
export async function talk(ip: string, port: number, text: string): Promise<string> {
  using conn = await Deno.connect({ hostname: ip, port });
  await send(conn, text);
  return await receive(conn, () => false);
}

export async function send(conn: Deno.Conn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

/** What comes in until `isEnough` says so or the other side closes. */
export async function receive(
  conn: Deno.Conn,
  isEnough: (text: string) => boolean,
): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  let text = "";
  while (!isEnough(text)) {
    const count = await conn.read(buffer);
    if (count === null) break;
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return text;
}

/** The one answer that `text` is. */
export function parseAnswer(text: string): Answer {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...fields] = text.slice(0, end).split("\r\n");
  const [, status = "", reason = ""] = /^HTTP\/1\.1 ([0-9]{3}) (.*)$/.exec(first) ?? [];
  if (end < 0 || status === "") throw new Error(`no answer: ${JSON.stringify(text)}`);
  const headers = Object.fromEntries(fields.map((line) => {
    const colon = line.indexOf(": ");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
  }));
  return { status: Number(status), reason, headers, body: text.slice(end + 4) };
}

/** True where a connection to `ip`:`port` is refused. */
export async function isRefused(ip: string, port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: ip, port })).close();
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return true;
    throw error;
  }
}
