/**
 * Whether the bindings of a document have certificates, for whoever does not serve them: `plan` and
 * its like look into the store.
 *
 * @module
 */
import type { SslRecord } from "../../config/document/document.ts";
import { type CertificateCheck, certificateCheck } from "../../config/certs/ssl_lookup.ts";

/** Why a record has no certificate, for whoever looks into the store. */
export const MISSING = "it is not in the store";

/** The check by what is in the stores below `folder` now. */
export async function storedCertificateCheck(
  folder: string,
  records: readonly SslRecord[],
): Promise<CertificateCheck> {
  if (records.length === 0) return certificateCheck([], () => null);
  const { certificateOf, listCertificates, storeName } = await import(
    "../../config/certs/cert_store.ts"
  );
  return certificateCheck(records, (record) => {
    const store = storeName(record.certStoreName);
    if (store === null) return MISSING;
    const found = certificateOf(listCertificates(folder, store), record);
    return found === undefined ? MISSING : found.problem;
  });
}
