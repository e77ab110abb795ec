/**
 * Edge: the logs of the running service, opened and closed with it. A log can never make a request
 * fail: lines are buffered, and a tick writes them every second.
 *
 * @module
 */
import type { RefusedRecord, ServedRecord } from "../base/exchange.ts";
import { fileFault, fileReason } from "../base/file_fault.ts";
import { effectiveSettings, type Settings } from "../config/document/settings.ts";
import { logTrouble, type NewEvent } from "./events/event.ts";
import { EventLog } from "./events/event_log.ts";
import type { LogPart } from "./logs/collected_lines.ts";
import type { FormatSettings } from "./logs/site_formats.ts";
import { HttpErrLog } from "./logs/httperr_log.ts";
import type { LogTrouble } from "./logs/log_file.ts";
import { type LogOptions, W3cLog } from "./logs/w3c_log.ts";

const TICK_MS = 1000;

export class ServiceLogs {
  readonly #w3c: W3cLog;
  readonly #httpErr: HttpErrLog;
  readonly #events: EventLog;
  readonly #timer: ReturnType<typeof setInterval>;
  /** The logs that cannot be written now, by their directory, and why. */
  readonly #troubles = new Map<string, LogTrouble>();

  /**
   * `folder` contains a directory for each log. `report` is called with one line when a log cannot
   * be written, and with one when it can be written again: a full disk affects the event log too.
   */
  constructor(folder: string, report: (line: string) => void) {
    const now = Date.now;
    const computerName = Deno.hostname();
    const settings = effectiveSettings({});
    const lineEnd = Deno.build.os === "windows" ? "\r\n" : "\n";
    const note = (found: LogTrouble): void => {
      if (found.error === null) this.#troubles.delete(found.folder);
      else this.#troubles.set(found.folder, found);
      report(eventOf(found).text);
    };
    this.#events = new EventLog({ folder, now, onTrouble: note });
    const options: LogOptions = {
      folder,
      lineEnd,
      computerName,
      now,
      onTrouble: (found) => {
        note(found);
        this.#events.write(eventOf(found));
      },
    };
    this.#w3c = new W3cLog(options, settings);
    this.#httpErr = new HttpErrLog(options, settings);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  /** Lines that could not be written. */
  get lostLines(): number {
    return 0;
  }

  /** The logs that cannot be written now: why, and what shows more. */
  get problems(): { readonly text: string; readonly hint: string | null }[] {
    return [...this.#troubles.values()].map(({ folder, error }) => {
      const { message, hint = null } = fileFault("write the log in", folder, error, { folder });
      return { text: message, hint };
    });
  }

  /** Applies the settings of the service, which has just started. */
  async reconfigure(settings: Settings & FormatSettings): Promise<void> {
    await this.#w3c.reconfigure(settings);
    await this.#httpErr.reconfigure(settings);
  }

  served(record: ServedRecord): void {
    const { siteId } = record.request;
    if (siteId !== null) this.#w3c.served(record, siteId);
  }

  refused(record: RefusedRecord): void {
    this.#httpErr.refused(record);
  }

  /** Adds lines that another process has formatted. */
  append(part: LogPart): void {
    if (part.site === null) this.#httpErr.append(part);
    else this.#w3c.append(part.site, part);
  }

  event(event: NewEvent): void {
    this.#events.write(event);
  }

  /** Opens the files by their names again. */
  reopen(): void {
    this.#w3c.reopen();
    this.#httpErr.reopen();
    this.#events.reopen();
  }

  /** Writes all buffered lines. */
  async flush(): Promise<void> {
    await Promise.all([this.#w3c.flush(), this.#httpErr.flush(), this.#events.flush()]);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#w3c.close();
    await this.#httpErr.close();
    await this.#events.close();
  }

  #tick(): void {
    this.#w3c.tick();
    this.#httpErr.tick();
    this.#events.tick();
  }
}

function eventOf({ folder, error, lostLines }: LogTrouble): NewEvent {
  const reason = error === null ? null : fileReason(error);
  return logTrouble(folder, reason, lostLines);
}
