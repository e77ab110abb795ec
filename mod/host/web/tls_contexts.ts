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
import { storeName } from "../../config/certs/store_name.ts";
import { formatEndpoint, type Ip, parseEndpoint } from "../../base/address.ts";
import { messageOf, quote } from "../../base/fault.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import {
  certificateOf,
  listCertificates,
  readPair,
  type StoredCertificate,
} from "../../config/certs/cert_store.ts";
import { certificateCure } from "../../config/certs/certificate_cure.ts";
import { certificateFacts, validity } from "../../config/certs/certificate.ts";
import { sslEffects, sslRefusal } from "../../config/certs/ssl_effects.ts";
import type { SslRecord } from "../../config/document/document.ts";
import {
  type CertificateCheck,
  certificateCheck,
  type CertificateCure,
} from "../../config/certs/ssl_lookup.ts";
import type { CertificateStatus, ServiceProblem } from "../control/status.ts";
import { type TlsPolicy, tlsPolicy, USUAL_POLICY } from "../../config/certs/tls_policy.ts";
import { trustName } from "../../config/certs/client_trust.ts";
import { makeContext, type TlsContext } from "../../listen/tls/tls_stream.ts";
import { ClientTrusts } from "./client_trusts.ts";
import type { ServedCertificate } from "../serving/served.ts";
import { MISSING } from "./stored_certificates.ts";
import {
  certificateExpired,
  certificateKept,
  certificateReplaced,
  type NewEvent,
  sslWithoutEffect,
} from "../../telemetry/events/event.ts";

/** A record that is served, and whether its clients are asked for a certificate. */
interface Use {
  readonly record: SslRecord;
  readonly asks: boolean;
}

/** The certificate of one or more records. */
interface FollowedCertificate {
  readonly files: Pick<StoredCertificate, "store" | "name" | "certFile" | "keyFile">;
  /** The records that use it. */
  readonly uses: Use[];
  pair: { readonly cert: string; readonly key: string };
  /** By the policy: those that were served last. */
  contexts: ReadonlyMap<string, TlsContext>;
  hash: string;
  /** The names and addresses that it is for. */
  names: readonly string[];
  /** ISO 8601, UTC. */
  notAfter: string;
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
  readonly #trusts: ClientTrusts;
  /** What of the records has no effect. */
  #effects: readonly ServiceProblem[] = [];
  #check: CertificateCheck;
  readonly #cure: CertificateCure;

  /** `folder` contains the stores. */
  constructor(folder: string, event: (event: NewEvent) => void) {
    this.#folder = folder;
    this.#event = event;
    this.#trusts = new ClientTrusts(folder, event);
    this.#cure = certificateCure(folder, () => new Date().toISOString());
    this.#check = certificateCheck([], () => MISSING, this.#cure);
  }

  /**
   * Serves exactly the certificates of `records` from now on; `asking` are the keys of those whose
   * clients are asked for a certificate.
   */
  load(records: readonly SslRecord[], asking: ReadonlySet<string> = new Set()): void {
    const before = this.#byFile;
    this.#trusts.begin();
    this.#byFile = new Map();
    this.#tellEffects(records);
    const problems = new Map<SslRecord, string>();
    const stores = new Map<string, StoredCertificate[]>();
    for (const record of records) {
      const found = this.#find(record, stores);
      const served = found === undefined ? new Problem(MISSING) : this.#serve(found, before);
      if (isProblem(served)) problems.set(record, served.reason);
      else served.uses.push({ record, asks: asking.has(record.key) });
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
    return [...this.#byFile.values()].flatMap((followed) => {
      const { uses, pair, contexts } = followed;
      const policies = uses.map(({ record, asks }) => {
        return tlsPolicy(record, asks ? this.#trusts.of(record) : null);
      });
      const made = new Map<string, TlsContext>();
      const groups = Map.groupBy(uses.keys(), (i) => policyText(policies[i]!));
      const served = [...groups].map(([text, members]) => {
        const policy = policies[members[0]!]!;
        const before = contexts.get(text);
        const isSame = before !== undefined && before.policy.client === policy.client;
        const context = isSame ? before : makeContext(pair, policy);
        made.set(text, context);
        const keys = members.map((i) => canonicalKey(uses[i]!.record.key, canonical));
        return { keys, ...pair, context };
      });
      followed.contexts = made;
      return served;
    });
  }

  /** The certificates that are served. */
  get inUse(): readonly CertificateStatus[] {
    return Array.from(
      this.#byFile.values(),
      ({ files: { store, name }, uses, names, notAfter }) => {
        const keys = uses.map(({ record }) => record.key);
        return { name: `${store}/${name}`, keys, names, notAfter };
      },
    );
  }

  /** The files that cannot be used any more, although their previous certificate is served. */
  get problems(): readonly ServiceProblem[] {
    const kept = [...this.#byFile.values()].flatMap(({ files: { certFile }, trouble }) => {
      if (trouble === null) return [];
      const text =
        `the new certificate in ${quote(certFile)} cannot be used, the previous one is ` +
        `served: ${trouble}`;
      return [{ text, hint: "httpcfg cert list" }];
    });
    return [...kept, ...this.#trusts.problems];
  }

  /** What the records say without effect, and what is not done for want of a file. */
  get notes(): readonly ServiceProblem[] {
    return [...this.#effects, ...this.#trusts.notes];
  }

  /** Reloads the files that were replaced since the last check; reports whether there were any. */
  reloadChanged(): boolean {
    let isChanged = this.#trusts.reloadChanged();
    for (const served of this.#byFile.values()) {
      const stamp = stampOf(served.files);
      if (stamp === served.stamp) served.badStamp = served.trouble = null;
      else if (stamp !== served.badStamp || served.trouble === null) {
        if (this.#renew(served, stamp)) isChanged = true;
      }
    }
    return isChanged;
  }

  /** Tells once what of the records has no effect. */
  #tellEffects(records: readonly SslRecord[]): void {
    const before = new Set(this.#effects.map(({ text }) => text));
    this.#effects = records.flatMap((record) => {
      const refusal = sslRefusal(record);
      return [...(refusal === null ? [] : [refusal]), ...sslEffects(record)].map((effect) => {
        const text = `${record.key}: ${effect}`;
        if (!before.has(text)) this.#event(sslWithoutEffect(record.key, effect));
        return { text, hint: null };
      });
    });
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
    const { store, name, certFile, keyFile } = certificate;
    const files = { store, name, certFile, keyFile };
    const previous = before.get(certificate.certFile);
    const stamp = stampOf(files);
    if (previous === undefined || stamp !== previous.stamp) {
      try {
        const read = readContext(files);
        if (validity(certificate, new Date().toISOString()) === "expired") {
          this.#event(certificateExpired(certificate.certFile, certificate.notAfter));
        }
        return this.#add({ ...initialState(files, stamp), ...read });
      } catch (error) {
        if (previous === undefined) return new Problem(certificate.problem ?? messageOf(error));
      }
    }
    return this.#add({ ...previous, uses: [] });
  }

  #add(served: FollowedCertificate): FollowedCertificate {
    this.#byFile.set(served.files.certFile, served);
    return served;
  }

  /** Reads new files; reports whether they are in use now. */
  #renew(served: FollowedCertificate, stamp: string): boolean {
    const isPersistent = stamp === served.badStamp;
    const { files, uses } = served;
    const keys = uses.map(({ record }) => record.key);
    try {
      const { hash, ...read } = readContext(files);
      Object.assign(served, { ...initialState(files, stamp), uses, ...read });
      if (hash === served.hash) return true;
      served.hash = hash;
      this.#event(certificateReplaced(keys, files.certFile, hash));
      return true;
    } catch (error) {
      const trouble = messageOf(error);
      if (isPersistent) this.#event(certificateKept(keys, trouble));
      served.badStamp = stamp;
      served.trouble = isPersistent ? trouble : null;
      return false;
    }
  }
}

function initialState(
  files: FollowedCertificate["files"],
  stamp: string,
): Pick<FollowedCertificate, "files" | "uses" | "stamp" | "badStamp" | "trouble"> {
  return { files, uses: [], stamp, badStamp: null, trouble: null };
}

function readContext(
  files: FollowedCertificate["files"],
): Pick<FollowedCertificate, "hash" | "names" | "notAfter" | "pair" | "contexts"> {
  const { cert, key } = readPair(files);
  const usual = makeContext({ cert, key }); // throws if TLS cannot use them
  const contexts = new Map([[policyText(USUAL_POLICY), usual]]);
  const { hash, names, notAfter } = certificateFacts(cert)!;
  return { hash, names, notAfter, pair: { cert, key }, contexts };
}

/** Returns a text for policies that differ in nothing but the files of a store. */
function policyText({ client, ...rest }: TlsPolicy): string {
  return JSON.stringify([rest, client === null ? null : trustName(client)]);
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
