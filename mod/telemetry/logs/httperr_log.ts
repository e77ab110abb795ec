/**
 * The HTTPERR log: requests that the service itself rejected and connections that it aborted, in
 * `HTTPERR/httperrN.log`.
 *
 * @module
 */
import type { RefusedRecord } from "../../base/exchange.ts";
import { httpErrHeader, httpErrLine } from "./httperr_format.ts";
import type { LogPart } from "./collected_lines.ts";
import { LogFile } from "./log_file.ts";
import { HTTPERR_NAMES } from "./log_names.ts";
import { Stamp } from "./stamp.ts";
import type { LogOptions } from "./w3c_log.ts";

/** The settings that this log uses. */
interface HttpErrLogSettings {
  readonly EnableErrorLogging: boolean;
  /** Bytes. */
  readonly ErrorLogFileTruncateSize: number;
}

/** Writes one line for each rejection. Nothing here waits or throws. */
export class HttpErrLog {
  readonly #options: LogOptions;
  readonly #stamp = new Stamp();
  #settings: HttpErrLogSettings;
  #file: LogFile;

  constructor(options: LogOptions, settings: HttpErrLogSettings) {
    this.#options = options;
    this.#settings = settings;
    this.#file = this.#newFile();
  }

  refused(record: RefusedRecord): void {
    if (!this.#settings.EnableErrorLogging) return;
    const stamp = this.#stamp.at(this.#options.now());
    this.#file.append(httpErrLine(record, stamp, this.#options.lineEnd), SAME_DAY);
  }

  /** Adds lines that are formatted already. */
  append(part: LogPart): void {
    if (this.#settings.EnableErrorLogging) this.#file.appendLines(part, SAME_DAY);
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
    this.#file = this.#newFile();
    await before.close();
  }

  #newFile(): LogFile {
    return new LogFile({
      folder: `${this.#options.folder}/HTTPERR`,
      names: HTTPERR_NAMES,
      truncateBytes: this.#settings.ErrorLogFileTruncateSize,
      header: () => httpErrHeader(this.#stamp.at(this.#options.now()), this.#options.lineEnd),
      onTrouble: this.#options.onTrouble,
      keepFiles: null,
    });
  }
}

/** This log rotates by size only, so all of its lines belong to the same day. */
const SAME_DAY = "";
