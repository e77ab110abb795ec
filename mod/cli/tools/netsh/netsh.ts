/**
 * `netsh http …`, the successor of Httpcfg.exe, and its scripts: `netsh -f FILE` runs the
 * lines of a file, in the form that `netsh http dump` prints.
 *
 * A dump restores the state on a home that has none of it. What already exists is reported line by
 * line and left as it is, because the context has no verb that clears it.
 *
 * @module
 */
import { shellWord } from "../../../base/fault.ts";
import { oneLine } from "../../../base/printable.ts";
import type { EntryEdit } from "../../../admin/change_list.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { CERT_CHECK, SSL_FLAG } from "../../../config/certs/ssl_flags.ts";
import type { ConfigDocument } from "../../../config/document/document.ts";
import { parseEndpoint } from "../../../base/address.ts";
import { effectiveSettings } from "../../../config/document/settings.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { readTextFile } from "../../core/input.ts";
import { NETSH_COMMANDS, netshUsage, readNetsh, scriptWords } from "./args.ts";
import { changeEntries, entryEdit, RECORD_COMMANDS } from "./records.ts";
import { SERVICE_COMMANDS } from "./service.ts";
import { noteUnapplied } from "../../core/notices/stored_notice.ts";
import * as messages from "./text.ts";

const netsh: CommandSpec = {
  name: "netsh",
  usage: "http VERB NOUN [TAG=VALUE …] | -f FILE",
  summary: "The HTTP context of netsh",
  details: [
    "Verbs and nouns: add|delete|show iplisten, add|update|delete|show sslcert, " +
    "add|delete|show urlacl, add|delete|show timeout, add|show cacheparam, " +
    "show cachestate|servicestate, delete cache, flush logbuffer, dump.",
    "-f FILE runs the lines of a script, as printed by netsh http dump.",
  ],
  examples: [
    {
      line: "httpcfg netsh http add iplisten ipaddress=127.0.0.2",
      shows: "listen on this address",
    },
    {
      line: "httpcfg netsh http show servicestate view=requestq",
      shows: "show the registered URLs",
    },
    {
      line: "httpcfg netsh http dump > http.netsh",
      shows: "save a script that restores the state",
    },
  ],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  ownHelp: true,
  run,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [netsh];

async function run({ words }: CommandInput, io: CommandIo): Promise<number> {
  const [first = "", second] = words;
  if (/^[-/]f$/i.test(first) || first.toLowerCase() === "exec") {
    if (second === undefined) {
      io.print(messages.syntaxError(messages.MISSING_PARAMETER, "netsh -f <file>"));
      return EXIT.failed;
    }
    return await runScript(second, io);
  }
  if (first.toLowerCase() === "http") return await runLine(words.slice(1), io);
  if (["", "?", "/?", "-?", "help"].includes(first.toLowerCase())) return help(io);
  io.print(messages.commandNotFound(words));
  return EXIT.failed;
}

async function runLine(words: readonly string[], io: CommandIo): Promise<number> {
  const call = readNetsh(words);
  switch (call.kind) {
    case "help":
      return help(io);
    case "unknown":
      io.print(messages.commandNotFound(["http", ...words]));
      return EXIT.failed;
    case "missing":
      io.print(messages.syntaxError(messages.MISSING_PARAMETER, netshUsage(call.command)));
      return EXIT.failed;
    case "badTag":
      io.print(messages.syntaxError(messages.badTag(call.tag), netshUsage(call.command)));
      return EXIT.failed;
    case "badValue": {
      const problem = messages.badValue(call.value, call.tag);
      io.print(messages.syntaxError(problem, netshUsage(call.command)));
      return EXIT.failed;
    }
    case "call": {
      const { verb, noun } = call.command;
      if (verb === "dump") return await dump(io);
      const name = `${verb} ${noun}`;
      const command = RECORD_COMMANDS[name] ?? SERVICE_COMMANDS[name];
      if (command === undefined) return help(io);
      const exit = await command(call.values, io);
      if (verb === "show" && name in RECORD_COMMANDS) await noteUnapplied(io);
      return exit;
    }
  }
}

function help(io: CommandIo): number {
  const lines = NETSH_COMMANDS.map((command) => `http ${netshUsage(command)}\n`).join("");
  io.print(`\nThe following commands are available:\n\n${lines}\n`);
  return EXIT.ok;
}

/**
 * Runs the lines of a script: `pushd http` and `popd` set the context, `#` begins a comment.
 *
 * Lines that change the list and follow each other are one change: a list of ten thousand entries
 * is written once, and not once for each. They are answered when it is stored, so that a crash
 * loses nothing that was answered.
 */
async function runScript(path: string, io: CommandIo): Promise<number> {
  let status: number = EXIT.ok;
  const edits: EntryEdit[] = [];
  const hint = `httpcfg netsh http dump > ${shellWord(path)}`;
  const script = await readTextFile(path, { verb: "run the script", hint });
  for (const line of script.split(/\r?\n/)) {
    const words = scriptWords(line);
    const [first = ""] = words;
    if (first === "" || first.startsWith("#") || /^(?:pushd|popd)$/i.test(first)) continue;
    const own = first.toLowerCase() === "http" ? words.slice(1) : words;
    const edit = listEdit(own);
    if (edit !== null) edits.push(edit);
    else {
      const before = await changeEntries(io, edits.splice(0));
      status = Math.max(status, before, await runLine(own, io));
    }
  }
  return Math.max(status, await changeEntries(io, edits));
}

/** Returns the change of the list that a line of a script makes; null if it is another line. */
function listEdit(words: readonly string[]): EntryEdit | null {
  const call = readNetsh(words);
  if (call.kind !== "call" || call.command.noun !== "iplisten") return null;
  switch (call.command.verb) {
    case "add":
      return { ...entryEdit("add", call.values), later: true };
    case "delete":
      return entryEdit("remove", call.values);
    default:
      return null;
  }
}

async function dump(io: CommandIo): Promise<number> {
  const lines = dumpLines(await io.store.read());
  io.print(`#========================
# HTTP configuration
#========================
pushd http

${lines.map((line) => `${line}\n`).join("")}
popd

# End of HTTP configuration
`);
  return EXIT.ok;
}

function dumpLines(document: ConfigDocument): string[] {
  const { ConnectionTimeout, HeaderWaitTimeout, UriMaxUriBytes } = effectiveSettings(
    document.settings,
  );
  return [
    ...document.ipListen.map((ip) => `add iplisten ipaddress=${ip}`),
    ...document.ssl.map(sslLine),
    ...document.urlAcl.map(({ url, sddl }) => `add urlacl url=${url} sddl="${sddl}"`),
    `add timeout timeouttype=idleconnectiontimeout value=${ConnectionTimeout}`,
    `add timeout timeouttype=headerwaittimeout value=${HeaderWaitTimeout}`,
    `add cacheparam type=maxcacheresponsesize value=${UriMaxUriBytes}`,
  ];
}

function sslLine(record: ConfigDocument["ssl"][number]): string {
  const { certCheckMode: mode, flags } = record;
  const key = parseEndpoint(record.key) === null ? "hostnameport" : "ipport";
  const on = (is: boolean): string => is ? "enable" : "disable";
  const tags: readonly (readonly [name: string, value: string | number | undefined])[] = [
    [key, record.key],
    ["certhash", record.hash],
    ["appid", record.appId],
    ["certstorename", record.certStoreName],
    ["verifyclientcertrevocation", on((mode & CERT_CHECK.NO_REVOCATION) === 0)],
    [
      "verifyrevocationwithcachedclientcertonly",
      on((mode & CERT_CHECK.CACHED_REVOCATION_ONLY) !== 0),
    ],
    ["usagecheck", on((mode & CERT_CHECK.NO_USAGE_CHECK) === 0)],
    ["revocationfreshnesstime", record.revocationFreshnessTime],
    ["urlretrievaltimeout", record.urlRetrievalTimeout],
    ["sslctlidentifier", record.sslCtlIdentifier],
    ["sslctlstorename", record.sslCtlStoreName],
    ["dsmapperusage", on((flags & SSL_FLAG.USE_DS_MAPPER) !== 0)],
    ["clientcertnegotiation", on((flags & SSL_FLAG.NEGOTIATE_CLIENT_CERT) !== 0)],
  ];
  const words = tags.flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text = oneLine(String(value));
    return [/\s/.test(text) ? `${name}="${text}"` : `${name}=${text}`];
  });
  return `add sslcert ${words.join(" ")}`;
}
