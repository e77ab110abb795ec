/**
 * Connections of proxies that say by the PROXY protocol whose they are, until they have said so.
 *
 * Only those of the peers that are configured come here: what another peer sends is never read as a
 * header. Each of these must begin with one, before TLS, and has a few seconds for it, checked by one
 * coarse tick for all (`listen/sockets/early_clients.ts`). A connection that sends nothing at all is
 * that of a health check, and so is one that ends behind its header: neither is logged.
 *
 * @module
 */
import { endpointOf } from "../../base/address.ts";
import type { NetworkAddress, RefusedRecord } from "../../base/exchange.ts";
import { IpBlocks } from "../../base/ip_blocks.ts";
import { type EarlyClient, EarlyClients } from "../sockets/early_clients.ts";
import type { NamedClient } from "./named_client.ts";
import {
  HEADER_BYTES_MAX,
  type HeaderFault,
  type ProxyHeader,
  readProxyHeader,
} from "./proxy_header.ts";

/** What the gate needs, and whom it notifies. */
interface ProxyGateOptions {
  /** HeaderWaitTimeout in milliseconds; a header has less time than that. */
  headerWaitMs(): number;
  /** Called with a connection that has said whose it is; `isSecure` as it was admitted. */
  onNamed(conn: Deno.TcpConn, named: NamedClient, isSecure: boolean): void;
  /** Called for a refused connection, for the HTTPERR log. */
  refused(record: RefusedRecord): void;
}

/** A proxy sends its header at once; the specification asks for three seconds of patience. */
const HEADER_WAIT_MS = 10_000;
/**
 * Maximum number of connections that wait at the same time. A proxy that starts again opens thousands
 * at once, all of clients that must not be lost; only peers that are trusted can wait here.
 */
const WAITING_MAX = 16_384;
/** Size of the first read: all but the strangest headers fit. */
const FIRST_BYTES = 256;

/** Receives accepted connections and passes on those that begin with a valid header. */
export class ProxyGate {
  /** The connections whose header is awaited. */
  readonly waiting: EarlyClients;
  readonly #options: ProxyGateOptions;
  #peers = new IpBlocks([]);

  constructor(options: ProxyGateOptions) {
    this.#options = options;
    this.waiting = new EarlyClients({
      timeoutMs: () => Math.min(HEADER_WAIT_MS, options.headerWaitMs()),
      timeoutReason: "Timer_ProxyHeader",
      waitingMax: () => WAITING_MAX,
      refused: (record) => options.refused(record),
    });
  }

  /** Expects a header from exactly `peers`, from the next connection on. */
  use(peers: IpBlocks): void {
    this.#peers = peers;
  }

  /** Reports whether a connection must begin with a header. */
  expects({ remoteAddr }: Deno.TcpConn): boolean {
    return this.#peers.includes(endpointOf(remoteAddr as Deno.NetAddr).ip);
  }

  /** Reads the header of a connection. Never throws. */
  admit(conn: Deno.TcpConn, isSecure: boolean): void {
    const client = this.waiting.begin(conn, conn.remoteAddr as Deno.NetAddr);
    void this.#read(client, isSecure);
  }

  async #read(client: EarlyClient, isSecure: boolean): Promise<void> {
    try {
      const named = await receiveHeader(client);
      if (named === null) client.abort();
      else if (client.reason === null) this.#options.onNamed(client.conn, named, isSecure);
    } catch {
      client.abort();
      if (client.hasSent) client.reason ??= "Connection_Dropped";
    } finally {
      this.waiting.end(client);
    }
  }
}

/** Returns whose connection it is; null, and the reason in `client`, if it does not say so. */
async function receiveHeader(client: EarlyClient): Promise<NamedClient | null> {
  let buffer = new Uint8Array(FIRST_BYTES);
  for (let count = 0;;) {
    const added = await client.conn.read(buffer.subarray(count));
    if (added === null) {
      if (count > 0) client.reason ??= reasonOf("length");
      return null;
    }
    client.hasSent = true;
    count += added;
    const bytes = buffer.subarray(0, count);
    const header = readProxyHeader(bytes);
    if (typeof header === "string") {
      client.reason ??= reasonOf(header);
      return null;
    }
    if (header !== null) return namedBy(header, client.remote, bytes);
    if (count < buffer.length) continue;
    buffer = new Uint8Array(HEADER_BYTES_MAX);
    buffer.set(bytes);
  }
}

/** A proxy that is not one, and one that is misunderstood, are cured in different places. */
function reasonOf(fault: HeaderFault): string {
  return fault === "missing" ? "NoProxyHeader" : "BadProxyHeader";
}

function namedBy(
  { length, isLocal, source, isTls }: ProxyHeader,
  peer: NetworkAddress,
  bytes: Uint8Array,
): NamedClient {
  const remoteAddr = source === null ? peer : { hostname: source.ip, port: source.port };
  return { remoteAddr, proxy: isLocal ? null : { isTls }, early: bytes.slice(length) };
}
