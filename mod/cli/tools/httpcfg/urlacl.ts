/**
 * `set|query|delete urlacl`: who may register URLs under a prefix, by the words of Httpcfg.exe.
 *
 * A reservation works at once, without a restart, and its coming and going is an event (15007, 15008).
 * INFERRED: `set` without a URL or an ACL reaches the API and gives 87.
 *
 * @module
 */
import { WIN32 } from "../../../base/win32.ts";
import type { UrlAclRecord } from "../../../config/document/document.ts";
import { deleteUrlAcl, findUrlAcl, setUrlAcl } from "../../../config/document/http_records.ts";
import {
  type NewEvent,
  reservationAdded,
  reservationDeleted,
} from "../../../telemetry/events/event.ts";
import {
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  FORMAT_FLAG,
} from "../../core/command.ts";
import { recordEvent } from "../../event_record.ts";
import { completed } from "./completed.ts";
import { render } from "../../core/format.ts";
import { applyEdit, printable, refuse } from "../../http_store.ts";
import * as say from "./text.ts";
import { readSwitches } from "./switches.ts";

const LETTERS = "ua";

const setUrlAclCommand: CommandSpec = {
  name: "set urlacl",
  usage: "-u URL -a SDDL",
  summary: "Reserve a URL prefix for a user or group",
  details: [
    "URL is scheme://host:port/path/; host is a name, an address, + (every host, before all others) " +
    "or * (every host, after all others).",
    "SDDL is D:(A;;GX;;;SID): GX may register, GW may delegate, GA both. SID is WD (everyone), BA " +
    "(root), S-1-22-1-UID (a user) or S-1-22-2-GID (a group).",
  ],
  examples: [{
    line: "httpcfg set urlacl -u http://+:80/vroot/ -a 'D:(A;;GX;;;WD)'",
    tells: "everyone may register below /vroot/",
  }],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  async run(input, io): Promise<number> {
    const { values, unknown } = readSwitches(input.words, LETTERS);
    if (unknown !== null) return refuse(io, say.notAValidCommand(unknown));
    const record = { url: values.get("u") ?? "", sddl: values.get("a") ?? "" };
    if (record.url === "" || record.sddl === "") {
      return completed(io, "Set", WIN32.INVALID_PARAMETER);
    }
    return completed(io, "Set", await reserve(io, record));
  },
};

const queryUrlAclCommand: CommandSpec = {
  name: "query urlacl",
  usage: "[-u URL]",
  summary: "Show the URL reservations",
  examples: [{ line: "httpcfg query urlacl --format csv", tells: "for a spreadsheet" }],
  flags: FORMAT_FLAG,
  words: { min: 0, max: Infinity },
  legacy: true,
  run: query,
};

const deleteUrlAclCommand: CommandSpec = {
  name: "delete urlacl",
  usage: "-u URL",
  summary: "Remove a URL reservation",
  examples: [{ line: "httpcfg delete urlacl -u http://+:80/vroot/", tells: "by its prefix" }],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  async run(input, io): Promise<number> {
    const { values, unknown } = readSwitches(input.words, LETTERS);
    if (unknown !== null) return refuse(io, say.notAValidCommand(unknown));
    return completed(io, "Delete", await unreserve(io, values.get("u") ?? ""));
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [
  setUrlAclCommand,
  queryUrlAclCommand,
  deleteUrlAclCommand,
];

/** Adds a reservation; the Win32 code. Also the way of `netsh http add urlacl`. */
export async function reserve(io: CommandIo, record: UrlAclRecord): Promise<number> {
  const code = await applyEdit(io, (document) => setUrlAcl(document, record));
  if (code === WIN32.NO_ERROR) await countAtOnce(io, reservationAdded(record.url));
  return code;
}

/** Removes a reservation; the Win32 code. */
export async function unreserve(io: CommandIo, url: string): Promise<number> {
  const code = await applyEdit(io, (document) => deleteUrlAcl(document, url));
  if (code === WIN32.NO_ERROR) await countAtOnce(io, reservationDeleted(url));
  return code;
}

/** The running service takes the change up; what came of it is an event. */
async function countAtOnce(io: CommandIo, event: NewEvent): Promise<void> {
  await recordEvent(io, event);
  await io.control.ask({ op: "reservations" });
}

async function query(input: CommandInput, io: CommandIo): Promise<number> {
  const { values, unknown } = readSwitches(input.words, LETTERS);
  if (unknown !== null) return refuse(io, say.notAValidCommand(unknown));
  const document = await io.store.read();
  let records = document.urlAcl;
  const url = values.get("u");
  if (url !== undefined) {
    const found = findUrlAcl(document, url);
    if (typeof found === "number") return completed(io, "Query", found);
    records = [found];
  }
  const form = input.text("format") ?? "text";
  if (form === "text") io.print(printable(records.map(say.urlAclRecordText).join("")));
  else {
    const rows = records.map(({ url, sddl }) => ({ url, sddl }));
    io.out(await render({ name: "urlacl", columns: ["url", "sddl"], rows }, form));
  }
  return WIN32.NO_ERROR;
}
