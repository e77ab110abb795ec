/**
 * What the command line and the running service say to each other: one line of JSON asks, lines of
 * JSON answer, the last one is a result or a fault.
 *
 * @module
 */
import type { ServiceState } from "./controller.ts";
import type { ServiceName } from "./service_table.ts";
import type { ServiceStatus } from "./status.ts";

export type ControlRequest =
  | { readonly op: "status" }
  /** Stop everything and end the process. */
  | { readonly op: "end" }
  | { readonly op: "start"; readonly service: ServiceName }
  | { readonly op: "stop"; readonly service: ServiceName }
  | { readonly op: "pause"; readonly service: ServiceName }
  | { readonly op: "continue"; readonly service: ServiceName }
  | { readonly op: "site"; readonly verb: SiteVerb; readonly id: number };

/** What may be asked of one site. */
export type SiteVerb = "start" | "stop" | "pause" | "continue";

/** One step on the way to the result. */
export interface ControlStep {
  readonly kind: "step";
  readonly service: ServiceName;
  readonly state: ServiceState;
}

export interface ControlResult {
  readonly kind: "result";
  readonly status: ServiceStatus;
}

/** The request failed: a Fault, carried over. */
export interface ControlFault {
  readonly kind: "fault";
  readonly message: string;
  readonly hint?: string;
}

export type ControlAnswer = ControlStep | ControlResult | ControlFault;

/** Longest line that either side reads: a status of 10,000 endpoints and sites has about 4 MB. */
export const CONTROL_LINE_BYTES_MAX = 64 * 1024 * 1024;
