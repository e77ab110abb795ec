/**
 * Verifies the certificates that clients send, by one trust.
 *
 * @module
 */
import type { ClientCertificate } from "../../base/exchange.ts";
import { pemOf } from "../../base/pem.ts";
import { type ClientTrust, trustedStore, trustName } from "./client_trust.ts";
import { CHAIN_MAX, isForClients, judgeClient, type TrustedStore } from "./client_verdict.ts";
import { digestOf, isListSignedBy, isSignedBy } from "./signatures.ts";
import { parseX509, type X509 } from "./x509.ts";

/** Bytes of a certificate that a client sends. */
const BYTES_MAX = 65_536;

/** What the runtime says of a handshake. */
interface RuntimeOpinion {
  /** Why it does not believe the certificate; null if it does, or if it was not asked again. */
  readonly refusal: string | null;
  /** Whether the handshake goes on with the session of an earlier one. */
  readonly isResumed: boolean;
}

/** Certificates that are remembered as {@linkcode proven}, times two. */
const PROVEN_MAX = 32_768;

/** The digests of certificates that were used not too long ago. */
class ProvenCertificates {
  #recent = new Set<string>();
  #older = new Set<string>();

  has(digest: string): boolean {
    return this.#recent.has(digest) || this.#older.has(digest);
  }

  add(digest: string): void {
    if (this.#recent.has(digest)) return;
    if (this.#recent.size >= PROVEN_MAX) {
      this.#older = this.#recent;
      this.#recent = new Set();
    }
    this.#recent.add(digest);
  }
}

/**
 * The certificates that the runtime has believed in a whole handshake of this process. It lets a
 * client pass that does not prove to have the key of a certificate which it cannot parse, and tells
 * that it does not believe such a one, but not when the session goes on later.
 */
const proven = new ProvenCertificates();

/** Judges the certificates of clients by one trust. The runtime must agree. */
export class ClientVerifier {
  /** The certificates of the authorities, as PEM: clients are told their names. */
  readonly authorities: readonly string[];
  readonly #name: string;
  readonly #store: TrustedStore;

  constructor(trust: ClientTrust) {
    this.authorities = trust.authorities.map((one) => {
      return pemOf("CERTIFICATE", Uint8Array.fromBase64(one));
    });
    this.#name = trustName(trust);
    this.#store = trustedStore(trust);
  }

  /** Returns what a client has shown that sent `chain`, its own certificate first. */
  certificateOf(
    chain: readonly Uint8Array[],
    { refusal, isResumed }: RuntimeOpinion,
    nowMs: number,
  ): ClientCertificate {
    const judgedBy = this.#name;
    const [der] = chain;
    if (der === undefined) return { verdict: "none", judgedBy, der: null };
    const certificates = parseChain(chain);
    if (certificates === null) return { verdict: "untrusted", judgedBy, der };
    const verdict = judgeClient(certificates, this.#store, { nowMs, isSignedBy, isListSignedBy });
    if (verdict !== "good") return { verdict, judgedBy, der };
    // The runtime always looks at the purpose, and does not say what it is that it dislikes.
    const isOther = !this.#store.checksUsage && !isForClients(certificates[0]!);
    const digest = digestOf(der);
    const isBelieved = (refusal === null || isOther) && (!isResumed || proven.has(digest));
    if (isBelieved) proven.add(digest);
    return { verdict: isBelieved ? "good" : "untrusted", judgedBy, der };
  }
}

/** Returns the certificates that a client sent; null if they cannot be read. */
function parseChain(chain: readonly Uint8Array[]): X509[] | null {
  if (chain.length > CHAIN_MAX) return null;
  const parsed: X509[] = [];
  for (const der of chain) {
    const certificate = der.length > BYTES_MAX ? null : parseX509(der);
    if (certificate === null) return null;
    parsed.push(certificate);
  }
  return parsed;
}

/** One verifier for each trust, which may have a long list: contexts of many certificates share it. */
const verifiers = new WeakMap<ClientTrust, ClientVerifier>();

/** Returns the verifier of `trust`. */
export function verifierOf(trust: ClientTrust): ClientVerifier {
  let verifier = verifiers.get(trust);
  if (verifier === undefined) {
    verifier = new ClientVerifier(trust);
    verifiers.set(trust, verifier);
  }
  return verifier;
}
