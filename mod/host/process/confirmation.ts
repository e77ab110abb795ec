/**
 * Edge: a change that comes back by itself unless it is confirmed in time.
 *
 * What to come back to is kept in a file of the run folder, so that neither the caller who went away
 * nor a service that was killed can make an unconfirmed change last.
 *
 * @module
 */
import * as v from "valibot";
import { Fault, quote, shellWord } from "../../base/fault.ts";
import type { ConfigDocument } from "../../config/document/document.ts";

/** What a confirmation needs. */
interface ConfirmationOptions {
  /** Where the document to come back to is kept. */
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

/** The file. Its document is checked when it is stored again, as any other is. */
const pendingSchema: v.GenericSchema<unknown, Pending> = v.object({
  until: v.pipe(v.string(), v.isoTimestamp()),
  document: v.custom<ConfigDocument>((value) => typeof value === "object" && value !== null),
});

/** At most one change at a time waits to be confirmed. */
export class Confirmation {
  readonly #options: ConfirmationOptions;
  #pending: Pending | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ConfirmationOptions) {
    this.#options = options;
  }

  /** ISO 8601 time at which the change comes back; null where none waits. */
  get until(): string | null {
    return this.#pending?.until ?? null;
  }

  /**
   * Does `change` and waits for `seconds`. What to come back to is on disk before the change begins;
   * a change that throws leaves everything as it was. Of several changes in a row all come back, to
   * what was before the first.
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
      // The time counts from now: the change itself may have taken some of it.
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

  /** The change lasts; false where none waited. */
  async confirm(): Promise<boolean> {
    if (this.#pending === null) return false;
    await this.#clearPending();
    return true;
  }

  /** The service ends, or has just begun: what was not confirmed by now comes back at once. */
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
    // Never half a file: what is there is always something to come back to.
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
