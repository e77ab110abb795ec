/**
 * A small MBSchema.xml: the metabase properties that this program knows, one row each, with the id,
 * type, default and inheritance of the IIS 6.0 schema and the types of key that may have them.
 *
 * Those that nothing here has a use for are in `kept_properties.ts`. Sources disagree about the
 * defaults of DisableSocketPooling and MaxConnections: ARCHITECTURE.md, "Decisions".
 *
 * @module
 */
import type { MetabaseValue } from "../document/document.ts";
import { KEPT_PROPERTIES } from "./kept_properties.ts";
import {
  bitRows,
  CONTENT,
  DWORD_MAX as MAX,
  FILES,
  KEY_TYPES,
  type KeyType,
  POOLS,
  type PropertyRow,
  type PropertyType,
  row,
  SERVICE,
  SERVICE_SITE,
  SITE,
} from "./property.ts";
import { SSL_ACCESS, SSL_MAP_CERT } from "../rules/ssl_access.ts";

const LOG_FLAGS = row(["LogExtFileFlags", 4013, "DWORD"], 0x218fdf, "inherits", SERVICE_SITE, {
  range: [0, 0x3fffff],
});
/** Fields of the W3C log, each a bit of LogExtFileFlags and a BOOL property `LogExtFile…`. */
const LOG_FIELDS: readonly (readonly [name: string, mask: number])[] = [
  ["Date", 0x1],
  ["Time", 0x2],
  ["ClientIp", 0x4],
  ["UserName", 0x8],
  ["SiteName", 0x10],
  ["ComputerName", 0x20],
  ["ServerIp", 0x40],
  ["Method", 0x80],
  ["UriStem", 0x100],
  ["UriQuery", 0x200],
  ["HttpStatus", 0x400],
  ["Win32Status", 0x800],
  ["BytesSent", 0x1000],
  ["BytesRecv", 0x2000],
  ["TimeTaken", 0x4000],
  ["ServerPort", 0x8000],
  ["UserAgent", 0x10000],
  ["Cookie", 0x20000],
  ["Referer", 0x40000],
  ["ProtocolVersion", 0x80000],
  ["Host", 0x100000],
  ["HttpSubStatus", 0x200000],
];

const BROWSE_FLAGS = row(["DirBrowseFlags", 6005, "DWORD"], 0x4000003e, "inherits", CONTENT);
const BROWSE_BITS = [
  ["DirBrowseShowDate", 0x2],
  ["DirBrowseShowTime", 0x4],
  ["DirBrowseShowSize", 0x8],
  ["DirBrowseShowExtension", 0x10],
  ["DirBrowseShowLongDate", 0x20],
  ["EnableDefaultDoc", 0x40000000],
  ["EnableDirBrowsing", 0x80000000],
] as const;

const ACCESS_FLAGS = row(["AccessFlags", 6016, "DWORD"], 1, "inherits", FILES, {
  range: [0, 0xffff],
});
const ACCESS_BITS = [
  ["AccessRead", 0x1],
  ["AccessWrite", 0x2],
  ["AccessExecute", 0x4],
  ["AccessSource", 0x10],
  ["AccessScript", 0x200],
  ["AccessNoRemoteWrite", 0x400],
  ["AccessNoRemoteRead", 0x1000],
  ["AccessNoRemoteExecute", 0x2000],
  ["AccessNoRemoteScript", 0x4000],
  ["AccessNoPhysicalDir", 0x8000],
] as const;

const AUTH_FLAGS = row(["AuthFlags", 6000, "DWORD"], 1, "inherits", FILES, { range: [0, 0x57] });
const AUTH_BITS = [
  ["AuthAnonymous", 0x1],
  ["AuthBasic", 0x2],
  ["AuthNTLM", 0x4],
  ["AuthMD5", 0x10],
  ["AuthPassport", 0x40],
] as const;

const ANY_NUMBER = { range: [0, MAX] } as const;
const TIMEOUT = { range: [1, 65535], outside: 120 } as const;
const LOG_SIZE = { range: [1048576, MAX] } as const;

const SSL_FLAGS = row(["AccessSSLFlags", 6030, "DWORD"], 0, "inherits", CONTENT, {
  range: [0, MAX],
});
/** What a site demands of TLS, each a bit of AccessSSLFlags. */
const SSL_BITS: readonly (readonly [name: string, mask: number])[] = [
  ["AccessSSL", SSL_ACCESS.Ssl],
  ["AccessSSLNegotiateCert", SSL_ACCESS.SslNegotiateCert],
  ["AccessSSLRequireCert", SSL_ACCESS.SslRequireCert],
  ["AccessSSLMapCert", SSL_MAP_CERT],
  ["AccessSSL128", SSL_ACCESS.Ssl128],
];

/** All properties, in the order in which ENUM lists them. */
export const PROPERTIES: readonly PropertyRow[] = [
  row(["KeyType", 1002, "STRING"], null, "own", KEY_TYPES),
  row(["MajorIIsVersionNumber", 1101, "DWORD"], 6, "own", ["IIsWebInfo"], { range: [4, 6] }),
  row(["MinorIIsVersionNumber", 1102, "DWORD"], 0, "own", ["IIsWebInfo"], { range: [0, 0] }),
  row(["ServerState", 1016, "DWORD"], 4, "own", SITE, { isReadOnly: true }),
  row(["ServerCommand", 1012, "DWORD"], null, "own", SITE, { range: [1, 4] }),
  row(["ServerComment", 1015, "STRING"], null, "own", SITE),
  row(["ServerAutoStart", 1017, "BOOL"], true, "own", SERVICE_SITE),
  row(["ServerBindings", 1023, "MULTISZ"], null, "own", SERVICE_SITE),
  row(["SecureBindings", 2021, "MULTISZ"], null, "own", SITE),
  row(["DisableSocketPooling", 1029, "BOOL"], false, "inherits", SERVICE_SITE),
  row(["ServerListenBacklog", 1019, "DWORD"], 40, "inherits", SERVICE_SITE, { range: [5, 500] }),
  row(["ServerListenTimeout", 1020, "DWORD"], 120, "inherits", SERVICE_SITE, { range: [0, MAX] }),
  row(["MaxConnections", 1014, "DWORD"], MAX, "inherits", SERVICE_SITE, { range: [1, MAX] }),
  row(["MaxEndpointConnections", 1024, "DWORD"], MAX, "inherits", SERVICE_SITE, ANY_NUMBER),
  row(["ConnectionTimeout", 1013, "DWORD"], 120, "inherits", SERVICE_SITE, TIMEOUT),
  row(["HeaderWaitTimeout", 9204, "DWORD"], 120, "inherits", SERVICE, { range: [1, 65535] }),
  row(["MinFileBytesPerSec", 9205, "DWORD"], 240, "inherits", SERVICE, { range: [0, MAX] }),
  row(["AllowKeepAlive", 6038, "BOOL"], true, "inherits", SERVICE_SITE),
  row(["MaxRequestEntityAllowed", 6051, "DWORD"], MAX, "inherits", SERVICE_SITE, ANY_NUMBER),
  row(["AppPoolQueueLength", 9017, "DWORD"], 1000, "inherits", POOLS, { range: [10, 65535] }),
  row(["LoadBalancerCapabilities", 9034, "DWORD"], 2, "inherits", POOLS, { range: [1, 2] }),
  row(["AppPoolId", 9101, "STRING"], "DefaultAppPool", "inherits", CONTENT),
  SSL_FLAGS,
  ...bitRows(SSL_FLAGS, SSL_BITS),
  row(["Path", 3001, "STRING"], null, "own", ["IIsWebVirtualDir"]),
  row(["DefaultDoc", 6006, "STRING"], "Default.htm,index.htm,index.html", "inherits", CONTENT),
  BROWSE_FLAGS,
  ...bitRows(BROWSE_FLAGS, BROWSE_BITS),
  row(["LogType", 4000, "DWORD"], 1, "inherits", SERVICE_SITE, { range: [0, 1] }),
  row(["LogFileDirectory", 4001, "EXPANDSZ"], null, "inherits", SERVICE_SITE),
  row(["LogFilePeriod", 4003, "DWORD"], 1, "inherits", SERVICE_SITE, { range: [0, 4] }),
  row(["LogFileTruncateSize", 4004, "DWORD"], 20971520, "inherits", SERVICE_SITE, LOG_SIZE),
  LOG_FLAGS,
  ...bitRows(LOG_FLAGS, LOG_FIELDS.map(([name, mask]) => [`LogExtFile${name}`, mask])),
  ACCESS_FLAGS,
  ...bitRows(ACCESS_FLAGS, ACCESS_BITS),
  AUTH_FLAGS,
  ...bitRows(AUTH_FLAGS, AUTH_BITS),
  row(["IPSecurity", 6019, "IPSEC"], null, "inherits", FILES),
  row(["HttpRedirect", 6011, "STRING"], null, "inherits", FILES),
  row(["HttpCustomHeaders", 6004, "MULTISZ"], null, "inherits", FILES),
  row(["HttpExpires", 6002, "STRING"], null, "inherits", FILES),
  row(["CacheControlNoCache", 6041, "BOOL"], false, "inherits", FILES),
  row(["CacheControlMaxAge", 6042, "DWORD"], null, "inherits", FILES),
  row(["CacheControlCustom", 6043, "STRING"], null, "inherits", FILES),
  row(["HttpErrors", 6008, "MULTISZ"], null, "inherits", FILES),
  row(["MimeMap", 6015, "MIMEMAP"], null, "inherits", FILES),
  row(["DontLog", 6023, "BOOL"], false, "inherits", FILES),
  ...KEPT_PROPERTIES,
];

const BY_NAME: ReadonlyMap<string, PropertyRow> = new Map(
  PROPERTIES.map((property) => [property.name.toLowerCase(), property]),
);

/** Returns the row of a property by its name, in any case. */
export function propertyRow(name: string): PropertyRow | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** Returns the canonical spelling of a KeyType; undefined if there is none with that name. */
export function keyTypeNamed(text: string): KeyType | undefined {
  return KEY_TYPES.find((type) => type.toLowerCase() === text.toLowerCase());
}

/** Returns the ADSI name of a type, which the old scripts print. */
export function adsiTypeName(
  type: PropertyType,
): string {
  switch (type) {
    case "DWORD":
      return "INTEGER";
    case "BOOL":
      return "BOOLEAN";
    case "MULTISZ":
      return "LIST";
    case "MIMEMAP":
      return "MimeMapList";
    case "IPSEC":
      return "IPSec";
    case "NTACL":
      return "NTAcl";
    default:
      return type;
  }
}

/**
 * Parses command-line arguments as a value of `property`; null if they are not one. A BOOL accepts
 * True, False, 1 and 0; a DWORD decimal or 0x hex digits; a list any number of arguments.
 */
export function parseValue(property: PropertyRow, texts: readonly string[]): MetabaseValue | null {
  if (property.type === "IPSEC" || property.type === "NTACL") return null;
  if (property.type === "MULTISZ" || property.type === "MIMEMAP") {
    return texts.filter((text) => text !== "");
  }
  const [text] = texts;
  if (text === undefined || texts.length > 1) return null;
  switch (property.type) {
    case "BOOL":
      return parseBoolean(text);
    case "DWORD":
      return parseInteger(property, text);
    default:
      return text;
  }
}

function parseBoolean(text: string): boolean | null {
  const word = text.toLowerCase();
  if (word === "true" || word === "1") return true;
  return word === "false" || word === "0" ? false : null;
}

function parseInteger(property: PropertyRow, text: string): number | null {
  if (!/^(?:[0-9]{1,10}|0[xX][0-9a-fA-F]{1,8})$/.test(text)) return null;
  const value = Number(text);
  const [min, max] = property.range ?? [0, MAX];
  if (value > MAX) return null;
  return value >= min && value <= max ? value : property.outside ?? null;
}
