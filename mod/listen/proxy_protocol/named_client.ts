/**
 * A connection whose first bytes have been read, as the stream that is served.
 *
 * @module
 */
import type { AcceptedStream, NetworkAddress, ProxiedClient } from "../../base/exchange.ts";
import { withEarlyBytes } from "../../wire/byte_stream.ts";

/** Whose connection it is, by the header that it began with. */
export interface NamedClient {
  /** The client, or the proxy itself if the header names none. */
  readonly remoteAddr: NetworkAddress;
  /** Null for a connection that the proxy made for itself. */
  readonly proxy: ProxiedClient | null;
  /** What was read behind the header. */
  readonly early: Uint8Array;
}

/** What of a connection is needed to serve it without TLS. */
type PlainConnection = Pick<Deno.TcpConn, keyof AcceptedStream & keyof Deno.TcpConn>;

/** Returns the connection with the bytes `early`, which were read from it, before all others. */
export function acceptedStream(
  conn: PlainConnection,
  early: Uint8Array,
  named: NamedClient | null,
): AcceptedStream {
  return {
    ...withEarlyBytes(conn, early),
    localAddr: conn.localAddr as Deno.NetAddr,
    remoteAddr: named?.remoteAddr ?? conn.remoteAddr as Deno.NetAddr,
    proxy: named?.proxy ?? null,
  };
}
