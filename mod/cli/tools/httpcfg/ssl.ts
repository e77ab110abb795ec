/**
 * `set|query|delete ssl`: the certificate of an address and port, with the syntax of Httpcfg.exe.
 *
 * An address without a port, and a record without a hash, reach the API and give 87; a hash of no
 * usable certificate in the store gives 1312 (ARCHITECTURE.md, "Decisions").
 *
 * @module
 */
import { bindCertificate, unbindCertificate } from "../../../admin/bind_certificate.ts";
import { parseIp } from "../../../base/address.ts";
import { quote, shellWord } from "../../../base/fault.ts";
import { NULL_GUID, parseCertHash, parseGuid } from "../../../base/guid.ts";
import { isProblem, Problem } from "../../../base/problem.ts";
import { retype } from "../../../base/hints/retype.ts";
import { WIN32 } from "../../../base/win32.ts";
import {
  explainNoAddressKey,
  explainNoAppId,
  explainNoHash,
  nearestAddressKey,
  type NoRecordText,
} from "../../../config/certs/no_record.ts";
import type { SslRecord } from "../../../config/document/document.ts";
import { findSsl, sslKeyOfAddress } from "../../../config/document/http_records.ts";
import {
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  FORMAT_FLAG,
} from "../../core/command.ts";
import { noteUnapplied } from "../../core/notices/stored_notice.ts";
import { CHANGE_FLAGS } from "../../core/outcome.ts";
import { printChange, refusalIo } from "./changed.ts";
import { completing, printCompleted, printRefusal } from "./completed.ts";
import { reportError, reportHint } from "../../core/report.ts";
import { type Row, writeListing } from "../../core/format.ts";
import * as messages from "./text.ts";
import { parseLegacyNumber } from "./legacy_number.ts";
import { readSwitches } from "./switches.ts";
import { storeHelp } from "./usage_text.ts";

const LETTERS = "ihgcmrxtnf";

const setSslCommand: CommandSpec = {
  name: "set ssl",
  usage: "-i IP:PORT -h HASH [-g {GUID}] [-c STORE] [-m MODE] [-f FLAGS] …",
  summary: "Bind a certificate to an address and port",
  details: [
    "HASH is the SHA-1 thumbprint of a certificate in the store MY, or in STORE. 0.0.0.0:443 " +
    "stands for every address without a record of its own. An existing record has to be deleted " +
    "first.",
    "-f 2 asks clients for a certificate; a site decides what comes of it (site set --client-cert). " +
    "It is believed if an authority of the store CA, or of the store that -n names, vouches for it: " +
    "httpcfg cert import ca.pem. Revocation lists are files of that store. -m 1 does not look at " +
    "them, and -m 65536 not at what a certificate is made for.",
    "More bits of -f: 8 refuses every connection, 64 TLS 1.3, 4096 TLS 1.2. What has no effect here, " +
    "as -r, -x and -t, is said when it is stored. -f 1 is refused: there is no directory here.",
    ...storeHelp("set", "ssl"),
  ],
  examples: [
    {
      line: "httpcfg set ssl -i 0.0.0.0:443 -h 2c8bfddf59a4a51a2a5b6186c22473108295624d",
      shows: "use this certificate on every address",
    },
  ],
  flags: CHANGE_FLAGS,
  words: { min: 0, max: Infinity },
  legacy: true,
  switches: { "-i": "endpoint", "-h": "certificate" },
  run: set,
};

const querySslCommand: CommandSpec = {
  name: "query ssl",
  usage: "[-i IP:PORT]",
  summary: "Show the certificates that are bound to addresses and ports",
  details: storeHelp("query", "ssl"),
  examples: [{ line: "httpcfg query ssl --format json", shows: "for scripts" }],
  flags: FORMAT_FLAG,
  words: { min: 0, max: Infinity },
  legacy: true,
  switches: { "-i": "endpoint" },
  run: completing("Query", query),
};

const deleteSslCommand: CommandSpec = {
  name: "delete ssl",
  usage: "-i IP:PORT",
  summary: "Unbind the certificate of an address and port",
  details: storeHelp("delete", "ssl"),
  examples: [{
    line: "httpcfg delete ssl -i 0.0.0.0:443",
    shows: "the certificate itself is kept",
  }],
  flags: CHANGE_FLAGS,
  words: { min: 0, max: Infinity },
  legacy: true,
  switches: { "-i": "endpoint" },
  run: remove,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [setSslCommand, querySslCommand, deleteSslCommand];

async function set(input: CommandInput, io: CommandIo): Promise<number> {
  const refused = refusalIo(input, io);
  const { values, unknown } = readSwitches(input.words, LETTERS);
  if (unknown !== null) {
    return hinted(
      io,
      printRefusal(refused, messages.invalidCommand(unknown)),
      "httpcfg set ssl --help",
    );
  }
  const key = readKey(values.get("i"));
  if (isProblem(key)) return refusedKey(refused, "Set", key, input);
  const hashText = values.get("h");
  const hash = hashText?.length === 40 ? parseCertHash(hashText) : null;
  if (hash === null) {
    const { certificateHint } = await import("./ssl_hints.ts");
    const status = hashText === undefined
      ? printCompleted(refused, "Set", WIN32.INVALID_PARAMETER)
      : printRefusal(
        io,
        hashText.length === 40 ? messages.badHashDigits() : messages.badHashLength(hashText),
      );
    explain(io, hashText, "a thumbprint", explainNoHash(hashText ?? ""));
    return hinted(io, status, certificateHint(io, input, key, hashText));
  }
  const guidText = values.get("g");
  const appId = guidText === undefined ? NULL_GUID : parseGuid(guidText);
  if (appId === null) {
    const status = printRefusal(refused, messages.badGuid(guidText ?? ""));
    const found = explainNoAppId(guidText ?? "");
    explain(io, guidText, "a GUID", found);
    const to = [found?.cure ?? NULL_GUID];
    return hinted(io, status, retype(input.commandLine, { word: guidText ?? "", to }));
  }
  const record: SslRecord = {
    key,
    hash,
    appId,
    ...optional("certStoreName", values.get("c")),
    certCheckMode: parseLegacyNumber(values.get("m")),
    revocationFreshnessTime: parseLegacyNumber(values.get("r")),
    urlRetrievalTimeout: parseLegacyNumber(values.get("x")),
    ...optional("sslCtlIdentifier", values.get("t")),
    ...optional("sslCtlStoreName", values.get("n")),
    flags: parseLegacyNumber(values.get("f")),
  };
  const result = await bindCertificate(io, record, "add");
  const status = await printChange(input, io, "Set", { result, fields: { ip: key } });
  if (status !== WIN32.ALREADY_EXISTS) return status;
  return hinted(
    io,
    status,
    `httpcfg delete ssl -i ${shellWord(key)}; ${retype(input.commandLine)}`,
  );
}

async function query(input: CommandInput, io: CommandIo): Promise<number> {
  const { values, unknown } = readSwitches(input.words, LETTERS);
  if (unknown !== null) return printRefusal(io, messages.invalidCommand(unknown));
  const document = await io.store.read();
  let records = document.ssl;
  if (values.has("i")) {
    const key = readKey(values.get("i"));
    if (isProblem(key)) return refusedKey(io, "Query", key, input);
    const found = findSsl(document, key);
    if (found === undefined) {
      return hinted(io, printCompleted(io, "Query", WIN32.FILE_NOT_FOUND), "httpcfg query ssl");
    }
    records = [found];
  }
  await writeListing(input, io, { name: "ssl", columns: COLUMNS, rows: records.map(rowOf) }, {
    async text(): Promise<void> {
      io.print(records.map(messages.sslRecordText).join(""));
      await noteUnapplied(io);
    },
  });
  return WIN32.NO_ERROR;
}

async function remove(input: CommandInput, io: CommandIo): Promise<number> {
  const refused = refusalIo(input, io);
  const { values, unknown } = readSwitches(input.words, LETTERS);
  if (unknown !== null) return printRefusal(refused, messages.invalidCommand(unknown));
  const key = readKey(values.get("i"));
  if (isProblem(key)) return refusedKey(refused, "Delete", key, input);
  const result = await unbindCertificate(io, key);
  const status = await printChange(input, io, "Delete", { result, fields: { ip: key } });
  return status === WIN32.FILE_NOT_FOUND ? hinted(io, status, "httpcfg query ssl") : status;
}

/** Reads the key in `-i`. An address without a port is rejected by the API, not by the tool. */
function readKey(text: string | undefined): string | Problem {
  if (text === undefined) return new Problem("no address is given");
  const isBareAddress = parseIp(text.replace(/^\[|\]$/g, "")) !== null;
  return sslKeyOfAddress(text) ?? new Problem(
    isBareAddress ? "the port is missing" : "not of the form IP:port",
    { code: isBareAddress ? WIN32.INVALID_PARAMETER : WIN32.WSAEINVAL },
  );
}

function refusedKey(
  io: CommandIo,
  call: messages.ServiceCall,
  { code }: Problem,
  input: CommandInput,
): number {
  const text = readSwitches(input.words, LETTERS).values.get("i");
  const isCalled = text !== undefined && code === WIN32.INVALID_PARAMETER;
  const status = isCalled
    ? printCompleted(io, call, code)
    : printRefusal(io, messages.badSslAddress(text), code);
  if (text !== undefined) explain(io, text, "IP:port", explainNoAddressKey(text));
  if (call !== "Set") return hinted(io, status, "httpcfg query ssl");
  const hint = text === undefined
    ? retype(input.commandLine, { add: ["-i", "0.0.0.0:443"] })
    : retype(input.commandLine, { word: text, to: [nearestAddressKey(text)] });
  return hinted(io, status, hint);
}

/** Writes why a value is not what it should be; nothing if it is, or if there is no value. */
function explain(
  io: CommandIo,
  value: string | undefined,
  what: string,
  found: NoRecordText | null,
): void {
  if (value === undefined || found === null) return;
  reportError(io, { message: `Cannot use ${quote(value)} as ${what}: ${found.reason}` });
}

/** Writes the hint of a refusal, after its text; returns the exit status. */
function hinted(io: CommandIo, status: number, hint: string): number {
  reportHint(io, hint);
  return status;
}

const COLUMNS = [
  "ip",
  "hash",
  "guid",
  "certStoreName",
  "certCheckMode",
  "revocationFreshnessTime",
  "urlRetrievalTimeout",
  "sslCtlIdentifier",
  "sslCtlStoreName",
  "flags",
] as const;

function rowOf(record: SslRecord): Row {
  const { key, hash, appId, certCheckMode, revocationFreshnessTime, urlRetrievalTimeout } = record;
  return {
    ip: key,
    hash,
    guid: appId,
    certStoreName: record.certStoreName ?? null,
    certCheckMode,
    revocationFreshnessTime,
    urlRetrievalTimeout,
    sslCtlIdentifier: record.sslCtlIdentifier ?? null,
    sslCtlStoreName: record.sslCtlStoreName ?? null,
    flags: record.flags,
  };
}

function optional<K extends keyof SslRecord>(
  name: K,
  value: string | undefined,
): Partial<Record<K, string>> {
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<K, string>>;
}
