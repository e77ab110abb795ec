/**
 * Events of a member of a fleet, all our own.
 *
 * @module
 */
import type { NewEvent } from "./event.ts";

/** The machine follows a revision from now on. */
export function fleetRevision(revision: number, by: string | null): NewEvent {
  const author = by === null ? "" : ` by ${by}`;
  return event(90, "information", `Revision ${revision} of the fleet${author} was applied.`);
}

/** The machine cannot use a revision, and stays as it was. */
export function fleetRefused(revision: number, reason: string): NewEvent {
  const text = `Revision ${revision} of the fleet cannot be used on this machine, where nothing ` +
    "has changed.";
  return { ...event(91, "error", text), detail: reason };
}

/** The store of the fleet is not to be believed. */
export function fleetHeld(reason: string): NewEvent {
  const text = "The store of the fleet is not followed. This machine keeps what it has.";
  return { ...event(92, "error", text), detail: reason };
}

/** It is again. */
export function fleetBelieved(): NewEvent {
  return event(93, "information", "The store of the fleet is followed again.");
}

/** The store of the fleet cannot be reached. */
export function fleetStoreLost(reason: string): NewEvent {
  const text = "The store of the fleet cannot be reached. This machine keeps what it has.";
  return { ...event(94, "warning", text), detail: reason };
}

/** It can again. */
export function fleetStoreBack(): NewEvent {
  return event(95, "information", "The store of the fleet can be reached again.");
}

/** The machine is a member from now on. */
export function fleetJoined(name: string, store: string): NewEvent {
  return event(96, "information", `This machine has joined the fleet in ${store} as ${name}.`);
}

/** The machine is no member any more. */
export function fleetLeft(name: string): NewEvent {
  return event(97, "information", `This machine has left its fleet, where it was ${name}.`);
}

function event(id: number, level: NewEvent["level"], text: string): NewEvent {
  return { source: "httpcfg", id, level, text };
}
