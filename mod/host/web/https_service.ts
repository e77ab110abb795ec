/**
 * Edge: HTTPFilter ("HTTP SSL"): the certificates of the ssl records. It reads them when it starts
 * and whenever the sites are read, follows their files, and unloads them when it stops. Its TLS code
 * is loaded once there is a record.
 *
 * @module
 */
import type { Ip } from "../../base/address.ts";
import { isProblem } from "../../base/problem.ts";
import { parseBinding } from "../../config/document/binding.ts";
import type { ConfigDocument, SiteRecord } from "../../config/document/document.ts";
import { type CertificateCheck, certificateCheck } from "../../config/certs/ssl_lookup.ts";
import { askingKeys } from "../../config/certs/ssl_asking.ts";
import type { Store } from "../../config/store/store.ts";
import type { NewEvent } from "../../telemetry/events/event.ts";
import type { Certificates } from "./tls_contexts.ts";
import type { CertificateStatus, ServiceProblem } from "../control/status.ts";
import type { ServedCertificate } from "../serving/served.ts";
import type { ServiceWorker } from "../services/service_controller.ts";

/** The environment of the service. */
interface HttpsServiceOptions {
  readonly store: Pick<Store, "read">;
  /** Directory of the certificate stores. */
  readonly certs: string;
  event(event: NewEvent): void;
  /** Loads what serves certificates. */
  prepare(): Promise<void>;
  /** Called when files have been replaced: these are served from now on. */
  renew(certificates: readonly ServedCertificate[]): void;
}

/** Milliseconds between two checks of the certificate files. */
const POLL_MS = 2000;

interface Loaded {
  readonly certificates: Certificates;
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
    start: async () => await this.load(await this.#options.store.read()),
    stop: () => Promise.resolve(this.#unload()),
  };

  /** Reads the certificates of the ssl records; `isAsked` if bindings will be checked. */
  async load(
    { ssl: records, sites }: Pick<ConfigDocument, "ssl" | "sites">,
    isAsked = false,
  ): Promise<void> {
    if (records.length > 0) this.#loaded ??= await this.#loadTls();
    else if (isAsked && this.#loaded === null) {
      const { certificateCure } = await import("../../config/certs/certificate_cure.ts");
      this.#none = certificateCheck([], () => null, certificateCure(this.#options.certs, nowText));
    }
    this.#loaded?.certificates.load(records, askingKeys(records, sites));
  }

  /** Returns what is served; `canonical` returns an address with the present name of its interface. */
  served(canonical: (ip: Ip) => Ip): readonly ServedCertificate[] {
    this.#canonical = canonical;
    return this.#loaded?.certificates.served(canonical) ?? [];
  }

  /** Returns why a binding cannot be served; null if it can. */
  readonly check: CertificateCheck = (binding) =>
    (this.#loaded?.certificates.check ?? this.#none)(binding);

  /** Returns `site` with only the secure bindings that can be served. */
  servable<Site extends SiteRecord>(site: Site): Site {
    const secureBindings = site.secureBindings.filter((text) => {
      const binding = parseBinding(text);
      return !isProblem(binding) && this.check(binding) === null;
    });
    return { ...site, secureBindings };
  }

  /** The certificates that are served. */
  get inUse(): readonly CertificateStatus[] {
    return this.#loaded?.certificates.inUse ?? [];
  }

  /** What is wrong with the certificates that are served. */
  get problems(): readonly ServiceProblem[] {
    return this.#loaded?.certificates.problems ?? [];
  }

  /** What is worth knowing about them. */
  get notes(): readonly ServiceProblem[] {
    return this.#loaded?.certificates.notes ?? [];
  }

  async #loadTls(): Promise<Loaded> {
    const { certs, event, prepare, renew } = this.#options;
    await prepare();
    const { Certificates } = await import("./tls_contexts.ts");
    const certificates = new Certificates(certs, event);
    const timer = setInterval(() => {
      if (certificates.reloadChanged()) renew(certificates.served(this.#canonical));
    }, POLL_MS);
    return { certificates, timer };
  }

  #unload(): void {
    clearInterval(this.#loaded?.timer);
    this.#loaded = null;
  }
}

function nowText(): string {
  return new Date().toISOString();
}
