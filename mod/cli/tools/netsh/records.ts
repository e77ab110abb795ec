/**
 * The commands of `netsh http` that work on the stored document: iplisten, sslcert, urlacl, timeout
 * and cacheparam. Each prints its output and returns the exit status, 0 or 1.
 *
 * @module
 */
import { accountOfSid, sidOfAccount } from "../../../admin/accounts.ts";
import { type ActionResult, codeOf, type Notice } from "../../../admin/admin_io.ts";
import { bindCertificate, unbindCertificate } from "../../../admin/bind_certificate.ts";
import { changeList, type EntryEdit } from "../../../admin/change_list.ts";
import { changeSetting } from "../../../admin/change_setting.ts";
import { reserve, unreserve } from "../../../admin/reservations.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { parseCertHash, parseGuid } from "../../../base/guid.ts";
import { isProblem } from "../../../base/problem.ts";
import { formatSddl, RIGHT } from "../../../base/sddl.ts";
import { WIN32 } from "../../../base/win32.ts";
import { win32Text } from "../../../base/win32_text.ts";
import type { SslRecord } from "../../../config/document/document.ts";
import {
  findSsl,
  findUrlAcl,
  sslKeyOfAddress,
  sslKeyOfName,
} from "../../../config/document/http_records.ts";
import { effectiveSettings, SETTINGS } from "../../../config/document/settings.ts";
import { readLocalUsers } from "../../../host/sharing/local_users.ts";
import type { CommandIo } from "../../core/command.ts";
import { report } from "../../core/report.ts";
import * as messages from "./text.ts";

type Values = ReadonlyMap<string, string>;
type Run = (values: Values, io: CommandIo) => Promise<number>;

/** By `verb noun`. */
export const RECORD_COMMANDS: Readonly<Record<string, Run>> = {
  "add iplisten": (values, io) => changeEntries(io, [entryEdit("add", values)]),
  "delete iplisten": (values, io) => changeEntries(io, [entryEdit("remove", values)]),
  "show iplisten": async (_values, io) => {
    return messages.printText(io, messages.ipListenText((await io.store.read()).ipListen));
  },
  "add sslcert": (values, io) => putCertificate(values, io, "add"),
  "update sslcert": (values, io) => putCertificate(values, io, "update"),
  "delete sslcert": deleteCertificate,
  "show sslcert": showCertificates,
  "add urlacl": addReservation,
  "delete urlacl": async (values, io) => {
    const result = await unreserve(io, values.get("url") ?? "");
    return printResult(
      io,
      result,
      "URL reservation successfully deleted",
      "URL reservation delete failed",
    );
  },
  "show urlacl": showReservations,
  "add timeout": addTimeout,
  "delete timeout": async (values, io) => {
    const result = await changeSetting(io, timeoutSetting(values), null);
    return printResult(
      io,
      result,
      "Timeout value successfully deleted",
      "Timeout value delete failed",
    );
  },
  "show timeout": async (_values, io) => {
    const { ConnectionTimeout, HeaderWaitTimeout } = await settingsOf(io);
    return messages.printText(io, messages.timeoutText(ConnectionTimeout, HeaderWaitTimeout));
  },
  "add cacheparam": addCacheParameter,
  "show cacheparam": async (_values, io) => {
    const { UriMaxUriBytes } = await settingsOf(io);
    return messages.printText(io, messages.cacheParamText(RANGE_CHUNK_BYTES, UriMaxUriBytes));
  },
};

/** Ranges are sent from the file itself here, so there is no setting for a chunk size. */
const RANGE_CHUNK_BYTES = 0;
const RANGES_NOTE: Notice = {
  kind: "note",
  text: "ranges are sent from the file itself; there is no chunk size to set",
};

/** Returns what `add iplisten` or `delete iplisten` does to the list. */
export function entryEdit(kind: EntryEdit["kind"], values: Values): EntryEdit {
  return { kind, text: values.get("ipaddress") ?? "" };
}

/** Makes the edits of the list as one change, and answers each when it is stored. */
export async function changeEntries(io: CommandIo, edits: readonly EntryEdit[]): Promise<number> {
  if (edits.length === 0) return EXIT.ok;
  const { answers, notices } = await changeList(io, { kind: "edit", edits });
  let status: number = EXIT.ok;
  edits.forEach(({ kind }, i) => {
    const answer = answers[i]!;
    // The API has one code for every text that is not an address.
    const code = codeOf(answer) === WIN32.WSAEINVAL ? WIN32.INVALID_PARAMETER : codeOf(answer);
    const done = kind === "add"
      ? printCompleted(io, code, "IP address successfully added", "IP address add failed")
      : printCompleted(io, code, "IP address successfully deleted", "IP address deletion failed");
    report(io, answer.notices);
    status = Math.max(status, done);
  });
  report(io, notices);
  return status;
}

/** Returns the key in `ipport=` or `hostnameport=`; null if neither or both are given. */
function keyOf(values: Values): string | null {
  const [ipPort, namePort] = [values.get("ipport"), values.get("hostnameport")];
  if (ipPort !== undefined) return namePort === undefined ? sslKeyOfAddress(ipPort) : null;
  return namePort === undefined ? null : sslKeyOfName(namePort);
}

async function putCertificate(
  values: Values,
  io: CommandIo,
  verb: "add" | "update",
): Promise<number> {
  const record = recordOf(values);
  const done = `SSL Certificate successfully ${verb === "add" ? "added" : "updated"}`;
  const failed = `SSL Certificate ${verb} failed`;
  if (record === null) return printCompleted(io, WIN32.INVALID_PARAMETER, done, failed);
  return printResult(io, await bindCertificate(io, record, verb), done, failed);
}

function recordOf(values: Values): SslRecord | null {
  const key = keyOf(values);
  const hash = parseCertHash(values.get("certhash") ?? "");
  const appId = parseGuid(values.get("appid") ?? "");
  const freshness = unsigned(values.get("revocationfreshnesstime") ?? "0");
  const retrieval = unsigned(values.get("urlretrievaltimeout") ?? "0");
  if (key === null || hash === null || appId === null) return null;
  if (freshness === null || retrieval === null) return null;
  const store = values.get("certstorename");
  const identifier = values.get("sslctlidentifier");
  const ctlStore = values.get("sslctlstorename");
  const is = (tag: string, otherwise: boolean): boolean => {
    const value = values.get(tag);
    return value === undefined ? otherwise : value === "enable";
  };
  return {
    key,
    hash,
    appId,
    ...(store === undefined ? {} : { certStoreName: store }),
    ...messages.sslBits({
      verifyRevocation: is("verifyclientcertrevocation", true),
      cachedOnly: is("verifyrevocationwithcachedclientcertonly", false),
      usageCheck: is("usagecheck", true),
      dsMapper: is("dsmapperusage", false),
      negotiate: is("clientcertnegotiation", false),
    }),
    revocationFreshnessTime: freshness,
    urlRetrievalTimeout: retrieval,
    ...(identifier === undefined ? {} : { sslCtlIdentifier: identifier }),
    ...(ctlStore === undefined ? {} : { sslCtlStoreName: ctlStore }),
  };
}

async function deleteCertificate(values: Values, io: CommandIo): Promise<number> {
  const key = keyOf(values);
  const texts = [
    "SSL Certificate successfully deleted",
    "SSL Certificate deletion failed",
  ] as const;
  if (key === null) return printCompleted(io, WIN32.INVALID_PARAMETER, ...texts);
  return printResult(io, await unbindCertificate(io, key), ...texts);
}

async function showCertificates(values: Values, io: CommandIo): Promise<number> {
  const document = await io.store.read();
  if (values.size === 0) {
    return messages.printText(
      io,
      messages.SSL_TITLE + document.ssl.map(messages.sslCertText).join(""),
    );
  }
  const key = keyOf(values);
  const found = key === null ? undefined : findSsl(document, key);
  if (found !== undefined) {
    return messages.printText(io, messages.SSL_TITLE + messages.sslCertText(found));
  }
  return notFound(
    io,
    messages.SSL_TITLE,
    key === null ? WIN32.INVALID_PARAMETER : WIN32.FILE_NOT_FOUND,
  );
}

async function addReservation(values: Values, io: CommandIo): Promise<number> {
  const url = values.get("url") ?? "";
  const user = values.get("user");
  const sddl = values.get("sddl");
  if ((user === undefined) === (sddl === undefined)) {
    const text = messages.failure("Url reservation add failed", WIN32.INVALID_PARAMETER);
    return messages.printText(io, text, EXIT.failed);
  }
  const list = user === undefined ? sddl ?? "" : await sddlOf(user, values);
  if (list === null) {
    // The second line of the capture is the text of 87, whatever the number is.
    const reason = win32Text(WIN32.INVALID_PARAMETER);
    return messages.printText(
      io,
      `\nCreate SDDL failed, Error: ${WIN32.NONE_MAPPED}\n${reason}\n\n`,
      EXIT.failed,
    );
  }
  const result = await reserve(io, { url, sddl: list });
  return printResult(
    io,
    result,
    "URL reservation successfully added",
    "Url reservation add failed",
  );
}

async function sddlOf(user: string, values: Values): Promise<string | null> {
  const sid = sidOfAccount(user, await readLocalUsers());
  if (sid === null) return null;
  const listen = (values.get("listen") ?? "yes") === "yes" ? RIGHT.register : 0;
  const delegate = values.get("delegate") === "yes" ? RIGHT.delegate : 0;
  return formatSddl(sid, listen | delegate);
}

async function showReservations(values: Values, io: CommandIo): Promise<number> {
  const document = await io.store.read();
  const accounts = await readLocalUsers();
  const nameOf: messages.AccountName = (sid) => accountOfSid(sid, accounts);
  const url = values.get("url");
  if (url === undefined) {
    return messages.printText(io, messages.urlAclText(document.urlAcl, nameOf));
  }
  const found = findUrlAcl(document, url);
  if (isProblem(found)) return notFound(io, messages.urlAclText([], nameOf), found.code);
  return messages.printText(io, messages.urlAclText([found], nameOf));
}

async function addTimeout(values: Values, io: CommandIo): Promise<number> {
  const seconds = unsigned(values.get("value") ?? "");
  const name = timeoutSetting(values);
  const { min, max } = SETTINGS[name];
  if (seconds === null || seconds < min || seconds > max) {
    return messages.printText(
      io,
      messages.failure("Timeout value add failed", WIN32.INVALID_PARAMETER),
      EXIT.failed,
    );
  }
  const result = await changeSetting(io, name, seconds);
  return printResult(io, result, "Timeout value successfully added", "Timeout value add failed");
}

function timeoutSetting(values: Values): "ConnectionTimeout" | "HeaderWaitTimeout" {
  const isIdle = values.get("timeouttype") === "idleconnectiontimeout";
  return isIdle ? "ConnectionTimeout" : "HeaderWaitTimeout";
}

async function addCacheParameter(values: Values, io: CommandIo): Promise<number> {
  const bytes = unsigned(values.get("value") ?? "");
  const { min, max } = SETTINGS.UriMaxUriBytes;
  const isSize = values.get("type") === "maxcacheresponsesize";
  if (!isSize || bytes === null || bytes < min || bytes > max) {
    if (!isSize) report(io, [RANGES_NOTE]);
    return messages.printText(
      io,
      messages.failure("Cache parameter add failed", WIN32.INVALID_PARAMETER),
      EXIT.failed,
    );
  }
  const result = await changeSetting(io, "UriMaxUriBytes", bytes);
  return printResult(
    io,
    result,
    "Cache parameter successfully added",
    "Cache parameter add failed",
  );
}

async function settingsOf(io: CommandIo): Promise<ReturnType<typeof effectiveSettings>> {
  return effectiveSettings((await io.store.read()).settings);
}

/** Parses a decimal number, or a hexadecimal one after 0x, of 32 bits; null for anything else. */
function unsigned(text: string): number | null {
  if (!/^(?:[0-9]{1,10}|0x[0-9a-f]{1,8})$/i.test(text)) return null;
  const value = Number(text);
  return value <= 4294967295 ? value : null;
}

/** Prints the result of an action: its line to stdout, the notices to stderr. */
function printResult(io: CommandIo, result: ActionResult, done: string, failed: string): number {
  const status = printCompleted(io, codeOf(result), done, failed);
  report(io, result.notices);
  return status;
}

function printCompleted(io: CommandIo, code: number, done: string, failed: string): number {
  if (code === WIN32.NO_ERROR) return messages.printText(io, messages.success(done));
  return messages.printText(io, messages.failure(failed, code), EXIT.failed);
}

function notFound(io: CommandIo, head: string, code: number): number {
  return messages.printText(io, `${head}${win32Text(code) ?? ""}\n\n`, EXIT.failed);
}
