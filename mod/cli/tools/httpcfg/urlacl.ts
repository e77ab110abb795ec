/**
 * `set|query|delete urlacl`: who may register URLs below a prefix, with the syntax of Httpcfg.exe.
 *
 * A reservation takes effect at once, without a restart; adding or deleting one is an event (15007,
 * 15008). `set` without a URL or an ACL reaches the API and gives 87 (ARCHITECTURE.md, "Decisions").
 *
 * @module
 */
import { reserve, unreserve } from "../../../admin/reservations.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { quote, shellWord } from "../../../base/fault.ts";
import { explainNoPrefix } from "../../../base/hints/no_url_prefix.ts";
import { isProblem } from "../../../base/problem.ts";
import { parseSddl } from "../../../base/sddl.ts";
import { formatUrlPrefix, parseUrlPrefix } from "../../../base/url_prefix.ts";
import { WIN32 } from "../../../base/win32.ts";
import type { ConfigDocument, UrlAclRecord } from "../../../config/document/document.ts";
import { findUrlAcl } from "../../../config/document/http_records.ts";
import {
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  FORMAT_FLAG,
} from "../../core/command.ts";
import { writeListing } from "../../core/format.ts";
import { reportError, reportHint } from "../../core/report.ts";
import { noteUnapplied } from "../../core/notices/stored_notice.ts";
import { CHANGE_FLAGS } from "../../core/outcome.ts";
import { printChange, refusalIo } from "./changed.ts";
import { completing, printCompleted, printRefusal } from "./completed.ts";
import { readSwitches } from "./switches.ts";
import { storeHelp } from "./usage_text.ts";
import * as messages from "./text.ts";

const LETTERS = "ua";

const setUrlAclCommand: CommandSpec = {
  name: "set urlacl",
  usage: "-u URL -a SDDL",
  summary: "Reserve a URL prefix for a user or group",
  details: [
    "URL is scheme://host:port/path/; host is a name, *.name (every name below it), an address, + " +
    "(every host, before all others) or * (every host, after all others).",
    "SDDL is D:(A;;GX;;;SID): GX may register, GW may delegate, GA both. SID is WD (everyone), " +
    "BA (root), S-1-22-1-UID (a user) or S-1-22-2-GID (a group).",
    ...storeHelp("set", "urlacl"),
  ],
  examples: [{
    line: "httpcfg set urlacl -u http://+:80/vroot/ -a 'D:(A;;GX;;;WD)'",
    shows: "let everyone register URLs below /vroot/",
  }],
  flags: CHANGE_FLAGS,
  words: { min: 0, max: Infinity },
  legacy: true,
  async run(input, io): Promise<number> {
    const refused = refusalIo(input, io);
    const { values, unknown } = readSwitches(input.words, LETTERS);
    if (unknown !== null) return refusedSwitch(refused, unknown, "set urlacl");
    const record = { url: values.get("u") ?? "", sddl: values.get("a") ?? "" };
    const again = record.url === ""
      ? "httpcfg set urlacl --help"
      : setLine(explainNoPrefix(record.url)?.prefix ?? record.url, record.sddl);
    if (record.url === "" || record.sddl === "") {
      const status = printCompleted(refused, "Set", WIN32.INVALID_PARAMETER);
      reportHint(io, again);
      return status;
    }
    const result = await reserve(io, record);
    const status = await printChange(input, io, "Set", { result, fields: { url: record.url } });
    explainRecord(io, record);
    if (status === WIN32.ALREADY_EXISTS) {
      const taken = takenBy(await io.store.read(), record.url) ?? record.url;
      reportHint(io, `httpcfg delete urlacl -u ${shellWord(taken)}; ${again}`);
    } else if (status !== EXIT.ok && status !== WIN32.ACCESS_DENIED) {
      reportHint(io, again);
    }
    return status;
  },
};

const queryUrlAclCommand: CommandSpec = {
  name: "query urlacl",
  usage: "[-u URL]",
  summary: "Show the URL reservations",
  details: storeHelp("query", "urlacl"),
  examples: [{ line: "httpcfg query urlacl --format csv", shows: "for a spreadsheet" }],
  flags: FORMAT_FLAG,
  words: { min: 0, max: Infinity },
  legacy: true,
  run: completing("Query", query),
};

const deleteUrlAclCommand: CommandSpec = {
  name: "delete urlacl",
  usage: "-u URL",
  summary: "Remove a URL reservation",
  details: storeHelp("delete", "urlacl"),
  examples: [{ line: "httpcfg delete urlacl -u http://+:80/vroot/", shows: "by its prefix" }],
  flags: CHANGE_FLAGS,
  words: { min: 0, max: Infinity },
  legacy: true,
  async run(input, io): Promise<number> {
    const { values, unknown } = readSwitches(input.words, LETTERS);
    if (unknown !== null) return refusedSwitch(refusalIo(input, io), unknown, "delete urlacl");
    const url = values.get("u") ?? "";
    const result = await unreserve(io, url);
    const status = await printChange(input, io, "Delete", { result, fields: { url } });
    explainUrl(io, url);
    if (status !== EXIT.ok && status !== WIN32.ACCESS_DENIED) {
      reportHint(io, "httpcfg query urlacl");
    }
    return status;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [
  setUrlAclCommand,
  queryUrlAclCommand,
  deleteUrlAclCommand,
];

/** Writes what is wrong with a prefix, as far as it is none. */
function explainUrl(io: CommandIo, url: string): void {
  const found = explainNoPrefix(url);
  if (found === null) return;
  reportError(io, { message: `Cannot use ${quote(url)} as a prefix: ${found.reason}` });
}

/** Writes what is wrong with the prefix and the list of a reservation, as far as they are none. */
function explainRecord(io: CommandIo, { url, sddl }: UrlAclRecord): void {
  explainUrl(io, url);
  const aces = parseSddl(sddl);
  if (!isProblem(aces)) return;
  reportError(io, { message: `Cannot use ${quote(sddl)} as a list: ${aces.reason}` });
}

function refusedSwitch(io: CommandIo, word: string, command: string): number {
  const status = printRefusal(io, messages.notAValidCommand(word));
  reportHint(io, `httpcfg ${command} --help`);
  return status;
}

/** Returns the line that reserves `url`; for a user if `sddl` is a name, else for everyone. */
function setLine(url: string, sddl: string): string {
  const isName = /^[a-z_][a-z0-9_-]*$/.test(sddl) && !/^(?:everyone|everybody|all|any)$/.test(sddl);
  const acl = !isProblem(parseSddl(sddl))
    ? shellWord(sddl)
    : isName
    ? `"D:(A;;GX;;;S-1-22-1-$(id -u ${sddl}))"`
    : "'D:(A;;GX;;;WD)'";
  return `httpcfg set urlacl -u ${shellWord(url)} -a ${acl}`;
}

/** Returns the reservation that keeps `url` from being reserved. */
function takenBy({ urlAcl }: Pick<ConfigDocument, "urlAcl">, url: string): string | undefined {
  const wanted = parseUrlPrefix(url);
  return urlAcl.find((record) => {
    const prefix = parseUrlPrefix(record.url);
    if (prefix === null || wanted === null) return false;
    return formatUrlPrefix(prefix) === formatUrlPrefix(wanted) ||
      (prefix.port === wanted.port && prefix.scheme !== wanted.scheme);
  })?.url;
}

async function query(input: CommandInput, io: CommandIo): Promise<number> {
  const { values, unknown } = readSwitches(input.words, LETTERS);
  if (unknown !== null) return refusedSwitch(io, unknown, "query urlacl");
  const document = await io.store.read();
  let records = document.urlAcl;
  const url = values.get("u");
  if (url !== undefined) {
    const found = findUrlAcl(document, url);
    if (isProblem(found)) {
      const status = printCompleted(io, "Query", found.code);
      explainUrl(io, url);
      reportHint(io, "httpcfg query urlacl");
      return status;
    }
    records = [found];
  }
  const rows = records.map(({ url, sddl }) => ({ url, sddl }));
  await writeListing(input, io, { name: "urlacl", columns: ["url", "sddl"], rows }, {
    async text(): Promise<void> {
      io.print(records.map(messages.urlAclRecordText).join(""));
      await noteUnapplied(io);
    },
  });
  return WIN32.NO_ERROR;
}
