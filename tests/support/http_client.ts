/**
 * A plain HTTP client: writes bytes and reads bytes, and hides nothing.
 *
 * @module
 */
import { type Ip, urlHost, withoutZone } from "../../mod/base/address.ts";
import { waitFor } from "./wait.ts";

export interface ReceivedResponse {
  readonly status: number;
  readonly reason: string;
  /** Values by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Get {
  readonly path?: string;
  /** The Host field; by default the address and port. */
  readonly host?: string;
}

/** Sends one GET on a connection of its own. */
export async function get(
  ip: string,
  port: number,
  options: Get = {},
): Promise<ReceivedResponse> {
  // A client does not send the zone of an address (RFC 6874, section 4).
  const { path = "/", host = `${urlHost(withoutZone(ip as Ip))}:${port}` } = options;
  const head = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  return parseResponse(await talk(ip, port, head));
}

/** Sends `text` and returns everything that arrives until the server closes. */
export async function talk(ip: string, port: number, text: string): Promise<string> {
  using conn = await Deno.connect({ hostname: ip, port });
  await send(conn, text);
  return await receive(conn, () => false);
}

export async function send(conn: Deno.Conn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

/** Returns what arrives until `isEnough` returns true or the server closes. */
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

/** Parses `text`, which is one response. */
export function parseResponse(text: string): ReceivedResponse {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...fields] = text.slice(0, end).split("\r\n");
  const [, status = "", reason = ""] = /^HTTP\/1\.1 ([0-9]{3}) (.*)$/.exec(first) ?? [];
  if (end < 0 || status === "") throw new Error(`not a response: ${JSON.stringify(text)}`);
  const headers = Object.fromEntries(fields.map((line) => {
    const colon = line.indexOf(": ");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
  }));
  return { status: Number(status), reason, headers, body: text.slice(end + 4) };
}

/**
 * Resolves when nobody listens on `ip`:`port`. A socket that this process has closed is closed, but
 * not the copies that the children of other tests in this process have between fork and exec.
 */
export async function untilRefused(ip: string, port: number): Promise<void> {
  await waitFor(() => isRefused(ip, port), `${ip}:${port} to be closed`);
}

/** Reports whether a connection to `ip`:`port` is refused. */
export async function isRefused(ip: string, port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: ip, port })).close();
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return true;
    throw error;
  }
}
