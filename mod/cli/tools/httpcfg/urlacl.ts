/**
 * `set|query|delete urlacl`: who may register URLs below a prefix, with the syntax of Httpcfg.exe.
 *
 * A reservation takes effect at once, without a restart; adding or deleting one is an event (15007,
 * 15008). `set` without a URL or an ACL reaches the API and gives 87 (ARCHITECTURE.md, "Decisions").
 *
 * @module
 */
import { reserve, unreserve } from "../../../admin/reservations.ts";
import { isProblem } from "../../../base/problem.ts";
import { WIN32 } from "../../../base/win32.ts";
import { findUrlAcl } from "../../../config/document/http_records.ts";
import {
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  FORMAT_FLAG,
} from "../../core/command.ts";
import { writeListing } from "../../core/format.ts";
import { noteUnapplied } from "../../core/stored_notice.ts";
import { CHANGE_FLAGS } from "../../core/outcome.ts";
import { printChange, refusalIo } from "./changed.ts";
import { completing, printCompleted, printRefusal } from "./completed.ts";
import { readSwitches } from "./switches.ts";
import * as messages from "./text.ts";

const LETTERS = "ua";

const setUrlAclCommand: CommandSpec = {
  name: "set urlacl",
  usage: "-u URL -a SDDL",
  summary: "Reserve a URL prefix for a user or group",
  details: [
    "URL is scheme://host:port/path/; host is a name, an address, + (every host, before all " +
    "others) or * (every host, after all others).",
    "SDDL is D:(A;;GX;;;SID): GX may register, GW may delegate, GA both. SID is WD (everyone), " +
    "BA (root), S-1-22-1-UID (a user) or S-1-22-2-GID (a group).",
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
    if (unknown !== null) return printRefusal(refused, messages.notAValidCommand(unknown));
    const record = { url: values.get("u") ?? "", sddl: values.get("a") ?? "" };
    if (record.url === "" || record.sddl === "") {
      return printCompleted(refused, "Set", WIN32.INVALID_PARAMETER);
    }
    const result = await reserve(io, record);
    return await printChange(input, io, "Set", { result, fields: { url: record.url } });
  },
};

const queryUrlAclCommand: CommandSpec = {
  name: "query urlacl",
  usage: "[-u URL]",
  summary: "Show the URL reservations",
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
  examples: [{ line: "httpcfg delete urlacl -u http://+:80/vroot/", shows: "by its prefix" }],
  flags: CHANGE_FLAGS,
  words: { min: 0, max: Infinity },
  legacy: true,
  async run(input, io): Promise<number> {
    const { values, unknown } = readSwitches(input.words, LETTERS);
    if (unknown !== null) {
      return printRefusal(refusalIo(input, io), messages.notAValidCommand(unknown));
    }
    const url = values.get("u") ?? "";
    const result = await unreserve(io, url);
    return await printChange(input, io, "Delete", { result, fields: { url } });
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [
  setUrlAclCommand,
  queryUrlAclCommand,
  deleteUrlAclCommand,
];

async function query(input: CommandInput, io: CommandIo): Promise<number> {
  const { values, unknown } = readSwitches(input.words, LETTERS);
  if (unknown !== null) return printRefusal(io, messages.notAValidCommand(unknown));
  const document = await io.store.read();
  let records = document.urlAcl;
  const url = values.get("u");
  if (url !== undefined) {
    const found = findUrlAcl(document, url);
    if (isProblem(found)) return printCompleted(io, "Query", found.code);
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
