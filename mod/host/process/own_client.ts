/**
 * Edge: a client of this very process, which finds out whether its sockets respond. Whatever they
 * respond, they do: a refusal and a failed handshake say that the process is alive.
 *
 * @module
 */
import { endpointOf } from "../../base/address.ts";
import type { IpBlocks } from "../../base/ip_blocks.ts";
import { LOCAL_HEADER } from "../../listen/proxy_protocol/proxy_header.ts";

interface OwnEndpoint {
  readonly ip: string;
  readonly port: number;
  readonly scheme: "http" | "https";
}

/** The request has no path, so it belongs to no site and is in no log. */
const REQUEST = "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/** Codes of a failure to connect that is about the client's own side: it proves nothing. */
const NO_CLIENT: ReadonlySet<unknown> = new Set(["EMFILE", "ENFILE", "EADDRNOTAVAIL"]);

export class OwnClient {
  /** The endpoints that have responded: a firewall may keep this machine from some of its own. */
  readonly #reached = new Set<string>();

  /**
   * Resolves when `endpoint` has responded, which may be never; at once if it has never responded,
   * and for null. Rejects if it refuses the connection. `proxies` are the peers from which it expects
   * a PROXY header.
   */
  async check(endpoint: OwnEndpoint | null, proxies: IpBlocks): Promise<void> {
    if (endpoint === null) return;
    const key = `${endpoint.scheme} ${endpoint.ip} ${endpoint.port}`;
    const ask = endpoint.scheme === "http" ? awaitResponse : awaitHandshake;
    const response = ask(endpoint, proxies).then(() => void this.#reached.add(key));
    if (this.#reached.has(key)) await response;
    else response.catch(() => {});
  }
}

/** Resolves when a request to a socket that speaks HTTP has been answered. */
async function awaitResponse(endpoint: OwnEndpoint, proxies: IpBlocks): Promise<void> {
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect({ hostname: reachable(endpoint.ip), port: endpoint.port });
  } catch (error) {
    if (NO_CLIENT.has((error as { code?: unknown }).code)) return;
    throw error;
  }
  try {
    const own = endpointOf(connection.localAddr as Deno.NetAddr);
    if (proxies.includes(own.ip)) await connection.write(LOCAL_HEADER);
    await connection.write(new TextEncoder().encode(REQUEST));
    await connection.read(new Uint8Array(1));
  } catch {
    // A reset is an answer, too.
  } finally {
    connection.close();
  }
}

/** Resolves when a handshake with a socket that speaks TLS has ended, or has failed. */
async function awaitHandshake({ ip, port }: OwnEndpoint, proxies: IpBlocks): Promise<void> {
  const { connectOwnTls } = await import("../inspect/own_tls.ts");
  const { connected, secure, abort } = connectOwnTls({ ip: reachable(ip), port }, proxies);
  try {
    await connected;
    await secure.catch(() => {}); // a failure is an answer, too
  } catch (error) {
    if (!NO_CLIENT.has((error as { code?: unknown }).code)) throw error;
  } finally {
    abort();
  }
}

/** A wildcard is reached by the loopback address. */
function reachable(ip: string): string {
  if (ip === "0.0.0.0") return "127.0.0.1";
  return ip === "::" ? "::1" : ip;
}
