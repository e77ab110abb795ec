/**
 * Certificate records (`ssl`): the certificate for an address and port, or for a name.
 *
 * @module
 */
import { storeName } from "../config/certs/store_name.ts";
import { parseEndpoint } from "../base/address.ts";
import { DeniedFault, quote } from "../base/fault.ts";
import { Problem } from "../base/problem.ts";
import { WIN32 } from "../base/win32.ts";
import { findCertificate } from "../config/certs/cert_store.ts";
import { certificateCure } from "../config/certs/certificate_cure.ts";
import { sslEffects, sslRefusal } from "../config/certs/ssl_effects.ts";
import { SSL_FLAG } from "../config/certs/ssl_flags.ts";
import type { SslRecord } from "../config/document/document.ts";
import { deleteSsl, setSsl, updateSsl } from "../config/document/http_records.ts";
import type { ActionResult, AdminIo, Notice } from "./admin_io.ts";
import { editAndApply } from "./apply.ts";
import { trustNotices } from "./client_trust_notices.ts";
import { deniedResult } from "./denied.ts";

/**
 * Adds `record`, or replaces the one with its key. A certificate that is not in its store, or that
 * cannot be served, is ERROR_NO_SUCH_LOGON_SESSION, 1312; what would promise more than is done is
 * ERROR_NOT_SUPPORTED, 50. The notices say what of the record has no effect.
 */
export async function bindCertificate(
  io: AdminIo,
  record: SslRecord,
  how: "add" | "update",
): Promise<ActionResult> {
  const refusal = sslRefusal(record);
  if (refusal !== null) {
    const text = `Cannot use these parameters for ${quote(record.key)}: ${refusal}`;
    return refused(text, WIN32.NOT_SUPPORTED, refusalHint(record));
  }
  const store = storeName(record.certStoreName);
  let certificate: ReturnType<typeof findCertificate>;
  try {
    if (store !== null) certificate = findCertificate(io.paths.certs, store, record.hash);
  } catch (error) {
    if (error instanceof DeniedFault) return deniedResult(io, error);
    throw error;
  }
  if (certificate === undefined) {
    const text = `Cannot use the certificate ${quote(record.hash)}: not in the store`;
    return refused(text, WIN32.NO_SUCH_LOGON_SESSION, cureOf(io, record.key));
  }
  const { certFile, name, problem } = certificate;
  if (problem !== null) {
    const text = `Cannot use ${quote(certFile)}: ${problem}`;
    return refused(text, WIN32.NO_SUCH_LOGON_SESSION, cureOf(io, record.key));
  }
  const named = { ...record, certName: name };
  const edit = how === "add" ? setSsl : updateSsl;
  const result = await editAndApply(io, "W3SVC", (document) => edit(document, named));
  if (result.problem !== null) return result;
  return { ...result, notices: [...policyNotices(io, record), ...result.notices] };
}

/** Returns what is worth knowing of how a record will act. */
function policyNotices(
  { paths, now }: Pick<AdminIo, "paths" | "now">,
  record: SslRecord,
): Notice[] {
  const effects = sslEffects(record).map((text): Notice => ({ kind: "note", text }));
  if ((record.flags & SSL_FLAG.NEGOTIATE_CLIENT_CERT) === 0) return effects;
  return [...effects, ...trustNotices(paths.certs, record, now())];
}

/** Returns what to type instead of a record that is refused. */
function refusalHint({ flags }: SslRecord): string {
  return (flags & SSL_FLAG.USE_DS_MAPPER) !== 0
    ? "httpcfg site set W3SVC/1 --client-cert require"
    : "httpcfg help set ssl";
}

/** Removes the record for `key`; the certificate stays in its store. */
export function unbindCertificate(io: AdminIo, key: string): Promise<ActionResult> {
  return editAndApply(io, "W3SVC", (document) => deleteSsl(document, key));
}

/** Returns the command that binds a certificate of the store, or a new one, to `key`. */
function cureOf({ paths, now }: Pick<AdminIo, "paths" | "now">, key: string): string {
  const ip = parseEndpoint(key)?.ip ?? null;
  const port = Number(key.slice(key.lastIndexOf(":") + 1));
  const host = ip === null ? key.slice(0, key.lastIndexOf(":")) : "";
  const cure = certificateCure(paths.certs, () => new Date(now()).toISOString());
  return cure({ ip, port, host }, undefined);
}

function refused(text: string, code: number, hint?: string): ActionResult {
  const problem = new Problem(text, { code });
  return { problem, changed: false, notices: [{ kind: "error", text, hint }] };
}
