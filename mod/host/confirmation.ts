/**
 * Edge: a change that comes back by itself unless it is confirmed in time.
 *
 * What to come back to is kept in a file of the run folder, so that neither the caller who went away
 * nor a service that was killed can make an unconfirmed change last.
 *
 * @module
 */
import type { ConfigDocument } from "../config/document.ts";

/** What a confirmation needs. */
export interface ConfirmationOptions {
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

  /** Waits for `seconds`. Of several changes in a row all come back, to what was before the first. */
  async begin(document: ConfigDocument, seconds: number): Promise<void> {
    const until = new Date(Date.now() + seconds * 1000).toISOString();
    this.#pending = { until, document: this.#pending?.document ?? document };
    const text = JSON.stringify(this.#pending);
    await Deno.writeTextFile(this.#options.file, text, { mode: 0o600 });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#revert(), seconds * 1000);
  }

  /** The change lasts; false where none waited. */
  async confirm(): Promise<boolean> {
    if (this.#pending === null) return false;
    await this.#forget();
    return true;
  }

  /** The service ends, or has just begun: what was not confirmed by now comes back at once. */
  async settle(): Promise<void> {
    this.#pending ??= await this.#readPending();
    await this.#revert();
  }

  async #revert(): Promise<void> {
    const pending = this.#pending;
    if (pending === null) return;
    try {
      await this.#options.revert(pending.document);
      await this.#forget();
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  async #forget(): Promise<void> {
    clearTimeout(this.#timer);
    this.#pending = null;
    await Deno.remove(this.#options.file).catch(ignoreNotFound);
  }

  async #readPending(): Promise<Pending | null> {
    try {
      return JSON.parse(await Deno.readTextFile(this.#options.file)) as Pending;
    } catch (error) {
      if (error instanceof SyntaxError) return null; // killed while it was written: nothing changed yet
      ignoreNotFound(error);
      return null;
    }
  }
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
