/**
 * Edge: a change that reverts by itself unless it is confirmed in time.
 *
 * The document to revert to is stored in a file in the run directory, so that neither a client that
 * disconnected nor a service that was killed can make an unconfirmed change permanent.
 *
 * @module
 */
import * as v from "valibot";
import { Fault, messageOf, quote, shellWord } from "../../base/fault.ts";
import { directoryOf, fileFault } from "../../base/file_fault.ts";
import { OneByOne } from "../../base/work/one_by_one.ts";
import type { ConfigDocument } from "../../config/document/document.ts";
import { readRegular } from "../../config/store/regular_file.ts";
import { replaceFile } from "../../config/store/replace_file.ts";
import type { ServiceProblem } from "../control/status.ts";

/** The environment of a confirmation. */
interface ConfirmationOptions {
  /** File that stores the document to revert to. */
  readonly file: string;
  /** Throws a Fault if `revert` could not store a document. */
  check(): Promise<void>;
  /** Stores `document` again and applies it. */
  revert(document: ConfigDocument): Promise<void>;
  /** Called when a revert fails for a reason; it is tried again. */
  onFailure(error: unknown): void;
  /** Milliseconds between two attempts to revert, 5 seconds by default. */
  readonly retryMs?: number;
}

/** Milliseconds between two attempts to revert: a disk that was full may have room again. */
const RETRY_MS = 5000;

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
  /** Resolves when nothing is pending; null if nobody waits for that. */
  #settled: PromiseWithResolvers<void> | null = null;
  /** Why the last attempt to revert failed. */
  #failure: ServiceProblem | null = null;
  /**
   * What is done with the file: one that is removed while it is written would be there again, and be
   * reverted to by the next process.
   */
  readonly #fileWork = new OneByOne();

  constructor(options: ConfirmationOptions) {
    this.#options = options;
  }

  /** ISO 8601 time at which the change reverts; null if none is pending. */
  get until(): string | null {
    return this.#pending?.until ?? null;
  }

  /** Resolves when no change is pending: it was confirmed or reverted. */
  async whenSettled(): Promise<void> {
    while (this.#pending !== null) await (this.#settled ??= Promise.withResolvers()).promise;
  }

  /** What keeps a change from being reverted. */
  get problems(): readonly ServiceProblem[] {
    return this.#failure === null ? [] : [this.#failure];
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
    await this.#checkRevert();
    const earlier = this.#pending;
    const pending = { until: timeIn(seconds), document: earlier?.document ?? document };
    clearTimeout(this.#timer);
    try {
      await this.#write(pending);
    } catch (error) {
      if (earlier !== null) this.#wait(earlier);
      throw error;
    }
    this.#wait(pending);
    try {
      const result = await change();
      // The time starts now: the change itself may have taken some of it.
      if (this.#pending !== null) await this.#renew({ ...pending, until: timeIn(seconds) });
      return result;
    } catch (error) {
      if (earlier === null) await this.#clearPending();
      else await this.#renew(earlier);
      throw error;
    }
  }

  /** A change that cannot be taken back must not be announced as one that is. */
  async #checkRevert(): Promise<void> {
    try {
      await this.#options.check();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const text =
        "Cannot apply a change that reverts: the service could not store the earlier one";
      const hint = [error.hint ?? [], "httpcfg reload"].flat().join("\n");
      throw new Fault(`${text}: ${error.message}`, { hint, cause: error });
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
      const text = `the unconfirmed change cannot be reverted: ${messageOf(error)}`;
      if (this.#failure?.text !== text) this.#options.onFailure(error);
      this.#failure = { text, hint: error instanceof Fault ? error.hint ?? null : null };
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#revert(), this.#options.retryMs ?? RETRY_MS);
    }
  }

  /** Sets when the change reverts. What is in the file would revert it as well, at an earlier time. */
  async #renew(pending: Pending): Promise<void> {
    this.#wait(pending);
    await this.#write(pending).catch(() => {});
  }

  #wait(pending: Pending): void {
    this.#pending = pending;
    clearTimeout(this.#timer);
    const leftMs = Math.max(0, Date.parse(pending.until) - Date.now());
    this.#timer = setTimeout(() => this.#revert(), leftMs);
  }

  /** Stores what to revert to; the file is always whole. Throws a Fault. */
  async #write(pending: Pending): Promise<void> {
    const { file } = this.#options;
    try {
      const text = JSON.stringify(pending);
      await this.#fileWork.run(() => replaceFile(file, text, { owner: null, mode: 0o600 }));
    } catch (error) {
      throw fileFault("store what to revert to in", file, error, { folder: directoryOf(file) });
    }
  }

  async #clearPending(): Promise<void> {
    clearTimeout(this.#timer);
    this.#pending = this.#failure = null;
    this.#settled?.resolve();
    this.#settled = null;
    await this.#fileWork.run(() => Deno.remove(this.#options.file).catch(ignoreNotFound));
  }

  async #readPending(): Promise<Pending | null> {
    try {
      const text = new TextDecoder().decode(await readRegular(this.#options.file));
      return v.parse(pendingSchema, JSON.parse(text));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw new Fault(
        `Cannot revert the unconfirmed change: ${quote(this.#options.file)} cannot be read`,
        {
          hint: `rm ${shellWord(this.#options.file)}`,
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
