/**
 * Two ends of one TCP connection on loopback, and a certificate for both.
 *
 * @module
 */
import { makeSelfSigned } from "../../../mod/config/certs/self_signed.ts";
import { closeQuietly } from "../../../mod/wire/byte_stream.ts";

/** A certificate and its key as PEM. */
export interface Pem {
  readonly cert: string;
  readonly key: string;
}

/** Makes a new certificate for `names` and 127.0.0.1. */
export function makePem(...names: string[]): Promise<Pem> {
  return makeSelfSigned({ names, ips: ["127.0.0.1"], days: 30, nowMs: Date.now() });
}

/** Both ends; they are closed when disposed of. */
export interface TcpPair extends Disposable {
  readonly server: Deno.TcpConn;
  readonly client: Deno.TcpConn;
}

export async function tcpPair(): Promise<TcpPair> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const [client, server] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port }),
    listener.accept(),
  ]);
  return {
    server,
    client,
    [Symbol.dispose](): void {
      for (const conn of [server, client]) closeQuietly(conn);
    },
  };
}

/** Returns `conn`, which is in `open` until it is closed. */
export function counted(conn: Deno.TcpConn, open: Set<Deno.TcpConn>): Deno.TcpConn {
  const close = conn.close.bind(conn);
  conn.close = (): void => {
    open.delete(conn);
    close();
  };
  open.add(conn);
  return conn;
}

/** Starts TLS on `conn` as a client that trusts only `pem`. */
export function clientTls(
  conn: Deno.TcpConn,
  pem: Pem,
  hostname = "127.0.0.1",
): Promise<Deno.TlsConn> {
  return Deno.startTls(conn, { hostname, caCerts: [pem.cert], alpnProtocols: ["http/1.1"] });
}

/** Returns everything up to the end of the stream. */
export async function readAll(
  stream: { read(buffer: Uint8Array): Promise<number | null> },
  room = 65536,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const buffer = new Uint8Array(room);
  for (;;) {
    const count = await stream.read(buffer);
    if (count === null) return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
    parts.push(buffer.slice(0, count));
  }
}

/** Writes all of `bytes`. */
export async function writeAll(
  stream: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await stream.write(bytes.subarray(at));
}
