/**
 * Certificate records (`ssl`): the certificate for an address and port, or for a name.
 *
 * @module
 */
import { DeniedFault, quote } from "../base/fault.ts";
import { Problem } from "../base/problem.ts";
import { WIN32 } from "../base/win32.ts";
import { findCertificate, storeName } from "../config/certs/cert_store.ts";
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
    return unusable(
      `Cannot use the certificate ${quote(record.hash)}: not in the store`,
      "httpcfg cert list",
    );
  }
  const { certFile, name, problem } = certificate;
  if (problem !== null) return unusable(`Cannot use ${quote(certFile)}: ${problem}`);
  const named = { ...record, certName: name };
  const edit = how === "add" ? setSsl : updateSsl;
  return await editAndApply(io, "W3SVC", (document) => edit(document, named));
}

/** Removes the record for `key`; the certificate stays in its store. */
export function unbindCertificate(io: AdminIo, key: string): Promise<ActionResult> {
  return editAndApply(io, "W3SVC", (document) => deleteSsl(document, key));
}

function unusable(text: string, hint?: string): ActionResult {
  const problem = new Problem(text, { code: WIN32.NO_SUCH_LOGON_SESSION });
  return { problem, changed: false, notices: [{ kind: "error", text, hint }] };
}
