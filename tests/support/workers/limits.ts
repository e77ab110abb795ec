/**
 * Limits of a process that serves alone.
 *
 * @module
 */
import type { Limit } from "../../../mod/base/limit.ts";
import { LimitShares } from "../../../mod/host/serving/limit_shares.ts";

/** Returns a limit of `max` places of each key. */
export function limitOf(max: number): Limit {
  const shares = new LimitShares();
  shares.receive({ op: "shares", shares: [{ name: "limit", share: max, max }], pinned: [] });
  return shares.of("limit");
}
