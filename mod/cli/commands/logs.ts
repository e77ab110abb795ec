/**
 * Edge: `logs`: where the logs of the sites and of what was refused are, and their newest lines. To
 * follow them, it looks once a second, which is how often the service writes.
 *
 * @module
 */
import { joinPath } from "../../base/files/join_path.ts";
import { EXIT } from "../../base/exit_status.ts";
import { messageOf, quote, usageFault } from "../../base/fault.ts";
import { oneLine } from "../../base/printable.ts";
import type { ConfigDocument } from "../../config/document/document.ts";
import type { AccessLogTarget } from "../../config/rules/access_log.ts";
import { effectiveSettings } from "../../config/document/settings.ts";
import { LogTail } from "../../telemetry/logs/log_tail.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../core/command.ts";
import { siteOf } from "./site/site_flags.ts";
import { report } from "../core/report.ts";

const DEFAULT_LIMIT = 10;
const LIMIT_MAX = 100_000;
const LOOK_MS = 1000;

const logs: CommandSpec = {
  name: "logs",
  usage: "[SITE]",
  summary: "Show where the logs are, and their newest lines",
  details: [
    "With SITE, the log of that site; with --errors, the HTTPERR log, which has what the service " +
    "rejected or aborted, with the reason of HTTP.sys. Without either, each log under the name of " +
    "its file. The line #Fields names the columns; times are in UTC. Of a log whose format was " +
    "changed, the lines in the format that was written last. Lines that go to stdout or to syslog " +
    "are not in these files; a note says where they are.",
    "--paths prints the newest file of each log, and nothing else. httpcfg events shows the event " +
    "log, and httpcfg-inspect(1) describes the files.",
  ],
  examples: [
    { line: "httpcfg logs", shows: "every log, the newest 10 lines" },
    { line: "httpcfg logs 'Default Web Site' --follow", shows: "requests as they are served" },
    { line: "httpcfg logs --errors --limit 100", shows: "what was rejected, and why" },
    { line: 'tail -F "$(httpcfg logs --errors --paths)"', shows: "with other programs" },
  ],
  flags: {
    errors: { kind: "boolean", summary: "only the HTTPERR log" },
    limit: { kind: "string", value: "N", summary: "lines of each log; 10 by default" },
    follow: { kind: "boolean", summary: "also show what is written from now on, until Ctrl+C" },
    paths: { kind: "boolean", summary: "print the names of the files, not their lines" },
  },
  words: { min: 0, max: 1 },
  completes: ["site"],
  run,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [logs];

/** A log and how it is named to people. */
interface Log {
  readonly title: string;
  readonly folder: string;
  readonly tail: LogTail;
  /** Where its lines go. */
  readonly target: AccessLogTarget;
  /** The setting without which nothing is written. */
  readonly setting: "LogEnabled" | "EnableErrorLogging";
}

async function run(input: CommandInput, io: CommandIo): Promise<number> {
  const limit = readLimit(input);
  const document = await io.store.read();
  const chosen = chooseLogs(input, document, io.paths.log);
  // What the running service has not written yet. If none runs, all is written.
  await io.control.ask({ op: "flushLogs" }).catch((error) => {
    const text = `the newest lines may be missing: ${messageOf(error)}`;
    report(io, [{ kind: "warning", text }]);
  });
  if (input.flag("paths")) return await printPaths(chosen, io);
  const printer = new Printer(io, chosen.length > 1);
  for (const log of chosen) {
    noteTarget(log, document, io);
    const found = await log.tail.newest(limit);
    if (found.path === null) noteEmpty(log, document, io);
    else printer.print(log, found, limit > 0);
  }
  while (input.flag("follow") && io.hasReader()) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    for (const log of chosen) {
      for (const more of await log.tail.more()) printer.print(log, more, false);
    }
  }
  return EXIT.ok;
}

/** Returns the logs that the line is about: that of a site, that of errors, or all. */
function chooseLogs(input: CommandInput, document: ConfigDocument, folder: string): Log[] {
  const [name] = input.words;
  const isErrors = input.flag("errors");
  if (name !== undefined && isErrors) {
    throw usageFault(
      `Cannot show the errors of ${quote(name)}: the HTTPERR log is that of all sites`,
      "httpcfg logs --errors",
    );
  }
  const { AccessLogTarget: usual } = effectiveSettings(document.settings);
  const of = (
    title: string,
    below: string,
    setting: Log["setting"],
    target: AccessLogTarget,
  ): Log => {
    const path = joinPath(folder, below);
    return { title, folder: path, tail: new LogTail(path), setting, target };
  };
  const named = name === undefined ? document.sites : [siteOf(input, document)];
  return [
    ...(isErrors ? [] : named.map(({ id, name, accessLog }) => {
      return of(name, `W3SVC${id}`, "LogEnabled", accessLog?.target ?? usual);
    })),
    ...(name === undefined ? [of("errors", "HTTPERR", "EnableErrorLogging", "file")] : []),
  ];
}

async function printPaths(chosen: readonly Log[], io: CommandIo): Promise<number> {
  let isWhole = true;
  for (const { tail, folder } of chosen) {
    const { path } = await tail.newest(0);
    if (path !== null) io.out(path);
    else {
      isWhole = false;
      io.note(`No log in ${quote(folder)} yet.`);
    }
  }
  return isWhole ? EXIT.ok : EXIT.failed;
}

/** Says where lines are that are in no file. */
function noteTarget({ title, target }: Log, { settings }: ConfigDocument, io: CommandIo): void {
  if (target === "file") return;
  const { AccessLogSyslog } = effectiveSettings(settings);
  const place = target === "stdout" ? "stdout of the service" : `syslog (${AccessLogSyslog})`;
  const isJournal = io.os === "linux" && io.home.owner === "system" &&
    (target === "stdout" || AccessLogSyslog === "local");
  report(io, [{
    kind: "note",
    text: `${oneLine(title)}: its lines go to ${place}; files have what was logged before`,
    ...(isJournal ? { hint: "journalctl -u httpcfg -o cat" } : {}),
  }]);
}

function noteEmpty(
  { title, folder, setting, target }: Log,
  { settings }: ConfigDocument,
  io: CommandIo,
): void {
  if (target !== "file") return; // which was said
  const isOn = effectiveSettings(settings)[setting];
  const why = isOn ? "nothing is logged yet" : `${setting} is false`;
  io.note(`${oneLine(title)}: ${why}; the log is ${quote(folder)}.`);
}

/** Prints lines below the name of their file, if there are several logs. */
class Printer {
  readonly #io: CommandIo;
  readonly #isNamed: boolean;
  #last: string | null = null;
  readonly #fields = new Map<string, string>();

  constructor(io: CommandIo, isNamed: boolean) {
    this.#io = io;
    this.#isNamed = isNamed;
  }

  /** Prints what was read of `log`; its name and columns even without a line, if wanted. */
  print(
    { title, folder }: Log,
    { path, fields, lines }: Awaited<ReturnType<LogTail["newest"]>>,
    isNameWanted: boolean,
  ): void {
    if (path === null || (lines.length === 0 && !isNameWanted)) return;
    if (this.#isNamed && this.#last !== path) {
      const gap = this.#last === null ? "" : "\n";
      this.#io.out(`${gap}==> ${path} (${oneLine(title)}) <==`);
    } else if (!this.#isNamed && this.#last !== path) this.#io.note(path);
    this.#last = path;
    if (fields !== null && this.#fields.get(folder) !== fields) {
      this.#fields.set(folder, fields);
      this.#io.out(fields);
    }
    if (lines.length > 0) this.#io.out(lines.join("\n"));
  }
}

function readLimit(input: CommandInput): number {
  const text = input.text("limit") ?? String(DEFAULT_LIMIT);
  if (/^[0-9]{1,6}$/.test(text) && Number(text) <= LIMIT_MAX) return Number(text);
  throw usageFault(
    `Cannot use ${quote(text)} for "--limit": must be between 0 and ${LIMIT_MAX}`,
    `httpcfg logs --limit ${DEFAULT_LIMIT}`,
  );
}
