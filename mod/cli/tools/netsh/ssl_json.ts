/**
 * Certificate records as the JSON of `netsh http show sslcert json=enable`, in both directions. Pure.
 *
 * @module
 */
import * as v from "valibot";
import { parseEndpoint } from "../../../base/address.ts";
import { quote } from "../../../base/fault.ts";
import { parseCertHash, parseGuid } from "../../../base/guid.ts";
import { WIN32 } from "../../../base/win32.ts";
import { win32Text } from "../../../base/win32_text.ts";
import { explainNoAppId, explainNoHash } from "../../../config/certs/no_record.ts";
import type { SslRecord } from "../../../config/document/document.ts";
import { sslKeyOfAddress, sslKeyOfName } from "../../../config/document/http_records.ts";
import { jsonText } from "../../core/format.ts";

/** HTTP_SERVICE_CONFIG_ID of http.h. */
const CONFIG_TYPE = { ipPort: 1, hostnamePort: 5 } as const;

/** Returns the records as the answer of a query that ended with `code`. */
export function bindingsJson(records: readonly SslRecord[], code: number): string {
  return jsonText({
    SslCertificateBindings: records.map(bindingOf),
    message: code === WIN32.NO_ERROR ? "The operation completed successfully." : win32Text(code),
    status: code,
  });
}

function bindingOf(record: SslRecord): object {
  const isAddress = parseEndpoint(record.key) !== null;
  return {
    [isAddress ? "IpPort" : "HostnamePort"]: record.key,
    ConfigType: isAddress ? CONFIG_TYPE.ipPort : CONFIG_TYPE.hostnamePort,
    AppId: record.appId.slice(1, -1),
    GuidString: record.appId,
    SslHash: bytesOf(record.hash).toBase64(),
    Thumbprint: record.hash,
    SslCertStoreName: record.certStoreName ?? "",
    DefaultCertCheckMode: record.certCheckMode,
    DefaultRevocationFreshnessTime: record.revocationFreshnessTime,
    DefaultRevocationUrlRetrievalTimeout: record.urlRetrievalTimeout,
    DefaultSslCtlIdentifier: record.sslCtlIdentifier ?? "",
    DefaultSslCtlStoreName: record.sslCtlStoreName ?? "",
    DefaultFlags: record.flags,
    ...(record.http2 === undefined ? {} : {
      Http2ReceiveWindow: record.http2.receiveWindow,
      Http2MaxSettingsPerFrame: record.http2.maxSettingsPerFrame,
      Http2MaxSettingsPerMinute: record.http2.maxSettingsPerMinute,
    }),
  };
}

function bytesOf(hash: string): Uint8Array {
  return Uint8Array.fromHex(hash);
}

const text = v.optional(v.nullable(v.pipe(v.string(), v.maxLength(1024)), ""), "");
const number = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(4294967295)));

const bindingSchema = v.object({
  IpPort: text,
  HostnamePort: text,
  AppId: text,
  GuidString: text,
  SslHash: text,
  Thumbprint: text,
  SslCertStoreName: text,
  DefaultCertCheckMode: number,
  DefaultRevocationFreshnessTime: number,
  DefaultRevocationUrlRetrievalTimeout: number,
  DefaultSslCtlIdentifier: text,
  DefaultSslCtlStoreName: text,
  DefaultFlags: number,
  Http2ReceiveWindow: number,
  Http2MaxSettingsPerFrame: number,
  Http2MaxSettingsPerMinute: number,
});

const fileSchema = v.object({ SslCertificateBindings: v.array(bindingSchema) });

type Binding = v.InferOutput<typeof bindingSchema>;

/** Returns the records in the text of a file, or what is wrong with it: the end of a sentence. */
export function readBindings(json: string): SslRecord[] | string {
  let value: unknown;
  try {
    value = JSON.parse(json.replace(/^\ufeff/, ""));
  } catch (error) {
    return `not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  const parsed = v.safeParse(fileSchema, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return `${v.getDotPath(issue) ?? "the whole"}: ${issue.message}`;
  }
  const records: SslRecord[] = [];
  for (const [i, binding] of parsed.output.SslCertificateBindings.entries()) {
    const record = recordOf(binding);
    if (typeof record === "string") return `SslCertificateBindings.${i}: ${record}`;
    records.push(record);
  }
  return records;
}

function recordOf(binding: Binding): SslRecord | string {
  const { IpPort, HostnamePort } = binding;
  const key = IpPort ? sslKeyOfAddress(IpPort) : sslKeyOfName(HostnamePort ?? "");
  if (key === null) return `not a key: ${quote(IpPort || (HostnamePort ?? ""))}`;
  const hash = hashOf(binding);
  if (hash === null) {
    const found = explainNoHash(binding.Thumbprint || (binding.SslHash ?? ""));
    return `not a thumbprint: ${found?.reason ?? "it is empty"}`;
  }
  const app = binding.GuidString || binding.AppId || "";
  const appId = parseGuid(app);
  if (appId === null) return `not an application id: ${explainNoAppId(app)?.reason ?? ""}`;
  return {
    key,
    hash,
    appId,
    ...named("certStoreName", binding.SslCertStoreName),
    certCheckMode: binding.DefaultCertCheckMode ?? 0,
    revocationFreshnessTime: binding.DefaultRevocationFreshnessTime ?? 0,
    urlRetrievalTimeout: binding.DefaultRevocationUrlRetrievalTimeout ?? 0,
    ...named("sslCtlIdentifier", binding.DefaultSslCtlIdentifier),
    ...named("sslCtlStoreName", binding.DefaultSslCtlStoreName),
    flags: binding.DefaultFlags ?? 0,
    ...propertiesOf(binding),
  };
}

/** Returns the thumbprint, from its digits or its bytes as base64; null if there is none. */
function hashOf({ Thumbprint, SslHash }: Binding): string | null {
  const digits = parseCertHash(Thumbprint ?? "") ?? parseCertHash(SslHash ?? "");
  if (digits !== null) return digits;
  try {
    return parseCertHash(Uint8Array.fromBase64(SslHash ?? "").toHex());
  } catch {
    return null;
  }
}

function propertiesOf(binding: Binding): Pick<SslRecord, "http2"> {
  const http2 = {
    ...numbered("receiveWindow", binding.Http2ReceiveWindow),
    ...numbered("maxSettingsPerFrame", binding.Http2MaxSettingsPerFrame),
    ...numbered("maxSettingsPerMinute", binding.Http2MaxSettingsPerMinute),
  };
  return Object.keys(http2).length === 0 ? {} : { http2 };
}

function named<K extends string>(
  name: K,
  value: string | null | undefined,
): Partial<Record<K, string>> {
  return (value ? { [name]: value } : {}) as Partial<Record<K, string>>;
}

function numbered<K extends string>(
  name: K,
  value: number | undefined,
): Partial<Record<K, number>> {
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<K, number>>;
}
