/**
 * What the command line and the running service say to each other: one line of JSON asks, lines of
 * JSON answer, the last one is a result or a fault.
 *
 * @module
 */
import type { ServiceState } from "../services/service_controller.ts";
import type { ServiceName } from "../services/service_table.ts";
import type { ServiceStatus } from "./status.ts";

export type ControlRequest =
  | { readonly op: "status" }
  /** Stop everything and end the process. */
  | { readonly op: "end" }
  | { readonly op: "start"; readonly service: ServiceName }
  | { readonly op: "stop"; readonly service: ServiceName }
  | { readonly op: "pause"; readonly service: ServiceName }
  | { readonly op: "continue"; readonly service: ServiceName }
  | { readonly op: "site"; readonly verb: SiteVerb; readonly id: number }
  | ReloadRequest
  | { readonly op: "confirm" }
  /** The kept responses, as `cache` of the answer. */
  | { readonly op: "cache" }
  /** Drops kept responses: of one URL, of all below it, or all; `dropped` of the answer counts them. */
  | { readonly op: "dropCache"; readonly url: string | null; readonly recursive: boolean }
  | { readonly op: "flushLogs" }
  /** The reservations have changed: requests go by the stored ones from now on. */
  | { readonly op: "reservations" };

/** Take up the stored document. */
export interface ReloadRequest {
  readonly op: "reload";
  /** Comes back after that time unless it is confirmed; null: lasts. */
  readonly confirmSeconds: number | null;
  /** True: fails where an address of the list is not on the machine, instead of waiting for it. */
  readonly strict: boolean;
}

/** What may be asked of one site. */
export type SiteVerb = "start" | "stop" | "pause" | "continue";

/** One step on the way to the result. */
interface ControlStep {
  readonly kind: "step";
  readonly service: ServiceName;
  readonly state: ServiceState;
}

/** What a reload did to one address and port, while it goes on. */
export interface ControlChange {
  readonly kind: "change";
  /** `127.0.0.2:80`. */
  readonly endpoint: string;
  /** `draining`: nothing listens any more, the last connections end; `drained`: they have. */
  readonly change: "opened" | "closed" | "draining" | "drained";
  /** Connections that were there when the draining began; 0 for the other words. */
  readonly connections: number;
}

/** What is told on the way to the result. */
export type ControlProgress = ControlStep | ControlChange;

interface ControlResult {
  readonly kind: "result";
  readonly status: ServiceStatus;
}

/** The request failed: a Fault, carried over. */
export interface ControlFault {
  readonly kind: "fault";
  readonly message: string;
  readonly hint?: string;
}

export type ControlAnswer = ControlProgress | ControlResult | ControlFault;

/** What the private file of a loopback control port says. */
export interface LoopbackControl {
  readonly port: number;
  readonly token: string;
}

/** Longest line that either side reads: a status of 10,000 endpoints and sites has about 4 MB. */
export const CONTROL_LINE_BYTES_MAX = 64 * 1024 * 1024;
