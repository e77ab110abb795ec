/**
 * Edge: the logs of the running service, opened and closed with it. A log can never make a request
 * fail: lines are buffered, and a tick writes them every second.
 *
 * @module
 */
import type { RefusedRecord, ServedRecord } from "../base/exchange.ts";
import { baseName } from "../base/files/path_parts.ts";
import { fileFault, fileReason } from "../base/file_fault.ts";
import type { AccessLogTarget } from "../config/rules/access_log.ts";
import { effectiveSettings, type Settings } from "../config/document/settings.ts";
import { logTrouble, type NewEvent } from "./events/event.ts";
import { EventLog, type RecentEvent } from "./events/event_log.ts";
import type { LogPart } from "./logs/collected_lines.ts";
import type { FormatSettings } from "./logs/site_formats.ts";
import { HttpErrLog } from "./logs/httperr_log.ts";
import { LineClock } from "./logs/line_clock.ts";
import type { LogTrouble } from "./logs/log_file.ts";
import { AccessLog, type LogOptions } from "./logs/access_log.ts";
import { stdoutQueue } from "./logs/stdout_stream.ts";
import { SyslogStream } from "./logs/syslog_stream.ts";

const TICK_MS = 1000;
/** Cures a stream that cannot be written. */
const TO_FILES = "httpcfg settings set AccessLogTarget file; httpcfg reload";

export class ServiceLogs {
  readonly #access: AccessLog;
  readonly #httpErr: HttpErrLog;
  readonly #events: EventLog;
  readonly #timer: ReturnType<typeof setInterval>;
  /** The logs that cannot be written now, by their place, and why. */
  readonly #troubles = new Map<string, LogTrouble>();
  readonly #hasStdout: boolean;
  /** Whether something is to be written to a stdout that is not there. */
  #isStdoutMissed = false;
  #syslog: { readonly place: string; readonly stream: SyslogStream } | null = null;
  #lostLines = 0;

  /**
   * `folder` contains a directory for each log. `report` is called with one line when a log cannot
   * be written, and with one when it can be written again: a full disk affects the event log too.
   * Without a stdout, what should go there is written to files.
   */
  constructor(folder: string, report: (line: string) => void, { hasStdout = true } = {}) {
    this.#hasStdout = hasStdout;
    const clock = new LineClock();
    const computerName = Deno.hostname();
    const settings = effectiveSettings({});
    const lineEnd = Deno.build.os === "windows" ? "\r\n" : "\n";
    const note = (found: LogTrouble): void => {
      if (found.error === null) this.#troubles.delete(found.place);
      else this.#troubles.set(found.place, found);
      report(eventOf(found).text);
    };
    this.#events = new EventLog({ folder, now: Date.now, onTrouble: note });
    const options: LogOptions = {
      folder,
      lineEnd,
      computerName,
      clock,
      onTrouble: (found) => {
        note(found);
        this.#events.write(eventOf(found));
      },
      onLost: (lines) => this.#lostLines += lines,
    };
    const streams = { onTrouble: options.onTrouble, onLost: options.onLost };
    this.#access = new AccessLog(options, {
      stdout: stdoutQueue(streams),
      syslog: (place) => this.#syslogOf(place, { ...streams, computerName }).queue,
    }, settings);
    this.#httpErr = new HttpErrLog(options, settings);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  /** The logs that cannot be written now: why, and what shows more. */
  get problems(): { readonly text: string; readonly hint: string | null }[] {
    const troubles = [...this.#troubles.values()].map(({ place, isStream, error }) => {
      if (isStream) {
        const text = `Cannot write the access log to ${place}: ${fileReason(error)}`;
        return { text, hint: TO_FILES };
      }
      const { message, hint = null } = fileFault("write the log in", place, error, {
        folder: place,
      });
      return { text: message, hint };
    });
    if (!this.#isStdoutMissed) return troubles;
    return [...troubles, {
      text: "a service in the background has no stdout: its access logs are files",
      hint: TO_FILES,
    }];
  }

  /** Lines of access logs and of the HTTPERR log that could not be written, since the start. */
  get lostLines(): number {
    return this.#lostLines;
  }

  /** Applies the settings of the service, which has just started. */
  async reconfigure(settings: Settings & FormatSettings): Promise<void> {
    const targets = [settings, ...settings.siteLogs ?? []].map((one) => {
      return "target" in one ? one.target : one.AccessLogTarget;
    });
    this.#isStdoutMissed = !this.#hasStdout && targets.includes("stdout");
    await this.#access.reconfigure(this.#isStdoutMissed ? withoutStdout(settings) : settings);
    if (!targets.includes("syslog")) this.#closeSyslog();
    // Of a series of files that is used no more, nobody tells that it could be written again.
    for (const [place, { isStream }] of this.#troubles) {
      const isGone = isStream
        ? place === "stdout" && !targets.includes("stdout")
        : baseName(place).startsWith("W3SVC");
      if (isGone) this.#troubles.delete(place);
    }
    await this.#httpErr.reconfigure(settings);
  }

  served(record: ServedRecord): void {
    const { siteId } = record.request;
    if (siteId !== null) this.#access.served(record, siteId);
  }

  refused(record: RefusedRecord): void {
    this.#httpErr.refused(record);
  }

  /** Adds lines that another process has formatted. */
  append(part: LogPart): void {
    if (part.site === null) this.#httpErr.append(part);
    else this.#access.append(part.site, part);
  }

  event(event: NewEvent): void {
    this.#events.write(event);
  }

  /** The newest events since the service started, the oldest of them first. */
  get recentEvents(): readonly RecentEvent[] {
    return this.#events.recent;
  }

  /** Opens the files by their names again. */
  reopen(): void {
    this.#access.reopen();
    this.#httpErr.reopen();
    this.#events.reopen();
  }

  /** Writes all buffered lines. */
  async flush(): Promise<void> {
    await Promise.all([this.#access.flush(), this.#httpErr.flush(), this.#events.flush()]);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#access.close();
    this.#closeSyslog();
    await this.#httpErr.close();
    await this.#events.close();
  }

  /** Returns the stream to a syslog; the one to another is closed. */
  #syslogOf(
    place: string,
    options: ConstructorParameters<typeof SyslogStream>[1],
  ): SyslogStream {
    if (this.#syslog?.place !== place) {
      this.#closeSyslog();
      this.#syslog = { place, stream: new SyslogStream(place, options) };
    }
    return this.#syslog.stream;
  }

  #closeSyslog(): void {
    if (this.#syslog === null) return;
    this.#troubles.delete(this.#syslog.stream.place);
    this.#syslog.stream.close();
    this.#syslog = null;
  }

  #tick(): void {
    this.#access.tick();
    this.#httpErr.tick();
    this.#events.tick();
  }
}

function eventOf({ place, isStream, error, lostLines }: LogTrouble): NewEvent {
  const reason = error === null ? null : fileReason(error);
  return logTrouble(`${isStream ? "to" : "in"} ${place}`, reason, lostLines);
}

/** Returns the settings with files in the place of stdout. */
function withoutStdout<T extends Settings & FormatSettings>(settings: T): T {
  const other = (target: AccessLogTarget): AccessLogTarget => target === "stdout" ? "file" : target;
  return {
    ...settings,
    AccessLogTarget: other(settings.AccessLogTarget),
    siteLogs: settings.siteLogs?.map((site) => ({ ...site, target: other(site.target) })),
  };
}
