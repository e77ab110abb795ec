/**
 * How TLS is spoken for a certificate record: the versions, whether at all, and whether the client is
 * asked for a certificate. Pure.
 *
 * @module
 */
import type { SslRecord } from "../document/document.ts";
import type { ClientTrust } from "./client_trust.ts";
import { SSL_FLAG } from "./ssl_flags.ts";

/** How TLS is spoken. */
export interface TlsPolicy {
  readonly hasTls12: boolean;
  readonly hasTls13: boolean;
  /** Whether every handshake is refused. */
  readonly rejects: boolean;
  /** Whose certificates are believed; null if clients are not asked for one. */
  readonly client: ClientTrust | null;
}

/** The policy of a record that says nothing. */
export const USUAL_POLICY: TlsPolicy = {
  hasTls12: true,
  hasTls13: true,
  rejects: false,
  client: null,
};

/** Returns the policy of a record whose clients are asked for what `client` judges; null for nothing. */
export function tlsPolicy(
  { flags }: Pick<SslRecord, "flags">,
  client: ClientTrust | null,
): TlsPolicy {
  return {
    hasTls12: (flags & SSL_FLAG.DISABLE_TLS12) === 0,
    hasTls13: (flags & SSL_FLAG.DISABLE_TLS13) === 0,
    rejects: (flags & SSL_FLAG.REJECT) !== 0,
    client,
  };
}
