/**
 * The certificate of a client, as a site sees it: what a connection has proved with it. Pure.
 *
 * @module
 */

/** What came of the verification of a client's certificate. */
export type ClientVerdict =
  | "good"
  /** No path to an authority of the store, or not made for clients. */
  | "untrusted"
  /** A certificate of its path is expired, or not valid yet. */
  | "outdated"
  | "revoked"
  /** There is a revocation list of its issuer, but none that can be used now. */
  | "unchecked";

/**
 * What a connection that was asked for a certificate has shown: one value for all of its requests.
 */
export interface ClientCertificate {
  /** "none" if the client has sent no certificate. */
  readonly verdict: ClientVerdict | "none";
  /** By what it was judged: a certificate that is good here may be worthless there. */
  readonly judgedBy: string;
  /** The certificate itself, in DER; null for none. */
  readonly der: Uint8Array | null;
}
