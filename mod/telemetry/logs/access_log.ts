/**
 * The access logs of the sites: in files, one series for each site in `W3SVC<id>/`, or in a stream
 * that all of them share.
 *
 * @module
 */
import { joinPath } from "../../base/files/join_path.ts";
import type { ServedRecord } from "../../base/exchange.ts";
import type { AccessLogFormat } from "../../config/rules/access_log.ts";
import type { LogPart } from "./collected_lines.ts";
import type { LineTime } from "./line_clock.ts";
import type { LineQueue } from "./line_queue.ts";
import type { LineSink } from "./line_sink.ts";
import { LastLine } from "./line_writer.ts";
import { LogFile, type LogTrouble } from "./log_file.ts";
import { COMBINED_NAMES, JSON_NAMES, type LogNames, W3C_NAMES } from "./log_names.ts";
import { type FormatSettings, type SiteFormat, SiteFormats } from "./site_formats.ts";
import { type LineEnd, Stamp } from "./stamp.ts";
import { StreamLog } from "./stream_log.ts";

/** The settings that these logs use. */
export interface AccessLogSettings extends FormatSettings {
  /** Bytes. */
  readonly LogFileTruncateSize: number;
  readonly AccessLogSyslog: string;
}

export interface LogOptions {
  /** The directory that contains the directories of the logs. */
  readonly folder: string;
  readonly lineEnd: LineEnd;
  readonly computerName: string;
  readonly clock: Pick<LineTime, "now">;
  readonly onTrouble: (trouble: LogTrouble) => void;
  /** Called with the number of lines that could not be written. */
  readonly onLost: (lines: number) => void;
}

/** Where lines go that are not written to files. */
export interface Streams {
  readonly stdout: LineQueue;
  /** Returns the queue of the syslog that AccessLogSyslog names. */
  syslog(place: string): LineQueue;
}

/** The names of the files of each format: two formats are never in one file. */
const NAMES: Readonly<Record<AccessLogFormat, LogNames>> = {
  w3c: W3C_NAMES,
  json: JSON_NAMES,
  combined: COMBINED_NAMES,
};

/** Writes one line for each served request. Nothing here waits, throws, or makes a request fail. */
export class AccessLog {
  readonly #options: LogOptions;
  readonly #streams: Streams;
  readonly #stamp = new Stamp();
  readonly #sinks = new Map<number, LineSink>();
  #settings: AccessLogSettings;
  #formats: SiteFormats;
  #lastSite = -1;
  #lastSink: LineSink | null = null;
  readonly #lastLine = new LastLine();

  constructor(options: LogOptions, streams: Streams, settings: AccessLogSettings) {
    this.#options = options;
    this.#streams = streams;
    this.#settings = settings;
    this.#formats = new SiteFormats(settings, options);
  }

  served(record: ServedRecord, siteId: number): void {
    const { clock } = this.#options;
    const same = this.#lastLine.addSame(record, siteId, clock);
    if (same !== null) {
      if (same.isFull) this.#sinks.get(siteId)?.added();
      return;
    }
    const format = this.#formats.forRecord(record, siteId);
    if (format === null) return;
    const stamp = this.#stamp.at(clock.now());
    const sink = siteId === this.#lastSite && this.#lastSink !== null
      ? this.#lastSink
      : this.#sinkOf(siteId, format);
    const last = format.sampler === null ? this.#lastLine : null;
    format.lines.add(sink.linesOf(stamp.day, stamp.second), record, siteId, stamp, last);
    sink.added();
  }

  /** Adds lines of a site that are formatted already. */
  append(siteId: number, part: LogPart): void {
    const format = this.#formats.of(siteId);
    if (format !== null) this.#sinkOf(siteId, format).appendLines(part, part.day, part.second);
  }

  /** Must be called every second. */
  tick(): void {
    for (const sink of this.#sinks.values()) sink.tick();
  }

  /** Opens the files by their names again, after another program has moved them away. */
  reopen(): void {
    for (const sink of this.#sinks.values()) sink.reopen();
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#sinks.values()].map((sink) => sink.flush()));
  }

  async close(): Promise<void> {
    const sinks = this.#forgetSinks();
    await Promise.all(sinks.map((sink) => sink.close()));
  }

  /** Applies changed settings; lines that were already collected are written unchanged. */
  async reconfigure(settings: AccessLogSettings): Promise<void> {
    this.#settings = settings;
    this.#formats = new SiteFormats(settings, this.#options);
    await this.close();
  }

  /** Returns where the lines of a site go, all of them in `format`. */
  #sinkOf(siteId: number, format: SiteFormat): LineSink {
    let sink = this.#sinks.get(siteId);
    if (sink === undefined) this.#sinks.set(siteId, sink = this.#newSink(siteId, format));
    this.#lastSite = siteId;
    this.#lastSink = sink;
    return sink;
  }

  #newSink(siteId: number, { lines, format, target }: SiteFormat): LineSink {
    const header = (second: number): string => lines.format.header(new Stamp().at(second * 1000));
    if (target === "stdout") return new StreamLog(this.#streams.stdout, header);
    if (target === "syslog") {
      return new StreamLog(this.#streams.syslog(this.#settings.AccessLogSyslog), header);
    }
    return new LogFile({
      folder: joinPath(this.#options.folder, `W3SVC${siteId}`),
      names: NAMES[format],
      truncateBytes: this.#settings.LogFileTruncateSize,
      header,
      onTrouble: this.#options.onTrouble,
      onLost: this.#options.onLost,
      keepFiles: null,
    });
  }

  #forgetSinks(): LineSink[] {
    const sinks = [...this.#sinks.values()];
    this.#sinks.clear();
    this.#lastSink = null;
    return sinks;
  }
}
