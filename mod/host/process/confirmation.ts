/**
 * Edge: a change that reverts by itself unless it is confirmed in time.
 *
 * The document to revert to is stored in a file in the run directory, so that neither a client that
 * disconnected nor a service that was killed can make an unconfirmed change permanent.
 *
 * @module
 */
import * as v from "valibot";
import { Fault, quote, shellWord } from "../../base/fault.ts";
import type { ConfigDocument } from "../../config/document/document.ts";

/** The environment of a confirmation. */
interface ConfirmationOptions {
  /** File that stores the document to revert to. */
  readonly file: string;
  /** Stores `document` again and applies it. */
  revert(document: ConfigDocument): Promise<void>;
  onFailure(error: unknown): void;
}

interface Pending {
  /** ISO 8601, UTC. */
  readonly until: string;
  readonly document: ConfigDocument;
}

/** The content of the file. Its document is checked when it is stored again, like any other. */
const pendingSchema: v.GenericSchema<unknown, Pending> = v.object({
  until: v.pipe(v.string(), v.isoTimestamp()),
  document: v.custom<ConfigDocument>((value) => typeof value === "object" && value !== null),
});

/** The pending change; there is at most one. */
export class Confirmation {
  readonly #options: ConfirmationOptions;
  #pending: Pending | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ConfirmationOptions) {
    this.#options = options;
  }

  /** ISO 8601 time at which the change reverts; null if none is pending. */
  get until(): string | null {
    return this.#pending?.until ?? null;
  }

  /**
   * Runs `change`, which reverts to `document` after `seconds` unless confirmed. The document is on
   * disk before the change begins; a change that throws leaves everything as it was. Several
   * changes in a row revert together, to the document before the first.
   */
  async guard<T>(
    document: ConfigDocument,
    seconds: number,
    change: () => Promise<T>,
  ): Promise<T> {
    const earlier = this.#pending;
    clearTimeout(this.#timer);
    await this.#setPending({ until: timeIn(seconds), document: earlier?.document ?? document });
    try {
      const result = await change();
      // The time starts now: the change itself may have taken some of it.
      if (this.#pending !== null) {
        await this.#setPending({ ...this.#pending, until: timeIn(seconds) });
      }
      return result;
    } catch (error) {
      if (earlier === null) await this.#clearPending();
      else await this.#setPending(earlier);
      throw error;
    }
  }

  /** Makes the change permanent; false if none was pending. */
  async confirm(): Promise<boolean> {
    if (this.#pending === null) return false;
    await this.#clearPending();
    return true;
  }

  /** Reverts an unconfirmed change immediately, when the service starts or ends. */
  async revertPending(): Promise<void> {
    this.#pending ??= await this.#readPending();
    await this.#revert();
  }

  async #revert(): Promise<void> {
    const pending = this.#pending;
    if (pending === null) return;
    try {
      await this.#options.revert(pending.document);
      await this.#clearPending();
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  async #setPending(pending: Pending): Promise<void> {
    this.#pending = pending;
    // Renamed into place: the file is always complete, so there is always a document to revert to.
    const { file } = this.#options;
    await Deno.writeTextFile(`${file}.new`, JSON.stringify(pending), { mode: 0o600 });
    await Deno.rename(`${file}.new`, file);
    clearTimeout(this.#timer);
    const leftMs = Math.max(0, Date.parse(pending.until) - Date.now());
    this.#timer = setTimeout(() => this.#revert(), leftMs);
  }

  async #clearPending(): Promise<void> {
    clearTimeout(this.#timer);
    this.#pending = null;
    await Deno.remove(this.#options.file).catch(ignoreNotFound);
  }

  async #readPending(): Promise<Pending | null> {
    try {
      return v.parse(pendingSchema, JSON.parse(await Deno.readTextFile(this.#options.file)));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw new Fault(
        `Cannot revert the unconfirmed change: ${quote(this.#options.file)} cannot be read`,
        {
          hint: `httpcfg history; then remove the file: rm ${shellWord(this.#options.file)}`,
          cause: error,
        },
      );
    }
  }
}

function timeIn(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
