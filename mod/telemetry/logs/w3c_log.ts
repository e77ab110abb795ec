/**
 * The W3C extended log of the sites: one series of files for each site, in `W3SVC<id>/`.
 *
 * @module
 */
import { joinPath } from "../../base/files/join_path.ts";
import type { ServedRecord } from "../../base/exchange.ts";
import type { LogPart } from "./collected_lines.ts";
import { LogFile, type LogTrouble } from "./log_file.ts";
import { W3C_NAMES } from "./log_names.ts";
import { type FormatSettings, SiteFormats } from "./site_formats.ts";
import { type LineEnd, Stamp } from "./stamp.ts";
import type { W3cFormat } from "./w3c_format.ts";

/** The settings that this log uses. */
export interface W3cLogSettings extends FormatSettings {
  /** Bytes. */
  readonly LogFileTruncateSize: number;
}

export interface LogOptions {
  /** The directory that contains the directories of the logs. */
  readonly folder: string;
  readonly lineEnd: LineEnd;
  readonly computerName: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onTrouble: (trouble: LogTrouble) => void;
}

/** Writes one line for each served request. Nothing here waits, throws, or makes a request fail. */
export class W3cLog {
  readonly #options: LogOptions;
  readonly #stamp = new Stamp();
  readonly #files = new Map<number, LogFile>();
  #settings: W3cLogSettings;
  #formats: SiteFormats;
  #lastSite = -1;
  #lastFile: LogFile | null = null;

  constructor(options: LogOptions, settings: W3cLogSettings) {
    this.#options = options;
    this.#settings = settings;
    this.#formats = new SiteFormats(settings, options);
  }

  served(record: ServedRecord, siteId: number): void {
    const format = this.#formats.of(siteId);
    if (format === null || record.request.isUnlogged) return;
    const stamp = this.#stamp.at(this.#options.now());
    const file = siteId === this.#lastSite && this.#lastFile !== null
      ? this.#lastFile
      : this.#fileOf(siteId, format);
    format.add(file.linesOf(stamp.day, stamp.second), record, siteId, stamp);
    file.added();
  }

  /** Adds lines of a site that are formatted already. */
  append(siteId: number, part: LogPart): void {
    const format = this.#formats.of(siteId);
    if (format !== null) this.#fileOf(siteId, format).appendLines(part, part.day, part.second);
  }

  /** Must be called every second. */
  tick(): void {
    for (const file of this.#files.values()) file.tick();
  }

  /** Opens the files by their names again, after another program has moved them away. */
  reopen(): void {
    for (const file of this.#files.values()) file.reopen();
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file.flush()));
  }

  async close(): Promise<void> {
    const files = this.#forgetFiles();
    await Promise.all(files.map((file) => file.close()));
  }

  /** Applies changed settings; lines that were already collected are written unchanged. */
  async reconfigure(settings: W3cLogSettings): Promise<void> {
    this.#settings = settings;
    this.#formats = new SiteFormats(settings, this.#options);
    await this.close();
  }

  /** Returns the file of a site, with whose header the lines in `format` are read. */
  #fileOf(siteId: number, format: W3cFormat): LogFile {
    let file = this.#files.get(siteId);
    if (file === undefined) {
      file = new LogFile({
        folder: joinPath(this.#options.folder, `W3SVC${siteId}`),
        names: W3C_NAMES,
        truncateBytes: this.#settings.LogFileTruncateSize,
        header: (second) => format.header(new Stamp().at(second * 1000)),
        onTrouble: this.#options.onTrouble,
        keepFiles: null,
      });
      this.#files.set(siteId, file);
    }
    this.#lastSite = siteId;
    this.#lastFile = file;
    return file;
  }

  #forgetFiles(): LogFile[] {
    const files = [...this.#files.values()];
    this.#files.clear();
    this.#lastFile = null;
    return files;
  }
}
