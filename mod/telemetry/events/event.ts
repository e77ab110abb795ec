/**
 * Events of the service in the words of the originals: the System log's of HTTP.sys (source HTTP),
 * of the WWW service (W3SVC), and of the service controller.
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
  /** Win32 code of the original's data field; absent where there is none. */
  readonly error?: number;
  /** What this machine says about the cause; ours, beside the original's text. */
  readonly detail?: string;
}

type EventSource = "HTTP" | "W3SVC" | "Service Control Manager" | "httpcfg";
type EventLevel = "information" | "warning" | "error";

/** Before an event has its time. */
export interface NewEvent extends Omit<ServiceEvent, "time"> {
  readonly source: EventSource;
  readonly level: EventLevel;
}

interface Cause {
  readonly error: number;
  readonly detail?: string;
}

function event(
  [source, id, level]: readonly [EventSource, number, EventLevel],
  text: string,
  cause: Cause | null,
): NewEvent {
  return cause === null ? { source, id, level, text } : { source, id, level, text, ...cause };
}

/** 15005: an address and port cannot be listened on. `endpoint` is `192.168.33.1:443`. */
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

/** 15014: an entry of the inclusion list is no address. */
export function listEntryUnusable(entry: string, cause: Cause): NewEvent {
  return event(
    ["HTTP", 15014, "error"],
    `Unable to convert IP Listen-Only list entry ${entry}. The data field contains the error ` +
      "number.",
    cause,
  );
}

/** 1003: a site's binding is no URL. */
export function urlInvalid(urlPrefix: string, site: string, cause: Cause): NewEvent {
  return event(
    ["W3SVC", 1003, "error"],
    `Cannot register the URL prefix '${urlPrefix}' for site '${site}'. The URL may be invalid. ` +
      "The site has been deactivated. The data field contains the error number.",
    cause,
  );
}

/** 1004: a site's address is not included, or not on this machine. */
export function siteDeactivated(urlPrefix: string, site: string, cause: Cause): NewEvent {
  return event(
    ["W3SVC", 1004, "error"],
    `Cannot register the URL prefix '${urlPrefix}' for site '${site}'. The site has been ` +
      "deactivated. The data field contains the error number.",
    cause,
  );
}

/** 1007: a site's binding is in use, by another site or another program. */
export function bindingInUse(urlPrefix: string, site: string, cause: Cause): NewEvent {
  return event(
    ["W3SVC", 1007, "error"],
    `Cannot register the URL prefix '${urlPrefix}' for site '${site}'. The necessary network ` +
      "binding may already be in use. The site has been deactivated. The data field contains the " +
      "error number.",
    cause,
  );
}

/** 7035: a service was told to do something. */
export function controlSent(service: string, control: "start" | "stop"): NewEvent {
  return event(
    ["Service Control Manager", 7035, "information"],
    `The ${service} service was successfully sent a ${control} control.`,
    null,
  );
}

/** 7036: a service is in a new state. */
export function stateEntered(service: string, state: "running" | "stopped" | "paused"): NewEvent {
  return event(
    ["Service Control Manager", 7036, "information"],
    `The ${service} service entered the ${state} state.`,
    null,
  );
}

/** Ours: a log cannot be written, or can be again (`error` null). */
export function logTrouble(folder: string, reason: string | null, lostLines: number): NewEvent {
  const text = reason === null
    ? `The log in ${folder} is written again. ${lostLines} lines are missing.`
    : `The log in ${folder} cannot be written: ${reason}. Requests are answered, lines are lost.`;
  return event(["httpcfg", 1, reason === null ? "information" : "warning"], text, null);
}

/** Ours: the service began or ceased to listen while it ran. `endpoint` is `192.168.33.1:443`. */
export function listeningChanged(
  endpoint: string,
  change: "started" | "stopped",
  detail: string,
): NewEvent {
  const text = `Listening on ${endpoint} has ${change}: ${detail}.`;
  return event(["httpcfg", 2, "information"], text, null);
}

/** Ours: an unconfirmed change came back. */
export function changeReverted(): NewEvent {
  const text = "The configuration was not confirmed in time. The one before it is back.";
  return event(["httpcfg", 3, "warning"], text, null);
}

/**
 * 15021: the certificate of ssl records cannot be used; ours in `detail`: which one goes on.
 * `keys` are the records, `0.0.0.0:443`.
 */
export function certificateKept(keys: readonly string[], reason: string): NewEvent {
  return event(
    ["HTTP", 15021, "error"],
    `An error occurred while using SSL configuration for endpoint ${keys.join(", ")}. The error ` +
      "status code is contained within the returned data.",
    { error: 1312, detail: `The certificate of before stays in force. ${reason}` },
  );
}

/** Ours: the file of a certificate holds a new one, which is served from now on. */
export function certificateReplaced(
  keys: readonly string[],
  file: string,
  hash: string,
): NewEvent {
  const text =
    `The certificate of ${keys.join(", ")} was replaced in ${file}. New connections get ` +
    `the one with the thumbprint ${hash}.`;
  return event(["httpcfg", 10, "information"], text, null);
}

/** Ours: a certificate that is served has expired. */
export function certificateExpired(file: string, notAfter: string): NewEvent {
  const text = `The certificate in ${file} expired on ${notAfter}. Clients will refuse it.`;
  return event(["httpcfg", 11, "warning"], text, null);
}
