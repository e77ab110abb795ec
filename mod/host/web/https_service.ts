/**
 * Edge: HTTPFilter ("HTTP SSL"): certificates and handshakes between the sockets and the HTTP
 * engine.
 *
 * It reads the certificates of the ssl records when it starts and whenever the sites are read, and
 * unloads them when it stops. Its TLS code is loaded once there is a record, so that https does not
 * slow down the start of a service that does not use it.
 *
 * @module
 */
import type { Ip } from "../../base/address.ts";
import type { AcceptedStream, RefusedRecord } from "../../base/exchange.ts";
import { isProblem } from "../../base/problem.ts";
import { parseBinding } from "../../config/document/binding.ts";
import type { SiteRecord, SslRecord } from "../../config/document/document.ts";
import { type CertificateCheck, certificateCheck } from "../../config/certs/ssl_lookup.ts";
import type { Store } from "../../config/store/store.ts";
import type { TlsGate } from "../../listen/tls/handshake_gate.ts";
import type { NewEvent } from "../../telemetry/events/event.ts";
import type { Certificates } from "./tls_contexts.ts";
import type { ServiceProblem } from "../control/status.ts";
import type { ServiceWorker } from "../services/service_controller.ts";

/** The environment of the service, and where its connections go. */
interface HttpsServiceOptions {
  readonly store: Pick<Store, "read">;
  /** Directory of the certificate stores. */
  readonly certs: string;
  event(event: NewEvent): void;
  /** Milliseconds for a handshake. */
  handshakeTimeoutMs(): number;
  /** Receives an accepted connection; `isTls` is false for a client that does not speak TLS. */
  onConnection(stream: AcceptedStream, isTls: boolean): void;
  refused(record: RefusedRecord): void;
}

/** Milliseconds between two checks of the certificate files. */
const POLL_MS = 2000;

interface Loaded {
  readonly certificates: Certificates;
  readonly gate: TlsGate;
  readonly timer: ReturnType<typeof setInterval>;
}

export class HttpsService {
  readonly #options: HttpsServiceOptions;
  #loaded: Loaded | null = null;
  /** The check without any record. */
  #none: CertificateCheck = certificateCheck([], () => null);
  #canonical: (ip: Ip) => Ip = (ip) => ip;

  constructor(options: HttpsServiceOptions) {
    this.#options = options;
  }

  readonly worker: ServiceWorker = {
    start: async () => await this.load((await this.#options.store.read()).ssl),
    stop: () => Promise.resolve(this.#unload()),
  };

  /** Serves the certificates of `records` from now on; `isAsked` if bindings will be checked. */
  async load(records: readonly SslRecord[], isAsked = false): Promise<void> {
    if (records.length > 0) this.#loaded ??= await this.#loadTls();
    else if (isAsked && this.#loaded === null) {
      const { certificateCure } = await import("../../config/certs/certificate_cure.ts");
      this.#none = certificateCheck([], () => null, certificateCure(this.#options.certs, nowText));
    }
    this.#loaded?.certificates.load(records);
  }

  /** `canonical` returns an address with the present name of its interface. */
  useNames(canonical: (ip: Ip) => Ip): void {
    this.#canonical = canonical;
    this.#loaded?.certificates.useNames(canonical);
  }

  /** Returns why a binding cannot be served; null if it can. */
  readonly check: CertificateCheck = (binding) =>
    (this.#loaded?.certificates.check ?? this.#none)(binding);

  /** Returns `site` with only the secure bindings that can be served. */
  servable(site: SiteRecord): SiteRecord {
    const secureBindings = site.secureBindings.filter((text) => {
      const binding = parseBinding(text);
      return !isProblem(binding) && this.check(binding) === null;
    });
    return { ...site, secureBindings };
  }

  /** What is wrong with the certificates that are served. */
  get problems(): readonly ServiceProblem[] {
    return this.#loaded?.certificates.problems ?? [];
  }

  /** Handles a connection that was accepted on a TLS socket. */
  admit(conn: Deno.TcpConn): void {
    if (this.#loaded === null) conn.close();
    else this.#loaded.gate.admit(conn);
  }

  /** Aborts up to `count` of the oldest handshakes; returns how many. */
  makeRoom(count: number): number {
    return this.#loaded?.gate.makeRoom(count) ?? 0;
  }

  /** Aborts the handshakes in progress. */
  clear(): void {
    this.#loaded?.gate.clear();
  }

  async #loadTls(): Promise<Loaded> {
    const [{ TlsGate }, { Certificates }] = await Promise.all([
      import("../../listen/tls/handshake_gate.ts"),
      import("./tls_contexts.ts"),
    ]);
    const { certs, event, handshakeTimeoutMs, onConnection, refused } = this.#options;
    const certificates = new Certificates(certs, event);
    certificates.useNames(this.#canonical);
    const gate = new TlsGate({
      handshakeTimeoutMs,
      contextFor: (local, name) => certificates.contextFor(local, name),
      onSecure: (stream) => onConnection(stream, true),
      onPlain: (stream) => onConnection(stream, false),
      refused,
    });
    return { certificates, gate, timer: setInterval(() => certificates.reloadChanged(), POLL_MS) };
  }

  #unload(): void {
    const loaded = this.#loaded;
    this.#loaded = null;
    clearInterval(loaded?.timer);
    loaded?.gate.clear();
  }
}

function nowText(): string {
  return new Date().toISOString();
}
