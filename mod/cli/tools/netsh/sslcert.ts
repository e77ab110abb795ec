/**
 * `netsh http add|update|delete|show sslcert` and `update sslpropertyex`.
 *
 * @module
 */
import { bindCertificate, unbindCertificate } from "../../../admin/bind_certificate.ts";
import { editAndApply } from "../../../admin/apply.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, quote } from "../../../base/fault.ts";
import { parseCertHash, parseGuid } from "../../../base/guid.ts";
import { WIN32 } from "../../../base/win32.ts";
import { win32Text } from "../../../base/win32_text.ts";
import { certificateCure } from "../../../config/certs/certificate_cure.ts";
import {
  explainNoAddressKey,
  explainNoAppId,
  explainNoHash,
  explainNoNameKey,
  type NoRecordText,
} from "../../../config/certs/no_record.ts";
import type { Http2Properties, SslRecord } from "../../../config/document/document.ts";
import {
  findSsl,
  sslKeyOfAddress,
  sslKeyOfName,
  updateSslProperties,
} from "../../../config/document/http_records.ts";
import type { CommandIo } from "../../core/command.ts";
import { readTextFile } from "../../core/input.ts";
import { report, reportError } from "../../core/report.ts";
import {
  type Lines,
  numberOf,
  printResult,
  printText,
  refuse,
  type Run,
  type Wrong,
} from "./answers.ts";
import type { NetshRequest } from "./args.ts";
import { netshUsage } from "./help.ts";
import { bindingsJson, readBindings } from "./ssl_json.ts";
import { bitsOf } from "./ssl_switches.ts";
import * as messages from "./text.ts";

/** By `verb noun`. */
export const SSLCERT_COMMANDS: Readonly<Record<string, Run>> = {
  "add sslcert": (request, io) => putCertificates(request, io, "add"),
  "update sslcert": (request, io) => putCertificates(request, io, "update"),
  "delete sslcert": deleteCertificate,
  "show sslcert": showCertificates,
  "update sslpropertyex": updateProperties,
};

const LINES: Readonly<Record<"add" | "update" | "delete" | "property", Lines>> = {
  add: { done: "SSL Certificate successfully added", failed: "SSL Certificate add failed" },
  update: { done: "SSL Certificate successfully updated", failed: "SSL Certificate update failed" },
  delete: {
    done: "SSL Certificate successfully deleted",
    failed: "SSL Certificate deletion failed",
  },
  property: { done: "SSL property successfully updated", failed: "SSL property update failed" },
};

/** The tags that name a record. */
const KEY_TAGS = ["ipport", "hostnameport", "ccs", "scopedccs"] as const;

/** The key of a record, or what is wrong with it; `isCentral` for a central certificate store. */
type Key =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "none" }
  | { readonly kind: "central"; readonly tag: string; readonly value: string }
  | { readonly kind: "wrong"; readonly wrongs: readonly Wrong[] };

function keyOf({ values }: NetshRequest): Key {
  const [tag, ...others] = KEY_TAGS.filter((name) => values.has(name));
  if (tag === undefined) return { kind: "none" };
  if (others.length > 0) {
    const reason = `${tag} says which record it is; only one of the two is given`;
    const wrongs = others.map((name) => {
      return { tag: name, value: values.get(name)!, reason, cure: undefined };
    });
    return { kind: "wrong", wrongs };
  }
  const value = values.get(tag)!;
  if (tag === "ccs" || tag === "scopedccs") return { kind: "central", tag, value };
  const isAddress = tag === "ipport";
  const found = isAddress ? explainNoAddressKey(value) : explainNoNameKey(value);
  if (found !== null) {
    const [other, cure] = isAddress
      ? ["hostnameport", sslKeyOfName(value)] as const
      : ["ipport", sslKeyOfAddress(value)] as const;
    const wrong = cure === null ? { tag, value, ...found } : { tag, value, ...found, cure, other };
    return { kind: "wrong", wrongs: [wrong] };
  }
  const key = isAddress ? sslKeyOfAddress(value) : sslKeyOfName(value);
  return { kind: "key", key: key! };
}

/** Refuses a command without a key, with a wrong one, or one of a central certificate store. */
function refusedKey(
  io: CommandIo,
  request: NetshRequest,
  failed: string,
  key: Exclude<Key, { readonly kind: "key" }>,
): number {
  switch (key.kind) {
    case "none": {
      const reason = "it says which record it is; or hostnameport does";
      const wrongs = [{ tag: "ipport", value: null, reason, cure: "0.0.0.0:443" }];
      return refuse(io, request, failed, { wrongs });
    }
    case "wrong":
      return refuse(io, request, failed, { wrongs: key.wrongs, otherwise: cureOf(io) });
    case "central":
      return refuse(io, request, failed, {
        wrongs: [{
          tag: key.tag,
          value: key.value,
          reason: "there is no central certificate store; a certificate is bound to an address " +
            "or a host name",
          cure: null,
        }],
        otherwise: cureOf(io, Number(/[0-9]+$/.exec(key.value)?.[0])),
        code: WIN32.NOT_SUPPORTED,
      });
  }
}

/** Returns the command that binds a certificate of the store, or a new one. */
function cureOf({ paths, now }: Pick<CommandIo, "paths" | "now">, port = HTTPS_PORT): string {
  const cure = certificateCure(paths.certs, () => new Date(now()).toISOString());
  const usable = port >= 1 && port <= 65535 ? port : HTTPS_PORT;
  return cure({ ip: null, port: usable, host: "" }, undefined);
}

/** The usual port of HTTPS. */
const HTTPS_PORT = 443;

async function putCertificates(
  request: NetshRequest,
  io: CommandIo,
  verb: "add" | "update",
): Promise<number> {
  const { values, command } = request;
  const lines = LINES[verb];
  const path = values.get("json");
  if (path !== undefined) return await putFromFile(request, io, verb, path);
  const isKeyed = KEY_TAGS.some((tag) => values.has(tag));
  const isCentral = values.has("ccs") || values.has("scopedccs");
  if (!isKeyed || !values.get("appid") || (!isCentral && !values.get("certhash"))) {
    const text = messages.syntaxError(messages.MISSING_PARAMETER, netshUsage(command));
    return printText(io, text, EXIT.failed);
  }
  const key = keyOf(request);
  const others = wrongsOf(request);
  if (key.kind === "wrong" || (key.kind === "key" && others.length > 0)) {
    const wrongs = [...(key.kind === "wrong" ? key.wrongs : []), ...others];
    return refuse(io, request, lines.failed, { wrongs, otherwise: cureOf(io) });
  }
  if (key.kind !== "key") return refusedKey(io, request, lines.failed, key);
  return printResult(io, await bindCertificate(io, recordOf(request, key.key), verb), lines);
}

/** Returns what is wrong with the values beside the key. */
function wrongsOf(request: NetshRequest): Wrong[] {
  const { values } = request;
  const texts: readonly (readonly [tag: string, found: NoRecordText | null])[] = [
    ["certhash", explainNoHash(values.get("certhash") ?? "")],
    ["appid", explainNoAppId(values.get("appid") ?? "")],
  ];
  const numbers = ["revocationfreshnesstime", "urlretrievaltimeout"].map((tag) => {
    return values.has(tag) ? numberOf(request, tag, { min: 0, usual: 0 }) : 0;
  });
  return [
    ...texts.flatMap(([tag, found]): Wrong[] => {
      return found === null ? [] : [{ tag, value: values.get(tag) ?? "", ...found }];
    }),
    ...numbers.filter((one) => typeof one !== "number"),
  ];
}

/** Returns the record of values of which none is wrong. */
function recordOf({ values }: NetshRequest, key: string): SslRecord {
  const text = <T extends string>(name: T, tag: string): Partial<Record<T, string>> => {
    const value = values.get(tag);
    return (value === undefined ? {} : { [name]: value }) as Partial<Record<T, string>>;
  };
  return {
    key,
    hash: parseCertHash(values.get("certhash") ?? "")!,
    appId: parseGuid(values.get("appid") ?? "")!,
    ...text("certStoreName", "certstorename"),
    ...bitsOf(values),
    revocationFreshnessTime: Number(values.get("revocationfreshnesstime") ?? 0),
    urlRetrievalTimeout: Number(values.get("urlretrievaltimeout") ?? 0),
    ...text("sslCtlIdentifier", "sslctlidentifier"),
    ...text("sslCtlStoreName", "sslctlstorename"),
  };
}

/** Adds or updates the records of a file, each with an answer of its own. */
async function putFromFile(
  request: NetshRequest,
  io: CommandIo,
  verb: "add" | "update",
  path: string,
): Promise<number> {
  const lines = LINES[verb];
  const others = [...request.values.keys()].filter((tag) => tag !== "json");
  if (others.length > 0) {
    const reason = "the file says everything, and nothing else is given with json";
    const wrongs = others.map((tag) => {
      return { tag, value: request.values.get(tag)!, reason, cure: undefined };
    });
    return refuse(io, request, lines.failed, { wrongs });
  }
  const hint = `httpcfg netsh http show sslcert json=enable`;
  const text = await readTextFile(path, { verb: "read the records", hint });
  const records = readBindings(text);
  if (typeof records === "string") {
    throw new Fault(`Cannot read the records of ${quote(path)}: ${records}`, { hint });
  }
  let status: number = EXIT.ok;
  for (const record of records) {
    const result = await bindCertificate(io, record, verb);
    status = Math.max(status, printResult(io, result, lines));
  }
  if (records.length === 0) {
    reportError(io, { message: `Cannot ${verb} anything: ${quote(path)} has no records`, hint });
    return EXIT.failed;
  }
  return status;
}

async function deleteCertificate(request: NetshRequest, io: CommandIo): Promise<number> {
  const key = keyOf(request);
  if (key.kind === "key") {
    return printResult(io, await unbindCertificate(io, key.key), LINES.delete);
  }
  if (key.kind === "central") {
    return printText(io, messages.failure(LINES.delete.failed, WIN32.FILE_NOT_FOUND), EXIT.failed);
  }
  return refusedKey(io, request, LINES.delete.failed, key);
}

async function showCertificates(request: NetshRequest, io: CommandIo): Promise<number> {
  const document = await io.store.read();
  const isJson = request.values.get("json") === "enable";
  const print = (records: readonly SslRecord[], code: number): number => {
    if (isJson) io.out(bindingsJson(records, code));
    else {
      const reason = code === WIN32.NO_ERROR ? "" : `${win32Text(code) ?? ""}\n\n`;
      io.print(messages.SSL_TITLE + records.map(messages.sslCertText).join("") + reason);
    }
    return code === WIN32.NO_ERROR ? EXIT.ok : EXIT.failed;
  };
  const key = keyOf(request);
  switch (key.kind) {
    case "none":
      return print(document.ssl, WIN32.NO_ERROR);
    case "central":
      return print([], WIN32.FILE_NOT_FOUND);
    case "key": {
      const found = findSsl(document, key.key);
      return found === undefined ? print([], WIN32.FILE_NOT_FOUND) : print([found], WIN32.NO_ERROR);
    }
    case "wrong": {
      const status = print([], WIN32.INVALID_PARAMETER);
      for (const { tag, value, reason } of key.wrongs) {
        const hint = "httpcfg netsh http show sslcert";
        reportError(io, { message: `Cannot use ${quote(value ?? "")} as ${tag}: ${reason}`, hint });
      }
      return status;
    }
  }
}

/** The numbers of a property, by its id. */
const PROPERTY_TAGS: Readonly<
  Record<string, readonly (readonly [tag: string, name: keyof Http2Properties])[]>
> = {
  0: [["receivewindow", "receiveWindow"]],
  1: [["maxsettingsperframe", "maxSettingsPerFrame"], [
    "maxsettingsperminute",
    "maxSettingsPerMinute",
  ]],
};

async function updateProperties(request: NetshRequest, io: CommandIo): Promise<number> {
  const { values } = request;
  const lines = LINES.property;
  const key = keyOf(request);
  if (key.kind !== "key") return refusedKey(io, request, lines.failed, key);
  const own = PROPERTY_TAGS[values.get("propertyid")!]!;
  const all = Object.values(PROPERTY_TAGS).flat();
  const foreign = all.filter(([tag]) => values.has(tag) && !own.some(([name]) => name === tag));
  const given = own.filter(([tag]) => values.has(tag));
  const numbers = given.map(([tag, name]) => {
    return numberOf(request, tag, { min: 0, usual: messages.HTTP2_DEFAULTS[name] });
  });
  const wrongs = [
    ...numbers.filter((one) => typeof one !== "number"),
    ...foreign.map(([tag]): Wrong => {
      const reason = "it belongs to the other propertyid";
      return { tag, value: values.get(tag)!, reason, cure: undefined };
    }),
    ...(given.length > 0 ? [] : own.map(([tag, name]): Wrong => {
      const cure = String(messages.HTTP2_DEFAULTS[name]);
      return { tag, value: null, reason: "it is the value of the property", cure };
    })),
  ];
  if (wrongs.length > 0) return refuse(io, request, lines.failed, { wrongs });
  const changes = Object.fromEntries(given.map(([, name], i) => [name, numbers[i]]));
  const result = await editAndApply(io, "W3SVC", (document) => {
    return updateSslProperties(document, key.key, changes);
  });
  const status = printResult(io, result, lines);
  if (status === EXIT.ok) {
    const text = "the property is kept for the tools that show it, and has no effect: " +
      "there is no HTTP/2 here";
    report(io, [{ kind: "note", text }]);
  }
  return status;
}
