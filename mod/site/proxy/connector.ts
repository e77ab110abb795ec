/**
 * Edge: opens connections to one upstream.
 *
 * Over TLS its certificate must be valid for the configured name, which is also sent as SNI, and
 * come from an authority that the runtime trusts, or from one in a file: only programs that may
 * learn everything about the system get those of the system. There is no way to leave that out.
 *
 * @module
 */
import type { Ip } from "../../base/address.ts";
import type { ByteStream } from "../../base/exchange.ts";
import { messageOf } from "../../base/fault.ts";
import { closeQuietly, setNoDelay } from "../../wire/byte_stream.ts";
import { lookUpName } from "./name_lookup.ts";
import type { ProxyTarget, TcpTarget } from "../proxied/proxy_target.ts";
import { ResolvedName } from "./resolved_name.ts";

/** The environment of a connector. */
interface ConnectorOptions {
  /** A file with more certificates of authorities, PEM; null for none. */
  readonly caFile: string | null;
  nowMs(): number;
  /** Called when the name of the upstream leads to other addresses than before. */
  onMoved(): void;
}

export class Connector {
  readonly #target: ProxyTarget;
  readonly #options: ConnectorOptions;
  /** Null for an upstream without a name. */
  readonly #name: ResolvedName | null;
  /** Which of the addresses is tried first. */
  #turn = 0;
  #authorities: Promise<string[]> | null = null;

  constructor(target: ProxyTarget, options: ConnectorOptions) {
    this.#target = target;
    this.#options = options;
    const isNamed = target.kind === "tcp" && target.ip === null;
    const { nowMs, onMoved } = options;
    this.#name = isNamed
      ? new ResolvedName(target.host, { lookUp: lookUpName, nowMs, onChange: onMoved })
      : null;
  }

  /** Connects. Rejects with the error of the system, of the look-up, or of the handshake. */
  async connect(): Promise<ByteStream> {
    const target = this.#target;
    if (target.kind === "unix") return await Deno.connect({ transport: "unix", path: target.path });
    const conn = await this.#connectTcp(target);
    setNoDelay(conn);
    return target.isTls ? await this.#startTls(conn, target) : conn;
  }

  /** Looks after the name of the upstream, if it has one. */
  look(): void {
    this.#name?.look();
  }

  /** Doubts what is known, after a failure. */
  doubt(): void {
    this.#name?.doubt();
    this.#authorities = null; // the file may have been replaced
  }

  async #connectTcp({ host, ip, port }: TcpTarget): Promise<Deno.TcpConn> {
    if (this.#name === null) return await Deno.connect({ hostname: ip ?? host, port });
    const addresses = await this.#name.addresses();
    const first = this.#turn++ % addresses.length;
    const inTurn: readonly Ip[] = [...addresses.slice(first), ...addresses.slice(0, first)];
    let failure: unknown;
    for (const address of inTurn) {
      try {
        return await Deno.connect({ hostname: address, port });
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async #startTls(conn: Deno.TcpConn, { host }: TcpTarget): Promise<ByteStream> {
    let stream: Deno.TlsConn | null = null;
    try {
      const caCerts = await (this.#authorities ??= authorities(this.#options.caFile));
      stream = await Deno.startTls(conn, { hostname: host, caCerts, alpnProtocols: ["http/1.1"] });
      await stream.handshake();
      return stream;
    } catch (error) {
      closeQuietly(stream ?? conn);
      throw error;
    }
  }
}

/** Returns the certificates of authorities that are trusted besides those of the runtime. */
async function authorities(file: string | null): Promise<string[]> {
  if (file === null) return [];
  try {
    return [await Deno.readTextFile(file)];
  } catch (error) {
    throw new Error(`cannot read the authorities in ${file}: ${messageOf(error)}`);
  }
}
