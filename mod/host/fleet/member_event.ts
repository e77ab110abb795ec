/**
 * What has happened to a member, as the event log says it.
 *
 * @module
 */
import type { MemberEvent } from "../../fleet/member/member_status.ts";
import type { NewEvent } from "../../telemetry/events/event.ts";
import {
  fleetBelieved,
  fleetHeld,
  fleetRefused,
  fleetRevision,
  fleetStoreBack,
  fleetStoreLost,
} from "../../telemetry/events/fleet_events.ts";

/** Returns the event for the log. */
export function loggedEvent(event: MemberEvent): NewEvent {
  switch (event.kind) {
    case "applied":
      return fleetRevision(event.revision, event.by);
    case "refused":
      return fleetRefused(event.revision, event.reason);
    case "held":
      return fleetHeld(event.reason);
    case "released":
      return fleetBelieved();
    case "lost":
      return fleetStoreLost(event.reason);
    case "back":
      return fleetStoreBack();
  }
}
