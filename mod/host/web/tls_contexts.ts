/**
 * Edge: the certificates of the ssl records, as TLS contexts that follow their files.
 *
 * A replaced file is used from the next handshake on; existing connections keep their certificate.
 * If a new file cannot be used, the previous certificate stays in force, and that is reported once.
 * Certificate and key are two files that cannot be replaced atomically, so a problem is reported
 * only if it persists until the next check.
 *
 * @module
 */
import type { SecureContext } from "node:tls";
import { formatEndpoint, type Ip, parseEndpoint } from "../../base/address.ts";
import { messageOf, quote } from "../../base/fault.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import {
  certificateOf,
  listCertificates,
  readPair,
  type StoredCertificate,
  storeName,
} from "../../config/certs/cert_store.ts";
import { certificateCure } from "../../config/certs/certificate_cure.ts";
import { certificateFacts, validity } from "../../config/certs/certificate.ts";
import type { SslRecord } from "../../config/document/document.ts";
import {
  type CertificateCheck,
  certificateCheck,
  type CertificateCure,
} from "../../config/certs/ssl_lookup.ts";
import type { ServiceProblem } from "../control/status.ts";
import { makeContext } from "../../listen/tls/tls_stream.ts";
import type { ServedCertificate } from "../serving/served.ts";
import { MISSING } from "./stored_certificates.ts";
import {
  certificateExpired,
  certificateKept,
  certificateReplaced,
  type NewEvent,
} from "../../telemetry/events/event.ts";

/** The certificate of one or more records. */
interface FollowedCertificate {
  readonly files: Pick<StoredCertificate, "certFile" | "keyFile">;
  /** Keys of the records that use it. */
  readonly keys: string[];
  pair: { readonly cert: string; readonly key: string };
  context: SecureContext;
  hash: string;
  /** State of the files when they were read. */
  stamp: string;
  /** State of the files when they could not be used; null if they can. */
  badStamp: string | null;
  /** Why they cannot be used, once that has been reported. */
  trouble: string | null;
}

export class Certificates {
  readonly #folder: string;
  readonly #event: (event: NewEvent) => void;
  /** Keyed by the path of the certificate. */
  #byFile = new Map<string, FollowedCertificate>();
  #check: CertificateCheck;
  readonly #cure: CertificateCure;

  /** `folder` contains the stores. */
  constructor(folder: string, event: (event: NewEvent) => void) {
    this.#folder = folder;
    this.#event = event;
    this.#cure = certificateCure(folder, () => new Date().toISOString());
    this.#check = certificateCheck([], () => MISSING, this.#cure);
  }

  /** Serves exactly the certificates of `records` from now on. */
  load(records: readonly SslRecord[]): void {
    const before = this.#byFile;
    this.#byFile = new Map();
    const problems = new Map<SslRecord, string>();
    const stores = new Map<string, StoredCertificate[]>();
    for (const record of records) {
      const found = this.#find(record, stores);
      const served = found === undefined ? new Problem(MISSING) : this.#serve(found, before);
      if (isProblem(served)) problems.set(record, served.reason);
      else served.keys.push(record.key);
    }
    const problemOf = (record: SslRecord): string | null => problems.get(record) ?? null;
    this.#check = certificateCheck(records, problemOf, this.#cure);
  }

  /** Returns why a binding cannot be served; null if it can. */
  readonly check: CertificateCheck = (binding) => this.#check(binding);

  /**
   * Returns what is served; `canonical` returns an address with the present name of its interface.
   */
  served(canonical: (ip: Ip) => Ip): ServedCertificate[] {
    return [...this.#byFile.values()].map(({ keys, pair: { cert, key }, context }) => {
      return { keys: keys.map((one) => canonicalKey(one, canonical)), cert, key, context };
    });
  }

  /** The files that cannot be used any more, although their previous certificate is served. */
  get problems(): readonly ServiceProblem[] {
    return [...this.#byFile.values()].flatMap(({ files: { certFile }, trouble }) => {
      if (trouble === null) return [];
      const text =
        `the new certificate in ${quote(certFile)} cannot be used, the previous one is ` +
        `served: ${trouble}`;
      return [{ text, hint: "httpcfg cert list" }];
    });
  }

  /** Reloads the files that were replaced since the last check; reports whether there were any. */
  reloadChanged(): boolean {
    let isChanged = false;
    for (const served of this.#byFile.values()) {
      const stamp = stampOf(served.files);
      if (stamp === served.stamp) served.badStamp = served.trouble = null;
      else if (stamp !== served.badStamp || served.trouble === null) {
        if (this.#renew(served, stamp)) isChanged = true;
      }
    }
    return isChanged;
  }

  #find(
    record: SslRecord,
    stores: Map<string, StoredCertificate[]>,
  ): StoredCertificate | undefined {
    const store = storeName(record.certStoreName);
    if (store === null) return undefined;
    const certificates = stores.get(store) ?? listCertificates(this.#folder, store);
    stores.set(store, certificates);
    return certificateOf(certificates, record);
  }

  /** Serves `certificate`; a Problem if it cannot be used and was not in use before. */
  #serve(
    certificate: StoredCertificate,
    before: ReadonlyMap<string, FollowedCertificate>,
  ): FollowedCertificate | Problem {
    const existing = this.#byFile.get(certificate.certFile);
    if (existing !== undefined) return existing;
    const files = { certFile: certificate.certFile, keyFile: certificate.keyFile };
    const previous = before.get(certificate.certFile);
    const stamp = stampOf(files);
    if (previous === undefined || stamp !== previous.stamp) {
      try {
        const { hash, context, pair } = readContext(files);
        if (validity(certificate, new Date().toISOString()) === "expired") {
          this.#event(certificateExpired(certificate.certFile, certificate.notAfter));
        }
        return this.#add({ ...initialState(files, stamp), hash, context, pair });
      } catch (error) {
        if (previous === undefined) return new Problem(certificate.problem ?? messageOf(error));
      }
    }
    return this.#add({ ...previous, keys: [] });
  }

  #add(served: FollowedCertificate): FollowedCertificate {
    this.#byFile.set(served.files.certFile, served);
    return served;
  }

  /** Reads new files; reports whether they are in use now. */
  #renew(served: FollowedCertificate, stamp: string): boolean {
    const isPersistent = stamp === served.badStamp;
    const { files, keys } = served;
    try {
      const { hash, context, pair } = readContext(files);
      Object.assign(served, { ...initialState(files, stamp), keys, context, pair });
      if (hash === served.hash) return true;
      served.hash = hash;
      this.#event(certificateReplaced(keys, files.certFile, hash));
      return true;
    } catch (error) {
      const trouble = messageOf(error);
      if (isPersistent) this.#event(certificateKept(served.keys, trouble));
      served.badStamp = stamp;
      served.trouble = isPersistent ? trouble : null;
      return false;
    }
  }
}

function initialState(
  files: FollowedCertificate["files"],
  stamp: string,
): Pick<FollowedCertificate, "files" | "keys" | "stamp" | "badStamp" | "trouble"> {
  return { files, keys: [], stamp, badStamp: null, trouble: null };
}

function readContext(
  files: FollowedCertificate["files"],
): Pick<FollowedCertificate, "hash" | "context" | "pair"> {
  const pair = readPair(files);
  return { hash: certificateFacts(pair.cert)!.hash, context: makeContext(pair), pair };
}

/** Returns the key of a record with the present name of the interface of its address. */
function canonicalKey(key: string, canonical: (ip: Ip) => Ip): string {
  const endpoint = parseEndpoint(key);
  if (endpoint === null) return key;
  return formatEndpoint({ ip: canonical(endpoint.ip), port: endpoint.port });
}

/** Returns a text that changes when one of the files is replaced or written; links are followed. */
function stampOf({ certFile, keyFile }: FollowedCertificate["files"]): string {
  return [certFile, keyFile].map((path) => {
    try {
      const { mtime, size, ino } = Deno.statSync(path);
      return `${mtime?.getTime()} ${size} ${ino}`;
    } catch {
      return "gone";
    }
  }).join(", ");
}
