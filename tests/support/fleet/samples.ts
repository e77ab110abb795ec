/**
 * Records of a store for tests.
 *
 * @module
 */
import type { NodeState, RolloutRecord } from "../../../mod/fleet/shared/records.ts";

const AT = "2026-01-02T03:04:05.000Z";

/** Returns the state of a member that runs revision 1, as it should, with whatever else is given. */
export function nodeState(more: Partial<NodeState> = {}): NodeState {
  return {
    id: "0123456789abcdef",
    version: "0.1.0",
    at: AT,
    applied: 1,
    wanted: 1,
    rollout: null,
    outcome: "applied",
    problems: [],
    endpoints: [],
    endpointCount: 0,
    sitesDown: [],
    overrides: [],
    ...more,
  };
}

/** Returns a roll-out of revision 1 to web1, which has been told, with whatever else is given. */
export function rolloutRecord(more: Partial<RolloutRecord> = {}): RolloutRecord {
  return {
    id: "0123456789abcdef",
    phase: "running",
    revision: 1,
    group: null,
    waves: [["web1"]],
    released: 1,
    waitSeconds: 5,
    applySeconds: 60,
    confirmSeconds: null,
    at: AT,
    by: "root@web1",
    causes: [],
    ...more,
  };
}
