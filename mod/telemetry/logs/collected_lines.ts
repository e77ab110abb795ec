/**
 * The lines of a process that writes no log itself: formatted here, written by the service. They are
 * collected second by second, because a log has the lines of one second in any order, but no second
 * after a later one.
 *
 * @module
 */
import type { RefusedRecord, ServedRecord } from "../../base/exchange.ts";
import { HttpErrFormat } from "./httperr_format.ts";
import { LineBuffer, type Lines } from "./line_buffer.ts";
import type { LineTime } from "./line_clock.ts";
import { LastLine } from "./line_writer.ts";
import { type FormatSettings, SiteFormats } from "./site_formats.ts";
import { type LineEnd, Stamp } from "./stamp.ts";

/** Lines of one log. */
export interface LogPart extends Lines {
  /** The site whose log it is; null for HTTPERR. */
  readonly site: number | null;
  /** UTC, YYMMDD. */
  readonly day: string;
  /** That of the lines, since 1970. */
  readonly second: number;
}

/** Lines of one second. */
export interface LogBatch {
  /** Since 1970. */
  readonly second: number;
  readonly parts: readonly LogPart[];
}

/** The settings of the logs. */
interface CollectedSettings extends FormatSettings {
  readonly EnableErrorLogging: boolean;
  readonly ErrorLoggingFields: number;
}

interface CollectedLinesOptions {
  readonly computerName: string;
  readonly lineEnd: LineEnd;
  readonly clock: LineTime;
  /** Sends lines to whoever writes them. Their bytes belong to the callee. */
  ship(batch: LogBatch): void;
}

/** Nothing here waits, throws, or makes a request fail. */
export class CollectedLines {
  readonly #options: CollectedLinesOptions;
  readonly #stamp = new Stamp();
  readonly #buffers = new Map<number | null, LineBuffer>();
  #settings: CollectedSettings;
  #formats: SiteFormats;
  #errors: HttpErrFormat;
  #lastSite: number | null = null;
  #lastBuffer: LineBuffer | null = null;
  readonly #lastLine = new LastLine();
  #second = -1;
  #day = "";

  constructor(options: CollectedLinesOptions, settings: CollectedSettings) {
    this.#options = options;
    this.#settings = settings;
    this.#formats = new SiteFormats(settings, this.#options);
    this.#errors = this.#newErrors();
  }

  reconfigure(settings: CollectedSettings): void {
    this.flush();
    this.#settings = settings;
    this.#formats = new SiteFormats(settings, this.#options);
    this.#errors = this.#newErrors();
  }

  served(record: ServedRecord): void {
    const { siteId } = record.request;
    if (siteId === null) return;
    const buffer = this.#lastLine.addSame(record, siteId, this.#options.clock) ??
      this.#addLine(record, siteId);
    if (buffer !== null && buffer.isFull) this.flush();
  }

  refused(record: RefusedRecord): void {
    if (!this.#settings.EnableErrorLogging) return;
    const line = this.#errors.line(record, this.#stampNow());
    if (line === "") return;
    const buffer = this.#bufferOf(null);
    buffer.add(line);
    if (buffer.isFull) this.flush();
  }

  /** Ships what is collected; returns the second before which nothing more will come. */
  flush(): number {
    const parts: LogPart[] = [];
    for (const [site, buffer] of this.#buffers) {
      const lines = buffer.drain();
      if (lines === null) this.#buffers.delete(site); // unused since the last time
      else parts.push({ site, day: this.#day, second: this.#second, ...lines });
    }
    if (!this.#buffers.has(this.#lastSite)) this.#lastBuffer = null;
    if (parts.length > 0) this.#options.ship({ second: this.#second, parts });
    return Math.floor(this.#options.clock.renew() / 1000);
  }

  /** Adds the line of a record; returns where, or null if it has none. */
  #addLine(record: ServedRecord, siteId: number): LineBuffer | null {
    const format = this.#formats.forRecord(record, siteId);
    if (format === null) return null;
    const stamp = this.#stampNow();
    const buffer = this.#bufferOf(siteId);
    const last = format.sampler === null ? this.#lastLine : null;
    format.lines.add(buffer, record, siteId, stamp, last);
    return buffer;
  }

  #newErrors(): HttpErrFormat {
    return new HttpErrFormat({ ...this.#options, flags: this.#settings.ErrorLoggingFields });
  }

  /** Returns the time of a line; ships the lines of another second. */
  #stampNow(): Stamp {
    const stamp = this.#stamp.at(this.#options.clock.now());
    if (stamp.second !== this.#second) {
      this.flush();
      this.#second = stamp.second;
      this.#day = stamp.day;
    }
    return stamp;
  }

  #bufferOf(site: number | null): LineBuffer {
    if (site === this.#lastSite && this.#lastBuffer !== null) return this.#lastBuffer;
    let buffer = this.#buffers.get(site);
    if (buffer === undefined) this.#buffers.set(site, buffer = new LineBuffer());
    this.#lastSite = site;
    this.#lastBuffer = buffer;
    return buffer;
  }
}
