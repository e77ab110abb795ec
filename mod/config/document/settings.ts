/**
 * The settings of the HTTP service, with the names, defaults and ranges of HTTP.sys (KB 820129,
 * "Server Timeouts Property", IIS 6 metabase), or our own if it had none. One row for each setting;
 * the checks, the manual page and the schema are made from these rows.
 *
 * The document stores only the settings that differ from their default. `profiles.ts` has sets of
 * them, and says why the time-outs are as long as they are.
 *
 * @module
 */
import {
  ACCESS_LOG_FIELD_NAMES,
  ACCESS_LOG_FORMATS,
  ACCESS_LOG_TARGETS,
  type AccessLogFormat,
  type AccessLogTarget,
} from "../rules/access_log.ts";

interface NumberSetting {
  readonly kind: "number";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** The bits that a value may have, if it is a sum of bits. */
  readonly bits?: number;
  readonly unit: string;
  readonly summary: string;
}

interface ChoiceSetting {
  readonly kind: "choice";
  readonly default: string;
  readonly choices: readonly string[];
  readonly summary: string;
}

interface BooleanSetting {
  readonly kind: "boolean";
  readonly default: boolean;
  readonly summary: string;
}

/** A number, or a word for one that depends on the machine. */
interface NumberOrWordSetting extends Omit<NumberSetting, "kind" | "default"> {
  readonly kind: "numberOrWord";
  readonly default: string;
  readonly words: readonly string[];
}

/** A list of names, by default none. */
interface NamesSetting {
  readonly kind: "names";
  readonly default: readonly string[];
  readonly choices: readonly string[];
  readonly summary: string;
}

/** A text of one form. */
interface TextSetting {
  readonly kind: "text";
  readonly default: string;
  readonly pattern: RegExp;
  /** What it must be, for people. */
  readonly expected: string;
  readonly summary: string;
}

/** A list of address blocks (`address_block.ts`), by default none. */
interface BlocksSetting {
  readonly kind: "blocks";
  readonly default: readonly string[];
  readonly summary: string;
}

export type SettingRow =
  | NumberSetting
  | ChoiceSetting
  | BooleanSetting
  | NumberOrWordSetting
  | NamesSetting
  | TextSetting
  | BlocksSetting;

const UNLIMITED = 4294967295;

/**
 * Nothing below /dev, /proc and /sys: the runtime opens none of it for a program that does not have
 * every permission. A host is a name, an IPv4 address, or an IPv6 address in brackets. */
const SYSLOG_PLACE =
  /^(?:local|unix:(?!\/(?:dev|proc|sys)\/)\/[^\0]{1,107}|(?:udp|tcp):(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\]):(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))$/;

function number(
  value: number,
  [min, max]: readonly [number, number],
  unit: string,
  summary: string,
): NumberSetting {
  return { kind: "number", default: value, min, max, unit, summary };
}

/** A sum of `bits`. */
function flags(value: number, bits: number, summary: string): NumberSetting {
  return { kind: "number", default: value, min: 0, max: bits, bits, unit: "bits", summary };
}

function choice<C extends string>(
  value: C,
  choices: readonly C[],
  summary: string,
): ChoiceSetting & { readonly default: C; readonly choices: readonly C[] } {
  return { kind: "choice", default: value, choices, summary };
}

function boolean(value: boolean, summary: string): BooleanSetting {
  return { kind: "boolean", default: value, summary };
}

function blocks(summary: string): BlocksSetting {
  return { kind: "blocks", default: [], summary };
}

/** Every setting. Times are in seconds, as in the old tools, unless the unit says otherwise. */
export const SETTINGS = {
  MaxFieldLength: number(16384, [64, 65534], "bytes", "maximum length of a single header field"),
  MaxRequestBytes: number(
    16384,
    [256, 16777216],
    "bytes",
    "maximum size of the request line and all header fields",
  ),
  MaxFieldCount: number(200, [1, 10000], "fields", "maximum number of header fields in a request"),
  UrlSegmentMaxLength: number(
    260,
    [0, 32766],
    "characters",
    "maximum length of a path segment; 0 is unlimited",
  ),
  UrlSegmentMaxCount: number(
    255,
    [0, 16383],
    "segments",
    "maximum number of path segments; 0 is unlimited",
  ),
  AllowRestrictedChars: boolean(
    false,
    "accept escaped control characters in URLs, except for NUL",
  ),
  PercentUAllowed: boolean(false, "accept %uNNNN in URLs"),
  EnableNonUTF8: boolean(false, "accept URLs that are not UTF-8, in Windows-1252"),
  FavorUTF8: boolean(true, "with EnableNonUTF8, read a URL as UTF-8 where it can be"),
  MaxRequestEntityAllowed: number(
    UNLIMITED,
    [0, UNLIMITED],
    "bytes",
    "maximum size of the request content; 4294967295 is unlimited",
  ),
  HeaderWaitTimeout: number(120, [1, 65535], "s", "time for a complete request head to arrive"),
  ConnectionTimeout: number(120, [1, 65535], "s", "time for an idle connection to send a request"),
  EntityBodyTimeout: number(
    120,
    [1, 65535],
    "s",
    "maximum time between two arrivals of request content",
  ),
  DrainEntityBodyTimeout: number(
    120,
    [1, 65535],
    "s",
    "time for request content to end if no site reads it",
  ),
  MinFileBytesPerSec: number(
    240,
    [0, UNLIMITED],
    "bytes/s",
    "minimum transfer rate of a client; 0 is any rate",
  ),
  ShutdownGraceTimeout: number(
    30,
    [0, 3600],
    "s",
    "time for responses in flight to end when a socket closes",
  ),
  MaxConnections: number(
    UNLIMITED,
    [1, UNLIMITED],
    "connections",
    "maximum number of connections to the service",
  ),
  MaxConnectionsPerAddress: number(
    UNLIMITED,
    [1, UNLIMITED],
    "connections",
    "maximum number of connections from one client",
  ),
  TunnelIdleTimeout: number(
    3600,
    [1, 4294967],
    "s",
    "time for a WebSocket to carry a byte in either direction",
  ),
  MaxTunnelsPerAddress: number(
    1024,
    [1, UNLIMITED],
    "connections",
    "maximum number of WebSockets from one client, IPv6 clients by their /64",
  ),
  ProxyProtocol: blocks("peers whose connections must begin with a PROXY header, version 1 or 2"),
  TrustedProxies: blocks("peers whose X-Forwarded-For or Forwarded field names the client"),
  EnableRequestIds: boolean(
    false,
    "identify each request by X-Request-ID in its response and to programs behind the service; " +
      "one of TrustedProxies is taken over",
  ),
  ServerListenBacklog: number(
    511,
    [5, 65535],
    "connections",
    "maximum number of connections waiting to be accepted, per socket",
  ),
  Workers: {
    kind: "numberOrWord",
    default: "default",
    words: ["default", "auto"],
    min: 1,
    max: 256,
    unit: "processes",
    summary: "processes that serve; auto: one per core; default: the same from 8 cores on, else 1",
  },
  UriEnableCache: boolean(true, "cache small responses"),
  UriMaxUriBytes: number(262144, [4096, 16777216], "bytes", "maximum size of a cached response"),
  UriScavengerPeriod: number(
    120,
    [10, UNLIMITED],
    "s",
    "time after which an unused cached response is dropped",
  ),
  DisableServerHeader: number(
    0,
    [0, 2],
    "",
    "Server field: 0 sends it, 1 omits it in error responses, 2 never sends it",
  ),
  EnableErrorLogging: boolean(true, "write the HTTPERR log"),
  ErrorLogFileTruncateSize: number(
    1048576,
    [1048576, UNLIMITED],
    "bytes",
    "size at which a new HTTPERR log file begins",
  ),
  ErrorLoggingFields: flags(0x7c884c7, 0x7c884e7, "the fields of the HTTPERR log"),
  ErrorLoggingRolloverType: number(
    0,
    [0, 4],
    "",
    "when a new HTTPERR log file begins: 0 by size alone, 1 daily, 2 weekly, 3 monthly, 4 hourly",
  ),
  ErrorLoggingLocaltimeRollover: boolean(
    false,
    "begin the files of ErrorLoggingRolloverType by local time instead of UTC",
  ),
  LogEnabled: boolean(true, "write the access logs of the sites"),
  AccessLogFormat: choice<AccessLogFormat>(
    "w3c",
    ACCESS_LOG_FORMATS,
    "form of the access logs: W3C extended, a JSON object a line, or combined of Apache and nginx",
  ),
  AccessLogTarget: choice<AccessLogTarget>(
    "file",
    ACCESS_LOG_TARGETS,
    "where the access logs go: files, stdout of the service, or AccessLogSyslog",
  ),
  AccessLogFields: {
    kind: "names",
    default: [],
    choices: ACCESS_LOG_FIELD_NAMES,
    summary: "the fields of a line in JSON; none stands for the usual ones",
  },
  AccessLogSyslog: {
    kind: "text",
    default: "local",
    pattern: SYSLOG_PLACE,
    expected: "local, unix:PATH outside /dev, udp:HOST:PORT or tcp:HOST:PORT",
    summary: "where AccessLogTarget syslog sends lines: local is the socket of the journal",
  },
  LogFileTruncateSize: number(
    20971520,
    [1048576, UNLIMITED],
    "bytes",
    "size at which a new access log file begins",
  ),
  LogExtFileFlags: number(0x218fdf, [0, 0x3fffff], "bits", "the fields of the W3C log"),
  SslThrottle: number(
    0,
    [0, UNLIMITED],
    "handshakes",
    "maximum number of TLS handshakes at one time, in each process; 0 stands for 1024",
  ),
  AcmeHttpPort: number(
    80,
    [1, 65535],
    "",
    "port that answers the challenges of ACME; the authority asks on port 80",
  ),
  applyChanges: choice<string>(
    "restart",
    ["restart", "live"],
    "restart: the running service keeps its list until it restarts; live: it applies each change",
  ),
  AddressWatchInterval: number(
    2000,
    [100, 3600000],
    "ms",
    "interval at which the interfaces are checked",
  ),
} as const satisfies Readonly<Record<string, SettingRow>>;

export type SettingName = keyof typeof SETTINGS;

type Widen<T> = T extends number ? number
  : T extends boolean ? boolean
  : T extends string ? string
  : readonly string[];

type ValueOf<R extends SettingRow> = R["kind"] extends "numberOrWord" ? number | string
  : R extends { readonly kind: "choice"; readonly choices: readonly (infer C)[] } ? C
  : Widen<R["default"]>;

/** All settings with their values. */
export type Settings = {
  readonly [K in SettingName]: ValueOf<(typeof SETTINGS)[K]>;
};

/** The settings that the document contains; the others have their defaults. */
export type StoredSettings = { readonly [K in SettingName]?: Settings[K] | undefined };

export const DEFAULT_SETTINGS: Settings = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, row]) => [name, row.default]),
) as Settings;

/** Reports whether `value` is the default of the setting `name`, which is not stored. */
export function isDefault(name: SettingName, value: unknown): boolean {
  const usual = DEFAULT_SETTINGS[name];
  return value === usual || (Array.isArray(value) && Array.isArray(usual) && value.length === 0);
}

/** Returns all settings: the stored ones, and the defaults of the others. */
export function effectiveSettings(stored: StoredSettings): Settings {
  return { ...DEFAULT_SETTINGS, ...stored } as Settings;
}

/** Settings of HTTP.sys that cannot act here: why, and the command for what they are used for. */
export const REFUSED_SETTINGS: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  AllowCaseInsensitiveVerbs: ["methods are case-sensitive (RFC 9110)", "httpcfg logs httperr"],
  AllowUnEscapedRestrictedChars: [
    "a control character that is not escaped ends a request line for other programs",
    "httpcfg settings set AllowRestrictedChars true",
  ],
  AllowWeakHeaderNameSyntax: [
    "a field name that programs read in different ways smuggles requests",
    "httpcfg logs httperr",
  ],
  AllowWeakHeaderValueSyntax: [
    "a field value that programs read in different ways smuggles requests",
    "httpcfg logs httperr",
  ],
  EnableAggressiveMemoryUsage: [
    "there is no pool of the kernel that could be used up",
    "httpcfg settings get MaxConnections",
  ],
  ErrorLoggingDir: [
    "all logs are in the log directory of the service",
    "httpcfg logs httperr",
  ],
  MaxBufferedSendBytes: [
    "responses are sent as the client receives them",
    "httpcfg settings get MinFileBytesPerSec",
  ],
  MaxBytesPerSend: [
    "the system chooses the size of the TCP window",
    "httpcfg settings get MinFileBytesPerSec",
  ],
  MaxEndpoints: ["each address that a site is bound to is an endpoint", "httpcfg plan"],
};
