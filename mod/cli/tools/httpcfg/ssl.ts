/**
 * `set|query|delete ssl`: which certificate serves an address and port, by the words of Httpcfg.exe.
 *
 * INFERRED: an address without a port, and a record without a hash, reach the API and give 87; a hash
 * that no usable certificate of the store has gives 1312.
 *
 * @module
 */
import { parseIp } from "../../../base/address.ts";
import { NULL_GUID, parseCertHash, parseGuid } from "../../../base/guid.ts";
import { WIN32 } from "../../../base/win32.ts";
import { findCertificate, storeName } from "../../../config/certs/cert_store.ts";
import type { SslRecord } from "../../../config/document/document.ts";
import {
  deleteSsl,
  findSsl,
  setSsl,
  sslKeyOfAddress,
} from "../../../config/document/http_records.ts";
import { tellHowToApply } from "../../apply_note.ts";
import {
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  FORMAT_FLAG,
} from "../../core/command.ts";
import { completed } from "./completed.ts";
import { render, type Row } from "../../core/format.ts";
import { applyEdit, refuse } from "../../http_store.ts";
import * as say from "./text.ts";
import { parseLegacyNumber } from "./legacy_number.ts";
import { readSwitches } from "./switches.ts";

const LETTERS = "ihgcmrxtnf";

const setSslCommand: CommandSpec = {
  name: "set ssl",
  usage: "-i IP:PORT -h HASH [-g {GUID}] [-c STORE] [-m MODE] [-f FLAGS] …",
  summary: "Bind a certificate to an address and port",
  details: [
    "HASH is the SHA-1 thumbprint of a certificate in the store MY, or STORE. 0.0.0.0:443 stands " +
    "for every address without a record of its own. A record that exists has to be deleted first.",
    "-r seconds between two looks at the revocation list, -x milliseconds to fetch it, " +
    "-t and -n the list of trusted issuers and its store: kept for the tools that ask for them. So is " +
    "-f 2: no client is asked for a certificate.",
  ],
  examples: [
    {
      line: "httpcfg set ssl -i 0.0.0.0:443 -h 2c8bfddf59a4a51a2a5b6186c22473108295624d",
      tells: "serve this certificate on every address",
    },
  ],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  switches: { "-i": "endpoint", "-h": "certificate" },
  run: set,
};

const querySslCommand: CommandSpec = {
  name: "query ssl",
  usage: "[-i IP:PORT]",
  summary: "Show which certificate serves which address and port",
  examples: [{ line: "httpcfg query ssl --format json", tells: "for scripts" }],
  flags: FORMAT_FLAG,
  words: { min: 0, max: Infinity },
  legacy: true,
  switches: { "-i": "endpoint" },
  run: query,
};

const deleteSslCommand: CommandSpec = {
  name: "delete ssl",
  usage: "-i IP:PORT",
  summary: "Unbind the certificate of an address and port",
  examples: [{ line: "httpcfg delete ssl -i 0.0.0.0:443", tells: "the certificate itself stays" }],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  switches: { "-i": "endpoint" },
  run: remove,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [setSslCommand, querySslCommand, deleteSslCommand];

async function set(input: CommandInput, io: CommandIo): Promise<number> {
  const { values, unknown } = readSwitches(input.words, LETTERS);
  if (unknown !== null) return refuse(io, say.invalidCommand(unknown));
  const key = readKey(io, values.get("i"), "Set");
  if (typeof key === "number") return key;
  const hashText = values.get("h");
  if (hashText === undefined) return completed(io, "Set", WIN32.INVALID_PARAMETER);
  if (hashText.length !== 40) return refuse(io, say.badHashLength(hashText));
  const hash = parseCertHash(hashText);
  if (hash === null) return refuse(io, say.badHashDigits());
  const guidText = values.get("g");
  const appId = guidText === undefined ? NULL_GUID : parseGuid(guidText);
  if (appId === null) return refuse(io, say.badGuid(guidText ?? ""));
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
  return completed(io, "Set", await bindCertificate(io, record, setSsl));
}

/**
 * Stores `record` through `edit`, if its certificate is in the store and usable; the Win32 code. Also
 * the way of `netsh http add sslcert`.
 */
export async function bindCertificate(
  io: CommandIo,
  record: SslRecord,
  edit: typeof setSsl,
): Promise<number> {
  const store = storeName(record.certStoreName);
  const certificate = store === null
    ? undefined
    : findCertificate(io.paths.certs, store, record.hash);
  if (certificate === undefined || certificate.problem !== null) {
    io.note(
      certificate === undefined
        ? "hint: httpcfg cert list shows what is in the store"
        : `error: Cannot use "${certificate.certFile}": ${certificate.problem}`,
    );
    return WIN32.NO_SUCH_LOGON_SESSION;
  }
  const named = { ...record, certName: certificate.name };
  const code = await applyEdit(io, (document) => edit(document, named));
  if (code === WIN32.NO_ERROR) await tellHowToApply(io, "W3SVC");
  return code;
}

async function query(input: CommandInput, io: CommandIo): Promise<number> {
  const { values, unknown } = readSwitches(input.words, LETTERS);
  if (unknown !== null) return refuse(io, say.invalidCommand(unknown));
  const document = await io.store.read();
  let records = document.ssl;
  if (values.has("i")) {
    const key = readKey(io, values.get("i"), "Query");
    if (typeof key === "number") return key;
    const found = findSsl(document, key);
    if (found === undefined) return completed(io, "Query", WIN32.FILE_NOT_FOUND);
    records = [found];
  }
  const form = input.text("format") ?? "text";
  if (form === "text") io.print(records.map(say.sslRecordText).join(""));
  else io.out(await render({ name: "ssl", columns: COLUMNS, rows: records.map(rowOf) }, form));
  return WIN32.NO_ERROR;
}

async function remove(input: CommandInput, io: CommandIo): Promise<number> {
  const { values, unknown } = readSwitches(input.words, LETTERS);
  if (unknown !== null) return refuse(io, say.invalidCommand(unknown));
  const key = readKey(io, values.get("i"), "Delete");
  if (typeof key === "number") return key;
  const code = await applyEdit(io, (document) => deleteSsl(document, key));
  const status = completed(io, "Delete", code);
  if (code === WIN32.NO_ERROR) await tellHowToApply(io, "W3SVC");
  return status;
}

/** The key that `-i` names; the exit status of a refusal where it names none. */
function readKey(
  io: CommandIo,
  text: string | undefined,
  call: say.ServiceCall,
): string | number {
  if (text === undefined) return refuse(io, say.badSslAddress(text));
  const key = sslKeyOfAddress(text);
  if (key !== null) return key;
  const isBareAddress = parseIp(text.replace(/^\[|\]$/g, "")) !== null;
  return isBareAddress
    ? completed(io, call, WIN32.INVALID_PARAMETER)
    : refuse(io, say.badSslAddress(text), WIN32.WSAEINVAL);
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
