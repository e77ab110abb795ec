/**
 * The protocol between the command line and the running service: one line of JSON is the request,
 * lines of JSON are the answer, and the last of them is a result or a fault.
 *
 * @module
 */
import type { FleetStatus, MemberEvent } from "../../fleet/member/member_status.ts";
import type { ServiceState } from "../services/service_controller.ts";
import type { ServiceName } from "../services/service_table.ts";
import type { ServiceProblem, ServiceStatus } from "./status.ts";

export type ControlRequest =
  | StatusRequest
  /** Stops everything and ends the process. */
  | { readonly op: "end" }
  | StartRequest
  | { readonly op: "stop"; readonly service: ServiceName }
  | { readonly op: "pause"; readonly service: ServiceName }
  | { readonly op: "continue"; readonly service: ServiceName }
  | { readonly op: "site"; readonly verb: SiteVerb; readonly id: number }
  | ReloadRequest
  | { readonly op: "confirm" }
  /** Asks for what the service has counted, in `totals` of the answer, and its certificates. */
  | { readonly op: "totals" }
  /** Lists the cached responses, in `cache` of the answer. */
  | { readonly op: "cache" }
  /**
   * Evicts cached responses: that of one URL, also those under it, or all. `dropped` of the answer
   * is their number.
   */
  | { readonly op: "dropCache"; readonly url: string | null; readonly recursive: boolean }
  | { readonly op: "flushLogs" }
  /** Asks whether a connection from `client`, an IP and a port, is open: `hasClient` of the answer. */
  | { readonly op: "client"; readonly client: string; readonly brief: true }
  | AcmeRequest
  /** The membership of this machine in a fleet has changed: it is as it is stored from now on. */
  | { readonly op: "fleet"; readonly verb: "follow" }
  | FleetReportRequest
  /** The reservations have changed: requests follow the stored ones from now on. */
  | { readonly op: "reservations" };

/**
 * Asks for a status without the list, and without the sockets that are open; an older service sends
 * all of it.
 */
interface BriefRequest {
  readonly brief?: boolean;
}

interface StatusRequest extends BriefRequest {
  readonly op: "status";
}

/** Asks for stages before the result; an older service sends none. */
interface WatchedRequest {
  readonly progress?: boolean;
}

interface StartRequest extends WatchedRequest {
  readonly op: "start";
  readonly service: ServiceName;
}

/**
 * Takes the certificates by ACME as they are stored; `obtain` also obtains one, unless it is there and
 * not due, and `renew` whether it is or not. The answer comes when that is done.
 */
interface AcmeRequest extends WatchedRequest {
  readonly op: "acme";
  readonly verb: "follow" | "obtain" | "renew";
  /** Name of the certificate; of no importance to `follow`. */
  readonly name: string;
}

/** Tells how the agent of the fleet is, where that is a process of its own; null when it ends. */
interface FleetReportRequest {
  readonly op: "fleet";
  readonly verb: "report";
  readonly report: AgentReport | null;
  readonly brief: true;
}

/** The agent of the fleet, as a process of its own. */
export interface AgentReport {
  readonly pid: number;
  /** Null if it cannot say yet. */
  readonly status: FleetStatus | null;
  readonly problems: readonly ServiceProblem[];
  /** What has happened since the last report: only the service writes the event log. */
  readonly events: readonly MemberEvent[];
}

/** Applies the stored document. */
export interface ReloadRequest extends WatchedRequest, BriefRequest {
  readonly op: "reload";
  /** Reverts after this time unless confirmed; null for a change that is permanent. */
  readonly confirmSeconds: number | null;
  /** Fails if an address of the list is not on this machine, instead of waiting for it. */
  readonly strict: boolean;
}

/**
 * Seconds that a change may wait to be confirmed: enough to try it, and to notice that it failed.
 */
export const CONFIRM_SECONDS = { min: 1, max: 3600 } as const;

/** What a service of another version says to a request that it does not know. */
export const UNKNOWN_REQUEST = "Cannot handle the request: unknown to the running service";

/** The operations on one site. */
export type SiteVerb = "start" | "stop" | "pause" | "continue";

/** A change of one service while the request is executed. */
interface ControlStep {
  readonly kind: "step";
  readonly service: ServiceName;
  readonly state: ServiceState;
}

/** A change of one address and port during a reload. */
export interface ControlChange {
  readonly kind: "change";
  /** `127.0.0.2:80`. */
  readonly endpoint: string;
  /** `draining`: no longer listening, the last connections end; `drained`: they have ended. */
  readonly change: "opened" | "closed" | "draining" | "drained";
  /** Connections when the draining began; 0 for the other changes. */
  readonly connections: number;
}

/** A reload has changed the number of workers. */
interface ControlWorkers {
  readonly kind: "workers";
  readonly count: number;
}

/** How far a request is, in the words of a progress line. */
interface ControlStage {
  readonly kind: "stage";
  readonly doing: string;
  readonly things: string;
  readonly done?: number;
  readonly total?: number;
}

/** What is reported before the result. */
export type ControlProgress = ControlEvent | ControlStage;

/** What has happened. */
export type ControlEvent = ControlStep | ControlChange | ControlWorkers;

interface ControlResult {
  readonly kind: "result";
  readonly status: ServiceStatus;
}

/** The request failed: the Fault of the service. */
export interface ControlFault {
  readonly kind: "fault";
  readonly message: string;
  readonly hint?: string;
}

export type ControlAnswer = ControlProgress | ControlResult | ControlFault;

/** The content of the private file of a loopback control port. */
export interface LoopbackControl {
  readonly port: number;
  readonly token: string;
}

/** Longest line that either side reads: a status of 10,000 endpoints and sites is about 4 MB. */
export const CONTROL_LINE_BYTES_MAX = 64 * 1024 * 1024;
