/**
 * Whether the certificate of a client is to be believed: from what it sent, the authorities and
 * revocation lists of a store, and the time. Pure; who has signed what is asked.
 *
 * Whatever is in doubt is not believed. A certificate with a limit that nothing here takes into
 * account (name constraints, an unknown critical extension) leads nowhere.
 *
 * @module
 */
import type { ClientVerdict } from "../../base/exchange.ts";
import type { RevocationList } from "./revocation_list.ts";
import { KEY_USAGE, USAGE, type X509 } from "./x509.ts";

/** Whom a certificate of a client is believed from, and what is asked of it. */
export interface TrustedStore {
  /** By their subject. */
  readonly authorities: ReadonlyMap<string, readonly X509[]>;
  /** By their issuer. */
  readonly lists: ReadonlyMap<string, readonly RevocationList[]>;
  /** Whether there is a list that cannot be read, and that may be one of any issuer. */
  readonly hasBrokenList: boolean;
  readonly checksRevocation: boolean;
  /** Whether it must be made for clients. */
  readonly checksUsage: boolean;
}

/** What the decision depends on besides the certificates. */
interface VerdictContext {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Reports whether a certificate has the signature of the key of `issuer`. */
  isSignedBy(certificate: X509, issuer: X509): boolean;
  /** The same of a revocation list. */
  isListSignedBy(list: RevocationList, issuer: X509): boolean;
}

/** Certificates that a client may send. */
export const CHAIN_MAX = 10;
/** Signatures that are verified for one client: more would only be asked for to keep us busy. */
const SIGNATURES_MAX = 24;

/** Returns what to make of `chain`, the certificate of a client and those it sent with it. */
export function judgeClient(
  chain: readonly X509[],
  store: TrustedStore,
  context: VerdictContext,
): ClientVerdict {
  const [own, ...others] = chain;
  if (own === undefined || chain.length > CHAIN_MAX) return "untrusted";
  if (own.version !== 3 || own.isCa || own.unknownLimit !== null) return "untrusted";
  if (store.checksUsage && !isForClients(own)) return "untrusted";
  return new PathSearch(others, store, context).from(own, []);
}

/** Reports whether a certificate may prove who a client is. */
export function isForClients({ keyUsage, extendedUsages }: X509): boolean {
  const signs = KEY_USAGE.digitalSignature | KEY_USAGE.keyAgreement;
  if (keyUsage !== null && (keyUsage & signs) === 0) return false;
  return hasClientUsage({ extendedUsages });
}

/** From the best to the worst: where several paths fail, the reason that is most to the point. */
const ORDER: readonly ClientVerdict[] = [
  "good",
  "revoked",
  "unchecked",
  "outdated",
  "untrusted",
];

function better(a: ClientVerdict, b: ClientVerdict): ClientVerdict {
  return ORDER.indexOf(a) <= ORDER.indexOf(b) ? a : b;
}

/** Looks for a path from a certificate to an authority of the store. */
class PathSearch {
  readonly #others: readonly X509[];
  readonly #store: TrustedStore;
  readonly #context: VerdictContext;
  #signaturesLeft = SIGNATURES_MAX;

  constructor(others: readonly X509[], store: TrustedStore, context: VerdictContext) {
    this.#others = others;
    this.#store = store;
    this.#context = context;
  }

  /** Returns the verdict for `last`, whose path from the client's own certificate is `below`. */
  from(last: X509, below: readonly X509[]): ClientVerdict {
    const path = [...below, last];
    let verdict: ClientVerdict = "untrusted";
    for (const authority of this.#store.authorities.get(last.issuer) ?? []) {
      if (!this.#isIssuer(authority, last, below)) continue;
      verdict = better(verdict, this.#judge([...path, authority]));
      if (verdict === "good") return verdict;
    }
    for (const other of this.#others) {
      if (other.subject !== last.issuer || path.includes(other)) continue;
      if (!this.#isIssuer(other, last, below)) continue;
      verdict = better(verdict, this.from(other, path));
      if (verdict === "good") return verdict;
    }
    return verdict;
  }

  /** Reports whether `issuer` may have issued `last`, and has; `below` are the ones that it leads to. */
  #isIssuer(issuer: X509, last: X509, below: readonly X509[]): boolean {
    if (issuer.version !== 3 || !issuer.isCa || issuer.unknownLimit !== null) return false;
    if (issuer.keyUsage !== null && (issuer.keyUsage & KEY_USAGE.certSign) === 0) return false;
    // Authorities between this one and the client's own certificate.
    if (issuer.pathLength !== null && below.length > issuer.pathLength) return false;
    if (this.#store.checksUsage && !hasClientUsage(issuer)) return false;
    return this.#isSignedBy(last, issuer);
  }

  #isSignedBy(certificate: X509, issuer: X509): boolean {
    if (this.#signaturesLeft === 0) return false;
    this.#signaturesLeft--;
    return this.#context.isSignedBy(certificate, issuer);
  }

  /** Judges a whole path by time and revocation; every signature in it is valid. */
  #judge(path: readonly X509[]): ClientVerdict {
    const { nowMs } = this.#context;
    let verdict: ClientVerdict = "good";
    for (const [i, certificate] of path.entries()) {
      const { notBeforeMs, notAfterMs } = certificate;
      if (nowMs < notBeforeMs || nowMs > notAfterMs) return "outdated";
      const issuer = path[i + 1];
      if (issuer === undefined || !this.#store.checksRevocation) continue;
      const revocation = this.#revocationOf(certificate, issuer);
      if (revocation === "revoked") return revocation;
      if (revocation !== "good") verdict = revocation;
    }
    return verdict;
  }

  #revocationOf(certificate: X509, issuer: X509): "good" | "revoked" | "unchecked" {
    const lists = this.#store.lists.get(issuer.subject) ?? [];
    if (lists.length === 0) return this.#store.hasBrokenList ? "unchecked" : "good";
    if (issuer.keyUsage !== null && (issuer.keyUsage & KEY_USAGE.crlSign) === 0) return "unchecked";
    const signed = lists.filter((list) => this.#context.isListSignedBy(list, issuer));
    // An old list does not take back what it has said.
    if (signed.some(({ revoked }) => revoked.has(certificate.serial))) return "revoked";
    return signed.some((list) => isCurrent(list, this.#context.nowMs)) ? "good" : "unchecked";
  }
}

function hasClientUsage({ extendedUsages }: Pick<X509, "extendedUsages">): boolean {
  return extendedUsages === null || extendedUsages.includes(USAGE.client) ||
    extendedUsages.includes(USAGE.any);
}

/** Reports whether a list can be used now: it is complete, and the next one is not due yet. */
export function isCurrent(
  { unknownLimit, thisUpdateMs, nextUpdateMs }: RevocationList,
  nowMs: number,
): boolean {
  return unknownLimit === null && thisUpdateMs <= nowMs &&
    (nextUpdateMs === null || nowMs <= nextUpdateMs);
}
