/**
 * Edge: checks whether the bindings of a document have certificates, for code that does not serve them:
 * `plan` and similar commands read the stores.
 *
 * @module
 */
import { storeName } from "../../config/certs/store_name.ts";
import type { SslRecord } from "../../config/document/document.ts";
import { type CertificateCheck, certificateCheck } from "../../config/certs/ssl_lookup.ts";

/** Why a record has no certificate in its store. */
export const MISSING = "it is not in the store";

/** How a check is used. */
interface CheckOptions {
  /** False if no binding will be asked about, so that nothing has to be loaded. */
  readonly isAsked?: boolean;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Returns the check against the current contents of the stores under `folder`. */
export async function storedCertificateCheck(
  folder: string,
  records: readonly SslRecord[],
  { isAsked = true, now = Date.now }: CheckOptions = {},
): Promise<CertificateCheck> {
  if (records.length === 0 && !isAsked) return certificateCheck([], () => null);
  const [{ certificateOf, listCertificates }, { certificateCure }] = await Promise.all([
    import("../../config/certs/cert_store.ts"),
    import("../../config/certs/certificate_cure.ts"),
  ]);
  return certificateCheck(records, (record) => {
    const store = storeName(record.certStoreName);
    if (store === null) return MISSING;
    const found = certificateOf(listCertificates(folder, store), record);
    return found === undefined ? MISSING : found.problem;
  }, certificateCure(folder, () => new Date(now()).toISOString()));
}
