/**
 * Settings of the HTTP service: HTTP.sys's names, defaults and ranges (KB 820129, "Server Timeouts
 * Property", IIS 6 metabase), ours where it had none. One row a setting; the checks, the help and the
 * schema read these rows.
 *
 * The document stores only what differs from the default.
 *
 * @module
 */

interface NumberSetting {
  readonly kind: "number";
  readonly default: number;
  readonly min: number;
  readonly max: number;
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

export type SettingRow = NumberSetting | ChoiceSetting | BooleanSetting;

const UNLIMITED = 4294967295;

function number(
  value: number,
  [min, max]: readonly [number, number],
  unit: string,
  summary: string,
): NumberSetting {
  return { kind: "number", default: value, min, max, unit, summary };
}

function boolean(value: boolean, summary: string): BooleanSetting {
  return { kind: "boolean", default: value, summary };
}

/** Every setting there is. Times are seconds, as the old tools have them, unless the unit says else. */
export const SETTINGS = {
  MaxFieldLength: number(16384, [64, 65534], "bytes", "longest single header field"),
  MaxRequestBytes: number(16384, [256, 16777216], "bytes", "request line and all header fields"),
  MaxFieldCount: number(200, [1, 10000], "fields", "header fields of one request"),
  UrlSegmentMaxLength: number(260, [0, 32766], "characters", "one path segment; 0 is unlimited"),
  UrlSegmentMaxCount: number(255, [0, 16383], "segments", "path segments; 0 is unlimited"),
  MaxRequestEntityAllowed: number(
    UNLIMITED,
    [0, UNLIMITED],
    "bytes",
    "largest request body; 4294967295 is unlimited",
  ),
  HeaderWaitTimeout: number(120, [1, 65535], "s", "for a request head to arrive whole"),
  ConnectionTimeout: number(120, [1, 65535], "s", "for an idle connection to send a request"),
  EntityBodyTimeout: number(120, [1, 65535], "s", "between two arrivals of a request body"),
  DrainEntityBodyTimeout: number(120, [1, 65535], "s", "for a body that no site reads to end"),
  MinFileBytesPerSec: number(240, [0, UNLIMITED], "bytes/s", "slowest client; 0 is any speed"),
  ShutdownGraceTimeout: number(30, [0, 3600], "s", "for answers in flight when a socket closes"),
  MaxConnections: number(UNLIMITED, [1, UNLIMITED], "connections", "of the whole service"),
  MaxConnectionsPerAddress: number(UNLIMITED, [1, UNLIMITED], "connections", "of one client"),
  ServerListenBacklog: number(511, [5, 65535], "connections", "waiting to be accepted, a socket"),
  UriEnableCache: boolean(true, "keep small responses ready to send"),
  UriMaxUriBytes: number(262144, [4096, 16777216], "bytes", "largest response kept ready"),
  UriScavengerPeriod: number(120, [10, UNLIMITED], "s", "unused ready responses are dropped after"),
  DisableServerHeader: number(0, [0, 2], "", "0 sends Server, 1 not on our own answers, 2 never"),
  EnableErrorLogging: boolean(true, "write the HTTPERR log"),
  ErrorLogFileTruncateSize: number(1048576, [1048576, UNLIMITED], "bytes", "HTTPERR file size"),
  LogEnabled: boolean(true, "write the W3C log of the sites"),
  LogFileTruncateSize: number(20971520, [1048576, UNLIMITED], "bytes", "W3C log file size"),
  LogExtFileFlags: number(0x218fdf, [0, 0x3fffff], "bits", "fields of the W3C log"),
  applyChanges: {
    kind: "choice",
    default: "restart",
    choices: ["restart", "live"],
    summary: "restart: the running service keeps its list until restarted; live: applies a write",
  },
  AddressWatchInterval: number(2000, [100, 3600000], "ms", "between two looks at the interfaces"),
} as const satisfies Readonly<Record<string, SettingRow>>;

export type SettingName = keyof typeof SETTINGS;

type Widen<T> = T extends number ? number : T extends boolean ? boolean : string;

/** Every setting with its value. */
export type Settings = {
  readonly [K in SettingName]: Widen<(typeof SETTINGS)[K]["default"]>;
};

/** The settings that the document names; the others have their default. */
export type StoredSettings = { readonly [K in SettingName]?: Settings[K] | undefined };

export const DEFAULT_SETTINGS: Settings = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, row]) => [name, row.default]),
) as Settings;

/** All settings: what is stored, over the defaults. */
export function effectiveSettings(stored: StoredSettings): Settings {
  return { ...DEFAULT_SETTINGS, ...stored } as Settings;
}
