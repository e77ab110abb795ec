/**
 * Checks whether the bindings of a document have certificates, for code that does not serve them:
 * `plan` and similar commands read the stores.
 *
 * @module
 */
import type { SslRecord } from "../../config/document/document.ts";
import { type CertificateCheck, certificateCheck } from "../../config/certs/ssl_lookup.ts";

/** Why a record has no certificate in its store. */
export const MISSING = "it is not in the store";

/** Returns the check against the current contents of the stores under `folder`. */
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
