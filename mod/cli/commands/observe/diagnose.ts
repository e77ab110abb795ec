/**
 * `diagnose`: everything that a bug report needs, as one text that may be shown to everybody.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { fileFault } from "../../../base/file_fault.ts";
import { quote } from "../../../base/fault.ts";
import { printable } from "../../../base/printable.ts";
import { documentSchema } from "../../../config/document/schema.ts";
import { writeNamedFile } from "../../../config/store/replace_file.ts";
import { CONTENT_RULES } from "../../../site/kinds/kinds.ts";
import type { CommandIo, CommandSpec } from "../../core/command.ts";
import { report } from "../../core/report.ts";
import { gatherFacts } from "./diagnosis/gather.ts";
import { Masker } from "./diagnosis/masker.ts";
import { makeReport } from "./diagnosis/report.ts";
import { vocabularyOf } from "./diagnosis/vocabulary.ts";

const diagnose: CommandSpec = {
  name: "diagnose",
  usage: "",
  summary: "Print what a bug report needs, with everything private masked",
  details: [
    "One text with the versions, the system, the files, the document, what is in force, the plan, " +
    "the sockets, the status, what was counted, the newest events and refused requests, the " +
    "settings of the kernel, the limits and the routes. It works with the service stopped, with a " +
    "damaged document, and for any user; what this user cannot see is said in its place.",
    "It is safe to paste in public. Addresses, host names, sites, paths and users have pseudonyms, " +
    "the same one wherever they are (addr-1); --with-names shows them, for somebody whom you " +
    "trust. Always masked are keys, passwords and their hashes, values of header fields, texts, " +
    "paths and queries of URLs, and every value that is not known to be harmless. Nothing is sent " +
    "anywhere.",
    "Exit status 0 if everything was collected, 3 if a part is missing, which then says why.",
  ],
  examples: [
    { line: "httpcfg diagnose", shows: "the report, to read it first" },
    { line: "httpcfg diagnose --output report.txt", shows: "in a file that only you can read" },
    { line: "sudo httpcfg diagnose", shows: "with what only root can see" },
  ],
  flags: {
    output: {
      kind: "string",
      value: "FILE",
      summary: "write it to FILE, with mode 600",
      completes: "file",
    },
    "with-names": {
      kind: "boolean",
      summary: "show addresses, host names, sites, paths and users as they are",
    },
  },
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const withNames = input.flag("with-names");
    const facts = await gatherFacts(io);
    const interfaces = (facts.addresses.value ?? []).map((one) => one.interface);
    const words = vocabularyOf(documentSchema(CONTENT_RULES.schema), interfaces);
    const masker = new Masker({
      words,
      withNames,
      folders: foldersOf(io),
      hostNames: [facts.hostName],
    });
    const made = makeReport({
      facts,
      masker,
      words,
      withNames,
      home: io.home,
      caller: callerOf(io, masker),
    });
    const path = input.text("output");
    if (path === null) io.print(made.text);
    else {
      await writeReport(path, made.text);
      io.out(`Written: ${quote(path)}`);
    }
    if (made.missing.length === 0) return EXIT.ok;
    const more = io.uid === 0 ? undefined : io.asAdministrator() ?? undefined;
    const text = `not collected: ${made.missing.join(", ")}`;
    report(io, [{ kind: "warning", text, hint: more }]);
    return EXIT.unknown;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [diagnose];

async function writeReport(path: string, text: string): Promise<void> {
  try {
    await writeNamedFile(path, printable(text), 0o600);
  } catch (error) {
    throw fileFault("write", path, error);
  }
}

/** Directories of ours, with what stands for them. */
function foldersOf({ os, env, home: { owner, paths } }: CommandIo): [string, string][] {
  const user = env("HOME");
  const below = env("HTTPCFG_HOME");
  const system = owner !== "system" ? [] : [paths.run, paths.log, paths.history, paths.certs].map((
    path,
  ): [string, string] => [path, path]);
  return [
    ...system,
    ...(os === "windows" || owner !== "system"
      ? []
      : [["/etc/httpcfg", "/etc/httpcfg"] as [string, string]]),
    ...(below ? [[below, "$HTTPCFG_HOME"] as [string, string]] : []),
    ...(user ? [[user, "~"] as [string, string]] : []),
  ];
}

/** Variables of the environment that say how the program behaves; their values are words or sizes. */
const SHOWN = /^[A-Za-z0-9_.,:@-]{1,24}$/;

function callerOf({ uid, os, env }: CommandIo, masker: Masker): [string, string][] {
  const isSet = (value: string | undefined, show: (value: string) => string): string => {
    return value === undefined ? "not set" : value === "" ? "empty" : show(value);
  };
  const hidden = (): string => "set";
  const path = (value: string): string => masker.path(value);
  const plain = (value: string): string => SHOWN.test(value) && LOCALE.test(value) ? value : "set";
  return [
    ["user", uid === null ? `of ${os}` : uid === 0 ? "root" : `uid ${uid}`],
    ["HTTPCFG_HOME", isSet(env("HTTPCFG_HOME"), path)],
    ["HTTPCFG_SYSTEM", isSet(env("HTTPCFG_SYSTEM"), plain)],
    ["HOME", isSet(env("HOME"), path)],
    ["XDG_CONFIG_HOME", isSet(env("XDG_CONFIG_HOME"), path)],
    ["XDG_STATE_HOME", isSet(env("XDG_STATE_HOME"), path)],
    ["XDG_RUNTIME_DIR", isSet(env("XDG_RUNTIME_DIR"), path)],
    ["SSH_CONNECTION", isSet(env("SSH_CONNECTION"), hidden)],
    ["SUDO_USER", isSet(env("SUDO_USER"), hidden)],
    ["NOTIFY_SOCKET", isSet(env("NOTIFY_SOCKET"), hidden)],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", isSet(env("OTEL_EXPORTER_OTLP_ENDPOINT"), hidden)],
    ["OTEL_EXPORTER_OTLP_HEADERS", isSet(env("OTEL_EXPORTER_OTLP_HEADERS"), hidden)],
    ["LANG", isSet(env("LANG"), plain)],
    ["LC_ALL", isSet(env("LC_ALL"), plain)],
    ["TERM", isSet(env("TERM"), plain)],
    ["NO_COLOR", isSet(env("NO_COLOR"), hidden)],
    ["COLUMNS", isSet(env("COLUMNS"), plain)],
  ];
}

/** A locale, a terminal, a number: anything else may be anything. */
const LOCALE =
  /^(?:[0-9]{1,5}|C|POSIX|C\.UTF-?8|[a-z]{2}_[A-Z]{2}(?:\.[A-Za-z0-9-]+)?|xterm|xterm-[a-z0-9]+|screen|screen-256color|tmux|tmux-256color|linux|dumb|vt[0-9]{3}|rxvt|alacritty)$/i;
