/**
 * What whoever asks clients for certificates should know of the authorities that are believed.
 *
 * @module
 */
import { readTrustFiles, trustOf, trustProblems } from "../config/certs/authority_store.ts";
import { storeName } from "../config/certs/cert_store.ts";
import { AUTHORITY_STORE } from "../config/certs/client_trust.ts";
import { askingKeys } from "../config/certs/ssl_asking.ts";
import { CERT_CHECK } from "../config/certs/ssl_flags.ts";
import type { SiteRecord, SslRecord } from "../config/document/document.ts";
import type { AdminIo, Notice } from "./admin_io.ts";

type Trusting = Pick<SslRecord, "sslCtlStoreName" | "certCheckMode">;

/** Returns what is wrong with the store by which the clients of a record are judged. */
export function trustNotices(
  folder: string,
  record: Trusting,
  nowMs: number,
): Notice[] {
  const store = storeName(record.sslCtlStoreName ?? AUTHORITY_STORE) ?? AUTHORITY_STORE;
  const files = readTrustFiles(folder, store);
  const { authorities, lists, hasBrokenList } = trustOf(files);
  if (authorities.length === 0) {
    return [{
      kind: "warning",
      text: `no certificate of a client is believed: the store ${store} has no authority`,
      hint: `httpcfg cert import --store ${store} ca.pem`,
    }];
  }
  const problems = trustProblems(files, nowMs);
  const unchecked = lists.length === 0 && !hasBrokenList &&
    (record.certCheckMode & CERT_CHECK.NO_REVOCATION) === 0;
  return [
    ...problems.map((text): Notice => ({ kind: "warning", text, hint: "httpcfg cert list" })),
    ...(unchecked
      ? [
        {
          kind: "note",
          text: "certificates of clients are not checked for revocation: the store " +
            `${store} has no revocation list`,
          hint: `httpcfg cert import --store ${store} ca.crl`,
        } as const,
      ]
      : []),
  ];
}

/** Returns the same for a site that asks its clients, by the records through which it is reached. */
export function siteTrustNotices(
  { paths, now }: Pick<AdminIo, "paths" | "now">,
  ssl: readonly SslRecord[],
  site: SiteRecord,
): Notice[] {
  const keys = askingKeys(ssl.map(({ key }) => ({ key, flags: 0 })), [site]);
  const records = ssl.filter(({ key }) => keys.has(key));
  const byText = new Map(records.flatMap((record) => {
    return trustNotices(paths.certs, record, now()).map((one) => [one.text, one] as const);
  }));
  return [...byText.values()];
}
