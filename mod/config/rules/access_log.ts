/**
 * How requests are logged: the formats, where lines go, and the fields of a line in JSON. The checks,
 * the manual page and the lines themselves are made from these tables.
 *
 * @module
 */

/** The values of AccessLogFormat. */
export const ACCESS_LOG_FORMATS = ["w3c", "json", "combined"] as const;
export type AccessLogFormat = typeof ACCESS_LOG_FORMATS[number];

/** The values of AccessLogTarget. */
export const ACCESS_LOG_TARGETS = ["file", "stdout", "syslog"] as const;
export type AccessLogTarget = typeof ACCESS_LOG_TARGETS[number];

interface FieldRow {
  /** Whether it is logged if AccessLogFields says nothing. */
  readonly isUsual: boolean;
  readonly summary: string;
}

function usual(summary: string): FieldRow {
  return { isUsual: true, summary };
}

function more(summary: string): FieldRow {
  return { isUsual: false, summary };
}

/**
 * The fields of a line in JSON, with the names of the Elastic Common Schema (8.x): `url.path` is the
 * member `path` of the object `url`. What is ours alone is below `httpcfg`. A field without a value is
 * absent from the line. The usual ones are few: what a log costs goes with its bytes.
 */
export const ACCESS_LOG_FIELDS = {
  "@timestamp": usual("when the response ended, in UTC: 2026-11-27T12:05:15.042Z"),
  "client.ip": usual("address of the client, as a trusted proxy names it"),
  "client.port": more("port of the client"),
  "server.address": usual("address that the client has connected to"),
  "server.port": more("port that the client has connected to"),
  "host.hostname": more("name of this machine"),
  "httpcfg.site.id": more("number of the site"),
  "httpcfg.site.name": usual("name of the site"),
  "url.scheme": more("http or https"),
  "url.domain": usual("host of the request, without its port"),
  "url.path": usual("path as sent, before escapes are decoded"),
  "url.query": usual("query as sent, which may have secrets; leave it out to log none"),
  "user_agent.original": usual("User-Agent"),
  "http.version": more("1.0 or 1.1"),
  "http.request.method": usual("method as sent"),
  "http.request.referrer": usual("Referer"),
  "http.request.id": usual("identifier of the request, if EnableRequestIds is true"),
  "http.request.bytes": more("bytes received, head and content"),
  "http.response.status_code": usual("status"),
  "http.response.bytes": usual("bytes sent, head and content"),
  "http.response.body.bytes": more("bytes of content sent"),
  "httpcfg.substatus": more("what IIS adds to the status, the 6 of 403.6"),
  "httpcfg.win32_status": more("0, or 64 if the client went away"),
  "event.duration": usual("nanoseconds from the first byte received to the last one sent"),
  "user.name": usual("who has given a password"),
  "trace.id": usual("the trace that the request belongs to"),
} as const satisfies Readonly<Record<string, FieldRow>>;

export type AccessLogField = keyof typeof ACCESS_LOG_FIELDS;

/** The names of all fields, in the order of their table. */
export const ACCESS_LOG_FIELD_NAMES = Object.keys(ACCESS_LOG_FIELDS) as readonly AccessLogField[];

/** Returns the fields of a line: those that are chosen, or the usual ones if none is. */
export function loggedFields(chosen: readonly string[]): ReadonlySet<AccessLogField> {
  return new Set(ACCESS_LOG_FIELD_NAMES.filter((name) => {
    return chosen.length === 0 ? ACCESS_LOG_FIELDS[name].isUsual : chosen.includes(name);
  }));
}

/** What a sampled path may be: as requests have it when escapes are decoded. */
// deno-lint-ignore no-control-regex -- these are what it must not have
export const LOG_SAMPLE_PATH: RegExp = /^\/[^\x00-\x1f\x7f?#]*$/;
/** Of so many requests at most one is logged. */
export const LOG_SAMPLE_MAX = 1_000_000;

/** A path of which one request of some is logged: a health check. */
export interface LogSample {
  /** The path and what is below it, decoded. */
  readonly path: string;
  /** One request of so many. */
  readonly of: number;
}

/** What a site says of its log; what is absent is as the settings of the service say. */
export interface SiteAccessLog {
  readonly format?: AccessLogFormat | undefined;
  readonly target?: AccessLogTarget | undefined;
  /** What failed, with a status of 400 or above, is always logged. */
  readonly sample?: readonly LogSample[] | undefined;
}
