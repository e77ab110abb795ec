/**
 * Edge: the timer of the certificates by ACME, which the service obtains and renews by itself: at its
 * start, when they are added, and when their time has come. Whatever does that is loaded once there
 * is such a certificate.
 *
 * @module
 */
import type { AcmeStatus } from "../../acme/next_step.ts";
import type { ServiceProblem } from "../control/status.ts";
import type { AcmeCertificates, AcmeOptions, ObtainOptions } from "./acme_certificates.ts";

/** Milliseconds between two looks at what is due. */
const TICK_MS = 1000;

export class AcmeService {
  readonly #options: AcmeOptions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #loading: Promise<AcmeCertificates> | null = null;
  #certificates: AcmeCertificates | null = null;

  constructor(options: AcmeOptions) {
    this.#options = options;
  }

  /** Begins to look for what is due. */
  start(): void {
    this.#timer ??= setInterval(() => void this.#tick(), TICK_MS);
  }

  /** Ends what is under way: it goes on at the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#certificates?.stop();
  }

  /** Obtains a certificate, as {@linkcode AcmeCertificates.obtain} does. */
  async obtain(name: string, options: ObtainOptions): Promise<void> {
    await (await this.#load()).obtain(name, options);
  }

  /** Returns how the certificates are doing; none while none are configured. */
  async statuses(): Promise<readonly AcmeStatus[]> {
    return this.#options.web.acme.length === 0 ? [] : await (await this.#load()).statuses();
  }

  /** What is wrong with the certificates. */
  get problems(): readonly ServiceProblem[] {
    return this.#certificates?.problems ?? [];
  }

  async #tick(): Promise<void> {
    if (this.#options.web.acme.length > 0) await (await this.#load()).tick();
  }

  #load(): Promise<AcmeCertificates> {
    return this.#loading ??= (async () => {
      const { AcmeCertificates } = await import("./acme_certificates.ts");
      return this.#certificates = new AcmeCertificates(this.#options);
    })();
  }
}
