/**
 * How a proxy works, whoever asked for it: what the parts of one have in common.
 *
 * @module
 */
import type { FieldEdits } from "./field_edits.ts";

export const BALANCES = ["round-robin", "least-connections"] as const;

/** Which upstream gets the next request: each in turn, or the one with the fewest. */
export type Balance = typeof BALANCES[number];

/** When the state of an upstream changes. */
export interface HealthRules {
  /** So many failures within `failTimeMs` take an upstream down for `failTimeMs`. */
  readonly fails: number;
  readonly failTimeMs: number;
  /** So many checks in a row that fail take it down, and so many that pass bring it back. */
  readonly fall: number;
  readonly rise: number;
}

/** How long an upstream may take. */
export interface ProxyTimeouts {
  /** To accept a connection, with the handshake of TLS. */
  readonly connectMs: number;
  /** To begin its response; no other attempt begins after this time. */
  readonly firstByteMs: number;
  /** Between two pieces of a response, or until it takes more of a request. */
  readonly idleMs: number;
}

/** How upstreams are checked. */
export interface CheckRules {
  /** The path and query that are requested. */
  readonly path: string;
  readonly intervalMs: number;
}

/** The rules of one proxy. */
export interface ProxyRules {
  readonly balance: Balance;
  readonly timeouts: ProxyTimeouts;
  readonly health: HealthRules;
  /** Null for a proxy that does not check its upstreams. */
  readonly checks: CheckRules | null;
  readonly requestEdits: FieldEdits | null;
  readonly responseEdits: FieldEdits | null;
}
