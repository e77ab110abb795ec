/**
 * Events of the service with the texts of the originals in the System log: those of HTTP.sys
 * (source HTTP), of the WWW service (W3SVC), and of the service controller.
 *
 * @module
 */

/** One event as it is stored: a line of JSON. Fields are only ever added. */
export interface ServiceEvent {
  /** ISO 8601, UTC, milliseconds. */
  readonly time: string;
  /** An {@linkcode EventSource}, or that of a later version. */
  readonly source: string;
  readonly id: number;
  /** An {@linkcode EventLevel}. */
  readonly level: string;
  readonly text: string;
  /** Win32 code of the original's data field; absent if there is none. */
  readonly error?: number;
  /** The cause on this machine; our own addition to the original's text. */
  readonly detail?: string;
}

type EventSource = "HTTP" | "W3SVC" | "Service Control Manager" | "httpcfg";
type EventLevel = "information" | "warning" | "error";

/** An event that does not have its time yet. */
export interface NewEvent extends Omit<ServiceEvent, "time"> {
  readonly source: EventSource;
  readonly level: EventLevel;
}

interface Cause {
  readonly error?: number;
  readonly detail?: string;
}

function event(
  [source, id, level]: readonly [EventSource, number, EventLevel],
  text: string,
  cause: Cause | null,
): NewEvent {
  return cause === null ? { source, id, level, text } : { source, id, level, text, ...cause };
}

/** 15005: the service cannot listen on an address and port. `endpoint` is `192.168.33.1:443`. */
export function bindFailed(endpoint: string, cause: Cause): NewEvent {
  return event(
    ["HTTP", 15005, "error"],
    `Unable to bind to the underlying transport for ${endpoint}. The IP Listen-Only list may ` +
      "contain a reference to an interface which may not exist on this machine. The data field " +
      "contains the error number.",
    cause,
  );
}

/** 15007: a URL reservation was added. */
export function reservationAdded(urlPrefix: string): NewEvent {
  return event(
    ["HTTP", 15007, "information"],
    `Reservation for the namespace identified by URL prefix ${urlPrefix} was successfully added.`,
    null,
  );
}

/** 15008: a URL reservation was deleted. */
export function reservationDeleted(urlPrefix: string): NewEvent {
  return event(
    ["HTTP", 15008, "information"],
    `Reservation for namespace identified by URL prefix ${urlPrefix} was successfully deleted.`,
    null,
  );
}

/** 15014: an entry of the inclusion list is not an address. */
export function listEntryUnusable(entry: string, cause: Cause): NewEvent {
  return event(
    ["HTTP", 15014, "error"],
    `Unable to convert IP Listen-Only list entry ${entry}. The data field contains the error ` +
      "number.",
    cause,
  );
}

/** 1003: a binding of a site is not a URL. */
export function urlInvalid(urlPrefix: string, site: string, cause: Cause): NewEvent {
  return event(
    ["W3SVC", 1003, "error"],
    `Cannot register the URL prefix '${urlPrefix}' for site '${site}'. The URL may be invalid. ` +
      "The site has been deactivated. The data field contains the error number.",
    cause,
  );
}

/** 1004: the address of a site is not on the list, or not on this machine. */
export function siteDeactivated(urlPrefix: string, site: string, cause: Cause): NewEvent {
  return event(
    ["W3SVC", 1004, "error"],
    `Cannot register the URL prefix '${urlPrefix}' for site '${site}'. The site has been ` +
      "deactivated. The data field contains the error number.",
    cause,
  );
}

/** 1007: a binding of a site is in use by another site or another program. */
export function bindingInUse(urlPrefix: string, site: string, cause: Cause): NewEvent {
  return event(
    ["W3SVC", 1007, "error"],
    `Cannot register the URL prefix '${urlPrefix}' for site '${site}'. The necessary network ` +
      "binding may already be in use. The site has been deactivated. The data field contains the " +
      "error number.",
    cause,
  );
}

/** 7035: a control was sent to a service. */
export function controlSent(service: string, control: "start" | "stop"): NewEvent {
  return event(
    ["Service Control Manager", 7035, "information"],
    `The ${service} service was successfully sent a ${control} control.`,
    null,
  );
}

/** 7036: a service entered a new state. */
export function stateEntered(service: string, state: "running" | "stopped" | "paused"): NewEvent {
  return event(
    ["Service Control Manager", 7036, "information"],
    `The ${service} service entered the ${state} state.`,
    null,
  );
}

/** Our own: a log cannot be written, or can be written again (`reason` null). */
export function logTrouble(log: string, reason: string | null, lostLines: number): NewEvent {
  const text = reason === null
    ? `The log ${log} is being written again. ${lostLines} lines were lost.`
    : `The log ${log} cannot be written: ${reason}. Requests are served, log lines are lost.`;
  return event(["httpcfg", 1, reason === null ? "information" : "warning"], text, null);
}

/** Our own: a part of the run directory was gone, and has been made again. */
export function runFolderRestored(part: string): NewEvent {
  const text = `The ${part} in the run directory was gone. It has been made again.`;
  return event(["httpcfg", 30, "warning"], text, null);
}

/** Our own: a part of the run directory is not what it should be. */
export function runFolderTrouble(part: string, reason: string): NewEvent {
  const text = `The ${part} in the run directory cannot be used: ${reason}.`;
  return event(["httpcfg", 31, "error"], text, null);
}

/** Our own: an unconfirmed change could not be reverted; it will be tried again. */
export function revertFailed(reason: string): NewEvent {
  const text = `The unconfirmed change cannot be reverted: ${reason}. It will be tried again.`;
  return event(["httpcfg", 32, "error"], text, null);
}

/** Our own: listening has started or stopped at run time. `endpoint` is `192.168.33.1:443`. */
export function listeningChanged(
  endpoint: string,
  change: "started" | "stopped",
  detail: string,
): NewEvent {
  const text = `Listening on ${endpoint} has ${change}: ${detail}.`;
  return event(["httpcfg", 2, "information"], text, null);
}

/** Our own: an unconfirmed change was reverted. */
export function changeReverted(): NewEvent {
  const text = "The configuration was not confirmed in time. The previous one has been restored.";
  return event(["httpcfg", 3, "warning"], text, null);
}

/**
 * 15021: the certificate of ssl records cannot be used. Our own `detail` says which one remains in
 * use. `keys` are the keys of the records, such as `0.0.0.0:443`.
 */
export function certificateKept(keys: readonly string[], reason: string): NewEvent {
  return event(
    ["HTTP", 15021, "error"],
    `An error occurred while using SSL configuration for endpoint ${keys.join(", ")}. The error ` +
      "status code is contained within the returned data.",
    { error: 1312, detail: `The previous certificate remains in use. ${reason}` },
  );
}

/** Our own: a certificate was replaced in its file, and the new one is served from now on. */
export function certificateReplaced(
  keys: readonly string[],
  file: string,
  hash: string,
): NewEvent {
  const text =
    `The certificate of ${keys.join(", ")} was replaced in ${file}. New connections use ` +
    `the one with the thumbprint ${hash}.`;
  return event(["httpcfg", 10, "information"], text, null);
}

/** Our own: a certificate that is served has expired. */
export function certificateExpired(file: string, notAfter: string): NewEvent {
  const text = `The certificate in ${file} expired on ${notAfter}. Clients will reject it.`;
  return event(["httpcfg", 11, "warning"], text, null);
}

/** Our own: what certificates of clients are judged by is not as it should be. */
export function clientTrustTrouble(what: string): NewEvent {
  const text = `Certificates of clients cannot be judged as they should be: ${what}.`;
  return event(["httpcfg", 12, "warning"], text, null);
}

/** Our own: a part of an ssl record has no effect here. */
export function sslWithoutEffect(key: string, what: string): NewEvent {
  const text = `The SSL configuration for endpoint ${key} is not in effect as a whole: ${what}.`;
  return event(["httpcfg", 13, "warning"], text, null);
}

/** Our own: a program that has registered a URL did not respond as it must. */
export function programFailed(urlPrefix: string, target: string, what: string): NewEvent {
  const text = `The program at ${target}, registered for ${urlPrefix}, does not respond correctly.`;
  return event(["httpcfg", 20, "warning"], text, { detail: what });
}

/** Our own: an upstream of a site gets no requests any more, unless no other one is left. */
export function upstreamDown(upstream: string, site: string, cause: string): NewEvent {
  const text = `The upstream ${upstream} of site '${site}' is down.`;
  return event(["httpcfg", 21, "warning"], text, { detail: cause });
}

/** Our own: an upstream of a site that was down responds again. */
export function upstreamUp(upstream: string, site: string): NewEvent {
  const text = `The upstream ${upstream} of site '${site}' responds again.`;
  return event(["httpcfg", 22, "information"], text, null);
}

/** Our own: an upstream of a site did not respond as it must to a request. */
export function upstreamFailed(upstream: string, site: string, what: string): NewEvent {
  const text = `The upstream ${upstream} of site '${site}' does not respond correctly.`;
  return event(["httpcfg", 23, "warning"], text, { detail: what });
}

/** Our own: a process that serves has ended by itself, or did not respond any more. */
export function workerEnded(pid: number): NewEvent {
  const text =
    `The worker process ${pid} has ended. Its connections are lost, and another takes its ` +
    "place.";
  return event(["httpcfg", 40, "warning"], text, null);
}

/** Our own: a process that should serve cannot be started. */
export function workerFailed(reason: string): NewEvent {
  return event(["httpcfg", 41, "error"], `A worker process cannot be started: ${reason}.`, null);
}

/** Our own: the number of processes that serve has changed. */
export function workersChanged(count: number): NewEvent {
  const text = count === 1
    ? "The process of the service serves alone."
    : `${count} worker processes serve.`;
  return event(["httpcfg", 42, "information"], text, null);
}

/** Our own: a certificate was obtained, or renewed, by ACME. */
export function acmeObtained(
  names: readonly string[],
  { server, notAfter }: { readonly server: string; readonly notAfter: string },
): NewEvent {
  const text = `A certificate for ${names.join(", ")} was obtained from ${server}. It expires on ` +
    `${notAfter}.`;
  return event(["httpcfg", 60, "information"], text, null);
}

/** Our own: a certificate could not be obtained, or renewed, by ACME. */
export function acmeFailed(
  names: readonly string[],
  { reason, retryAt, notAfter }: {
    readonly reason: string;
    readonly retryAt: string;
    /** When the one in use expires; null if there is none. */
    readonly notAfter: string | null;
  },
): NewEvent {
  const inUse = notAfter === null ? "" : ` The one in use expires on ${notAfter}.`;
  const text = `A certificate for ${names.join(", ")} cannot be obtained: ${reason}. The next ` +
    `attempt is at ${retryAt}.${inUse}`;
  return event(["httpcfg", 61, "warning"], text, null);
}

/** Our own: spans do not reach the collector of traces, or do again (`reason` null). */
export function tracesTrouble(target: string, reason: string | null, lostSpans: number): NewEvent {
  const text = reason === null
    ? `Spans are sent to ${target} again. ${lostSpans} were lost since the start.`
    : `Spans cannot be sent to ${target}: ${reason}. Requests are served, spans may be lost.`;
  return event(["httpcfg", 80, reason === null ? "information" : "warning"], text, null);
}
