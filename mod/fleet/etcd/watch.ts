/**
 * One watch of a prefix: what etcd reports, and whether it can be believed.
 *
 * An open watch proves nothing: without a quorum etcd goes on to send progress over it, and a network
 * that drops everything gives no sign at all. So every now and then the watch is compared with what a
 * quorum says.
 *
 * @module
 */
import { Wake } from "../../base/work/wake.ts";
import { untilAborted } from "../../wire/until_aborted.ts";
import { type KeyChange, StoreFault } from "../shared/key_store.ts";
import { Ending } from "../../base/work/ending.ts";
import { randomMs } from "../shared/backoff.ts";
import { sleep } from "../../base/work/sleep.ts";
import type { Gateway } from "./gateway.ts";
import {
  digestFields,
  type RangeDigest,
  readDigest,
  readError,
  readWatchLine,
  watchFields,
  type WatchLine,
} from "./messages.ts";
import { boundedLines } from "./watch_lines.ts";

/** When a watch is compared. */
interface WatchTimes {
  /** Milliseconds between two comparisons; random, so that members do not ask at the same time. */
  readonly compareMs: { readonly least: number; readonly most: number };
  /** Milliseconds that a change may be on its way. */
  readonly onItsWayMs: number;
}

const TIMES: WatchTimes = { compareMs: { least: 20_000, most: 40_000 }, onItsWayMs: 5_000 };
/** Characters of a line: etcd splits what is larger than 2 MB, which base64 makes 2.7 MB. */
const LINE_MAX = 8 * 1024 * 1024;
/** Changes that wait for whoever reads them; after more of them, a snapshot is shorter. */
const WAITING_MAX = 50_000;

/** Changes of one revision of the store. */
interface Changes {
  readonly revision: number;
  readonly changes: readonly KeyChange[];
}

/** What a watch begins with. */
interface WatchStart {
  readonly prefix: string;
  /** The revision of the snapshot that it continues. */
  readonly revision: number;
  /** The keys of that snapshot. */
  readonly keys: Iterable<string>;
}

/** Why a watch has ended. */
type End =
  /** Changes were missed, or the connection has gone: a snapshot is needed. */
  | "interrupted"
  /** No quorum answers. */
  | "lost";

/** A watch has ended. */
export class WatchEnd extends Error {
  readonly end: End;
  readonly reason: string;

  constructor(end: End, reason: string, cause?: unknown) {
    super(reason, { cause });
    this.end = end;
    this.reason = reason;
  }
}

/** A watch of a prefix, from a snapshot on. */
export class Watch {
  readonly #gateway: Gateway;
  readonly #times: WatchTimes;
  readonly #prefix: string;
  readonly #keys: Set<string>;
  /** The newest revision that was reported. */
  #revision: number;
  /** The newest revision in which something of the prefix was changed, as far as was reported. */
  #newest = 0;
  #waiting: Changes[] = [];
  #waitingCount = 0;
  readonly #wake = new Wake();
  readonly #ended = new AbortController();
  /** The endpoint that reports. */
  readonly endpoint: string;

  constructor(gateway: Gateway, { prefix, revision, keys }: WatchStart, times = TIMES) {
    this.#times = times;
    this.#gateway = gateway;
    this.#prefix = prefix;
    this.#revision = revision;
    this.#keys = new Set(keys);
    this.endpoint = gateway.endpoint;
  }

  /**
   * Yields changes until `signal` aborts. Throws a {@linkcode WatchEnd} when there is nothing more to
   * be believed. `onCreated` is called when etcd has accepted the watch.
   */
  async *changes(signal: AbortSignal, onCreated: () => void): AsyncGenerator<Changes> {
    using ending = new Ending(signal, this.#ended.signal, this.#gateway.closed);
    const tasks = [this.#read(ending, onCreated), this.#compare(ending.signal)];
    try {
      for (;;) {
        const next = this.#waiting.shift();
        if (next !== undefined) {
          this.#waitingCount -= next.changes.length;
          yield next;
          continue;
        }
        if (signal.aborted) return;
        if (this.#ended.signal.aborted) throw this.#ended.signal.reason;
        await this.#wake.next(signal);
      }
    } finally {
      this.#end(new WatchEnd("interrupted", "nobody reads it"));
      await Promise.all(tasks);
    }
  }

  /** Reads what etcd sends, whether or not somebody takes it. */
  async #read(ending: Ending, onCreated: () => void): Promise<void> {
    try {
      const fields = watchFields(this.#prefix, this.#revision + 1);
      const stream = await this.#gateway.open("watch", fields, ending);
      let parts: readonly KeyChange[] = [];
      const pieces = untilAborted(stream, ending.signal);
      for await (const text of boundedLines(pieces, LINE_MAX)) {
        const line = this.#lineOf(text);
        if (line.isCreated) onCreated();
        parts = [...parts, ...line.changes];
        // Of a revision in fragments, nothing counts before the last.
        if (line.hasMore) continue;
        this.#take(line.revision, parts);
        parts = [];
      }
      throw new WatchEnd("interrupted", "the connection was closed");
    } catch (error) {
      this.#end(endOf(error));
    }
  }

  #lineOf(text: string): WatchLine {
    const answer: unknown = JSON.parse(text);
    const error = readError(answer);
    if (error !== null) throw new WatchEnd("interrupted", error.text);
    const line = readWatchLine(answer);
    if (line.compactedAt > 0) throw new WatchEnd("interrupted", "what was missed is compacted");
    // The connection stays open, and nothing comes any longer.
    if (line.isCanceled) throw new WatchEnd("interrupted", line.cancelReason || "it was canceled");
    return line;
  }

  #take(revision: number, changes: readonly KeyChange[]): void {
    // A member of etcd that lags behind the one that was read says less than is known.
    this.#revision = Math.max(this.#revision, revision);
    if (changes.length === 0) return; // progress
    for (const { key, value, changed } of changes) {
      this.#newest = Math.max(this.#newest, changed);
      if (value === null) this.#keys.delete(key);
      else this.#keys.add(key);
    }
    this.#waitingCount += changes.length;
    if (this.#waitingCount > WAITING_MAX) {
      throw new WatchEnd("interrupted", "more changes than can be kept");
    }
    this.#waiting.push(...byRevision(changes));
    this.#wake.ring();
  }

  /** Asks a quorum now and then whether what was reported is all there is. */
  async #compare(signal: AbortSignal): Promise<void> {
    const { compareMs: { least, most }, onItsWayMs } = this.#times;
    try {
      for (;;) {
        await sleep(randomMs(least, most), signal);
        if (signal.aborted) return;
        const digest = await this.#digest(signal);
        if (this.#hasAll(digest)) continue;
        await sleep(onItsWayMs, signal);
        if (!signal.aborted && !this.#hasAll(digest)) {
          throw new WatchEnd("interrupted", "changes were not reported");
        }
      }
    } catch (error) {
      this.#end(
        error instanceof StoreFault ? new WatchEnd("lost", error.message, error) : endOf(error),
      );
    }
  }

  async #digest(signal: AbortSignal): Promise<RangeDigest> {
    const body = digestFields({ prefix: this.#prefix });
    // Everything reported until now is in the answer of a quorum.
    const seen = this.#revision;
    const digest = readDigest(await this.#gateway.call({ path: "kv/range", body, signal }));
    if (digest.revision < seen) {
      throw new WatchEnd("interrupted", "the store has gone back to an older revision");
    }
    return digest;
  }

  /** Reports whether what a quorum has said was reported, or something after it. */
  #hasAll({ revision, count, newest }: RangeDigest): boolean {
    if (this.#newest > revision) return true;
    return newest <= this.#revision && count === this.#keys.size;
  }

  #end(end: WatchEnd): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(end);
    this.#wake.ring();
  }
}

/** Splits changes, which are in order, into those of each transaction. */
function byRevision(changes: readonly KeyChange[]): Changes[] {
  const groups: { revision: number; changes: KeyChange[] }[] = [];
  for (const change of changes) {
    const last = groups.at(-1);
    if (last?.revision === change.changed) last.changes.push(change);
    else groups.push({ revision: change.changed, changes: [change] });
  }
  return groups;
}

function endOf(error: unknown): WatchEnd {
  if (error instanceof WatchEnd) return error;
  if (error instanceof StoreFault) return new WatchEnd("interrupted", error.message, error);
  if (error instanceof RangeError) return new WatchEnd("interrupted", error.message, error);
  return new WatchEnd("interrupted", "the connection was closed", error);
}
