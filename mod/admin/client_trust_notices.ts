/**
 * What whoever asks clients for certificates should know of the authorities that are believed.
 *
 * @module
 */
import { AUTHORITY_STORE } from "../config/certs/store_name.ts";
import {
  clientTrust,
  trustStoreOf,
  withoutAuthority,
  withoutList,
} from "../config/certs/client_trust.ts";
import { readTrustFiles, trustOf, trustProblems } from "../config/certs/authority_store.ts";
import { askingKeys } from "../config/certs/ssl_asking.ts";
import type { SiteRecord, SslRecord } from "../config/document/document.ts";
import type { AdminIo, Notice } from "./admin_io.ts";

/** Returns what is wrong with the store by which the clients of a record are judged. */
export function trustNotices(
  folder: string,
  record: Pick<SslRecord, "sslCtlStoreName" | "certCheckMode">,
  nowMs: number,
): Notice[] {
  const store = trustStoreOf(record) ?? AUTHORITY_STORE;
  const files = readTrustFiles(folder, store);
  const trust = clientTrust(store, trustOf(files), record.certCheckMode);
  const nobody = withoutAuthority(store, trust);
  if (nobody.length > 0) return nobody.map((one) => ({ kind: "warning", ...one }));
  return [
    ...trustProblems(files, nowMs).map((text): Notice => {
      return { kind: "warning", text, hint: "httpcfg cert list" };
    }),
    ...withoutList(trust).map((one): Notice => ({ kind: "note", ...one })),
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
