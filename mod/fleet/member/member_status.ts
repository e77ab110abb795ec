/**
 * How a machine is as a member of its fleet, for whoever asks on the machine itself.
 *
 * @module
 */
import type { Outcome } from "../shared/records.ts";

export interface FleetStatus {
  readonly name: string;
  readonly group: string | null;
  /** The revision that it runs; null if it never had one. */
  readonly revision: number | null;
  /** The revision that it should run; null if the store cannot say. */
  readonly wanted: number | null;
  /** The newest revision in the store; null if that is not known. */
  readonly head: number | null;
  readonly outcome: Outcome;
  /** Why it is not as it should be, each a sentence without a full stop. */
  readonly problems: readonly string[];
  readonly hint: string | null;
  /** The addresses of the store. */
  readonly store: string;
  /** Whether the store can be reached; `reason` says why not. */
  readonly isStoreUp: boolean;
  readonly reason: string | null;
  /** The units that differ from the shared document. */
  readonly overrides: readonly string[];
}

/** What has happened to a member. */
export type MemberEvent =
  | { readonly kind: "applied"; readonly revision: number; readonly by: string | null }
  | { readonly kind: "refused"; readonly revision: number; readonly reason: string }
  /** The store is not to be believed. */
  | { readonly kind: "held"; readonly reason: string }
  /** It is again. */
  | { readonly kind: "released" }
  | { readonly kind: "lost"; readonly reason: string }
  | { readonly kind: "back" };
