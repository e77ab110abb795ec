/**
 * The HTTPERR log: requests that the service itself rejected and connections that it aborted, in
 * `HTTPERR/httperrN.log` or, by ErrorLoggingRolloverType, in files of days, weeks, months or hours.
 *
 * @module
 */
import { joinPath } from "../../base/files/join_path.ts";
import type { RefusedRecord } from "../../base/exchange.ts";
import { HttpErrFormat } from "./httperr_format.ts";
import type { LogPart } from "./collected_lines.ts";
import { LogFile } from "./log_file.ts";
import { HTTPERR_NAMES, HTTPERR_PERIOD_NAMES } from "./log_names.ts";
import { periodText, Stamp } from "./stamp.ts";
import type { LogOptions } from "./access_log.ts";

/** The settings that this log uses. */
interface HttpErrLogSettings {
  readonly EnableErrorLogging: boolean;
  /** Bytes. */
  readonly ErrorLogFileTruncateSize: number;
  readonly ErrorLoggingFields: number;
  readonly ErrorLoggingRolloverType: number;
  readonly ErrorLoggingLocaltimeRollover: boolean;
}

/** Writes one line for each rejection. Nothing here waits or throws. */
export class HttpErrLog {
  readonly #options: LogOptions;
  readonly #stamp = new Stamp();
  #settings: HttpErrLogSettings;
  #format: HttpErrFormat;
  #file: LogFile;

  constructor(options: LogOptions, settings: HttpErrLogSettings) {
    this.#options = options;
    this.#settings = settings;
    this.#format = this.#newFormat();
    this.#file = this.#newFile(this.#format);
  }

  refused(record: RefusedRecord): void {
    if (!this.#settings.EnableErrorLogging) return;
    const stamp = this.#stamp.at(this.#options.clock.now());
    const line = this.#format.line(record, stamp);
    if (line !== "") this.#file.append(line, this.#periodOf(stamp.second), stamp.second);
  }

  /** Adds lines that are formatted already. */
  append(part: LogPart): void {
    if (!this.#settings.EnableErrorLogging) return;
    this.#file.appendLines(part, this.#periodOf(part.second), part.second);
  }

  /** Must be called every second. */
  tick(): void {
    this.#file.tick();
  }

  reopen(): void {
    this.#file.reopen();
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async reconfigure(settings: HttpErrLogSettings): Promise<void> {
    const before = this.#file;
    this.#settings = settings;
    this.#format = this.#newFormat();
    this.#file = this.#newFile(this.#format);
    await before.close();
  }

  #newFormat(): HttpErrFormat {
    return new HttpErrFormat({ ...this.#options, flags: this.#settings.ErrorLoggingFields });
  }

  /** Returns the period of a line in the form of file names. */
  #periodOf(second: number): string {
    const { ErrorLoggingRolloverType, ErrorLoggingLocaltimeRollover } = this.#settings;
    return periodText(second, ErrorLoggingRolloverType, ErrorLoggingLocaltimeRollover);
  }

  /** Returns a file for lines in `format`. */
  #newFile(format: HttpErrFormat): LogFile {
    return new LogFile({
      folder: joinPath(this.#options.folder, "HTTPERR"),
      names: this.#settings.ErrorLoggingRolloverType === 0 ? HTTPERR_NAMES : HTTPERR_PERIOD_NAMES,
      truncateBytes: this.#settings.ErrorLogFileTruncateSize,
      header: (second) => format.header(new Stamp().at(second * 1000)),
      onTrouble: this.#options.onTrouble,
      onLost: this.#options.onLost,
      keepFiles: null,
    });
  }
}
