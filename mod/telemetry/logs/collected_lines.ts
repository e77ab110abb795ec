/**
 * The lines of a process that writes no log itself: formatted here, written by the service. They are
 * collected second by second, because a log has the lines of one second in any order, but no second
 * after a later one.
 *
 * @module
 */
import type { RefusedRecord, ServedRecord } from "../../base/exchange.ts";
import { httpErrLine } from "./httperr_format.ts";
import { type LineEnd, Stamp } from "./stamp.ts";
import { W3cFormat } from "./w3c_format.ts";

/** Lines of one log. */
export interface LogPart {
  /** The site whose log it is; null for HTTPERR. */
  readonly site: number | null;
  /** UTC, YYMMDD. */
  readonly day: string;
  /** With their ends. */
  readonly lines: string;
  readonly count: number;
}

/** Lines of one second. */
export interface LogBatch {
  /** Since 1970. */
  readonly second: number;
  readonly parts: readonly LogPart[];
}

/** The settings of the logs. */
interface CollectedSettings {
  readonly LogEnabled: boolean;
  readonly LogExtFileFlags: number;
  readonly EnableErrorLogging: boolean;
}

interface CollectedLinesOptions {
  readonly computerName: string;
  readonly lineEnd: LineEnd;
  /** Milliseconds since 1970. */
  now(): number;
  /** Sends lines to whoever writes them. */
  ship(batch: LogBatch): void;
}

/** Characters of one part, which are encoded at once where they are written. */
const PART_CHARS = 4096;
/** Characters that are worth a message. */
const BATCH_CHARS = 65_536;

/** Nothing here waits, throws, or makes a request fail. */
export class CollectedLines {
  readonly #options: CollectedLinesOptions;
  readonly #stamp = new Stamp();
  readonly #texts = new Map<number | null, { lines: string; count: number }>();
  #settings: CollectedSettings;
  #format: W3cFormat;
  #parts: LogPart[] = [];
  #chars = 0;
  #second = -1;
  #day = "";

  constructor(options: CollectedLinesOptions, settings: CollectedSettings) {
    this.#options = options;
    this.#settings = settings;
    this.#format = this.#newFormat();
  }

  reconfigure(settings: CollectedSettings): void {
    this.flush();
    this.#settings = settings;
    this.#format = this.#newFormat();
  }

  served(record: ServedRecord): void {
    const { siteId } = record.request;
    if (siteId === null || !this.#settings.LogEnabled) return;
    this.#add(siteId, this.#format.line(record, siteId, this.#stampNow()));
  }

  refused(record: RefusedRecord): void {
    if (!this.#settings.EnableErrorLogging) return;
    this.#add(null, httpErrLine(record, this.#stampNow(), this.#options.lineEnd));
  }

  /** Ships what is collected; returns the second before which nothing more will come. */
  flush(): number {
    for (const [site, { lines, count }] of this.#texts) this.#endPart(site, lines, count);
    this.#texts.clear();
    const parts = this.#parts;
    if (parts.length > 0) {
      this.#parts = [];
      this.#chars = 0;
      this.#options.ship({ second: this.#second, parts });
    }
    return Math.floor(this.#options.now() / 1000);
  }

  /** Returns the time of a line; ships the lines of another second. */
  #stampNow(): Stamp {
    const stamp = this.#stamp.at(this.#options.now());
    if (stamp.second !== this.#second) {
      this.flush();
      this.#second = stamp.second;
      this.#day = stamp.day;
    }
    return stamp;
  }

  #add(site: number | null, line: string): void {
    const text = this.#texts.get(site);
    if (text === undefined) this.#texts.set(site, { lines: line, count: 1 });
    else {
      text.lines += line;
      text.count++;
      if (text.lines.length >= PART_CHARS) {
        this.#texts.delete(site);
        this.#endPart(site, text.lines, text.count);
      }
    }
    if (this.#chars >= BATCH_CHARS) this.flush();
  }

  #endPart(site: number | null, lines: string, count: number): void {
    this.#chars += lines.length;
    this.#parts.push({ site, day: this.#day, lines, count });
  }

  #newFormat(): W3cFormat {
    const { computerName, lineEnd } = this.#options;
    return new W3cFormat({ flags: this.#settings.LogExtFileFlags, computerName, lineEnd });
  }
}
