/**
 * Certificate records (`ssl`): the certificate for an address and port, or for a name.
 *
 * @module
 */
import { parseEndpoint } from "../base/address.ts";
import { DeniedFault, quote } from "../base/fault.ts";
import { Problem } from "../base/problem.ts";
import { WIN32 } from "../base/win32.ts";
import { findCertificate, storeName } from "../config/certs/cert_store.ts";
import { certificateCure } from "../config/certs/certificate_cure.ts";
import type { SslRecord } from "../config/document/document.ts";
import { deleteSsl, setSsl, updateSsl } from "../config/document/http_records.ts";
import type { ActionResult, AdminIo } from "./admin_io.ts";
import { editAndApply } from "./apply.ts";
import { deniedResult } from "./denied.ts";

/**
 * Adds `record`, or replaces the one with its key. A certificate that is not in its store, or that
 * cannot be served, is ERROR_NO_SUCH_LOGON_SESSION, 1312.
 */
export async function bindCertificate(
  io: AdminIo,
  record: SslRecord,
  how: "add" | "update",
): Promise<ActionResult> {
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
    return unusable(text, cureOf(io, record.key));
  }
  const { certFile, name, problem } = certificate;
  if (problem !== null) {
    return unusable(`Cannot use ${quote(certFile)}: ${problem}`, cureOf(io, record.key));
  }
  const named = { ...record, certName: name };
  const edit = how === "add" ? setSsl : updateSsl;
  return await editAndApply(io, "W3SVC", (document) => edit(document, named));
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

function unusable(text: string, hint?: string): ActionResult {
  const problem = new Problem(text, { code: WIN32.NO_SUCH_LOGON_SESSION });
  return { problem, changed: false, notices: [{ kind: "error", text, hint }] };
}
