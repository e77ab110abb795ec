/**
 * Edge: TLS from this machine to the service on it.
 *
 * @module
 */
import { connect as connectTcp, type Socket } from "node:net";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { type Endpoint, endpointOf } from "../../base/address.ts";
import type { IpBlocks } from "../../base/ip_blocks.ts";
import { LOCAL_HEADER } from "../../listen/proxy_protocol/proxy_header.ts";

/** A handshake that has begun, or will when the connection is open. */
interface OwnTls {
  /** Resolves when there is a connection; rejects if it is refused. */
  readonly connected: Promise<void>;
  /** Resolves with the socket of a successful handshake; rejects if it fails. */
  readonly secure: Promise<TLSSocket>;
  /** Closes the connection; `secure` rejects. */
  abort(): void;
}

/**
 * Connects to an endpoint of the service, which expects a PROXY header from `proxies`. The issuer of
 * its certificate is not checked.
 */
export function connectOwnTls(
  { ip, port }: Pick<Endpoint, "port"> & { readonly ip: string },
  proxies: IpBlocks,
  options: Pick<ConnectionOptions, "servername"> = {},
): OwnTls {
  const { promise: connected, resolve: onConnect, reject: onRefused } = Promise.withResolvers<
    void
  >();
  const { promise: secure, resolve, reject } = Promise.withResolvers<TLSSocket>();
  connected.catch(ignore);
  secure.catch(ignore);
  const raw = connectTcp({ host: ip, port });
  let last: { destroy(): unknown } = raw;
  const fail = (error: Error): void => {
    onRefused(error);
    reject(error);
  };
  const end = (): void => fail(new Error("the connection was closed during the handshake"));
  raw.once("error", fail);
  raw.once("close", end);
  raw.once("connect", () => {
    onConnect();
    if (proxies.includes(sourceOf(raw))) raw.write(LOCAL_HEADER);
    const socket = connect({ ...options, socket: raw, rejectUnauthorized: false });
    last = socket;
    socket.once("secureConnect", () => resolve(socket));
    socket.once("error", fail);
    socket.once("close", end);
  });
  const abort = (): void => {
    last.destroy();
    raw.destroy();
    end();
  };
  return { connected, secure, abort };
}

/** The service sees this address as its peer. */
function sourceOf(socket: Socket): Endpoint["ip"] {
  return endpointOf({ hostname: socket.localAddress ?? "", port: 0 }).ip;
}

function ignore(): void {
  // Whoever awaits it is told.
}
