/**
 * What is served, as values: everything that whoever serves clients has to know, and nothing that
 * belongs to one process. Pure.
 *
 * @module
 */
import type { Endpoint, Ip } from "../../base/address.ts";
import { atOnce } from "../../base/work/steps.ts";
import type { UrlPrefix } from "../../base/url_prefix.ts";
import type { UrlAclRecord } from "../../config/document/document.ts";
import type { ServedSite } from "../../config/metabase/site_values.ts";
import type { Settings } from "../../config/document/settings.ts";
import { sslKeysFor } from "../../config/certs/ssl_lookup.ts";
import { trustName } from "../../config/certs/client_trust.ts";
import { tableOf } from "../../listen/machine/address_table.ts";
import type { Machine } from "../../listen/machine/machine_addresses.ts";
import type { TlsContext } from "../../listen/tls/tls_stream.ts";
import type { ProxyTarget } from "../../site/proxied/proxy_target.ts";
import type { SiteLog } from "../../telemetry/logs/site_formats.ts";

/** A program that has registered a URL. */
export interface ServedProgram {
  /** Unique among the registrations of this service, so that one that stays is recognized. */
  readonly id: number;
  readonly prefix: UrlPrefix;
  readonly target: ProxyTarget;
  /** Time for a response, and between two pieces of it. */
  readonly timeoutMs: number;
}

/** A certificate in use. */
export interface ServedCertificate {
  /** The endpoints and names that it is for, as in {@linkcode sslKeysFor}. */
  readonly keys: readonly string[];
  /** With its chain, and its private key: both PEM. */
  readonly cert: string;
  readonly key: string;
  readonly context: TlsContext;
}

/** The settings that the logs are written by: those of the service, and what sites say. */
export type LogSettings = Settings & {
  readonly siteLogs: readonly SiteLog[];
  readonly siteNames: readonly (readonly [id: number, name: string])[];
};

/** Returns the settings of the logs of what is served. */
export function logSettings(settings: Settings, sites: readonly ServedSite[]): LogSettings {
  const siteLogs = sites.flatMap(({ id, values, accessLog }): SiteLog[] => {
    if (values?.log === undefined && accessLog === undefined) return [];
    const { enabled = settings.LogEnabled, flags = settings.LogExtFileFlags } = values?.log ?? {};
    const { format = settings.AccessLogFormat, target = settings.AccessLogTarget, sample = [] } =
      accessLog ?? {};
    return [{ id, enabled, flags, format, target, sample }];
  });
  const formats = [settings.AccessLogFormat, ...siteLogs.map(({ format }) => format)];
  const siteNames = formats.includes("json") // the one that has them
    ? sites.map(({ id, name }) => [id, name] as const)
    : [];
  return { ...settings, siteLogs, siteNames };
}

/** Returns by what clients are judged that come to a host: by the record for its name. */
export function judgedByRecords(
  certificates: readonly ServedCertificate[],
): (local: Endpoint, host: string) => string | null {
  const names = new Map(certificates.flatMap(({ keys, context: { policy: { client } } }) => {
    const name = client === null ? null : trustName(client);
    return keys.map((key) => [key, name] as const);
  }));
  return (local, host) => {
    for (const key of sslKeysFor(local, host)) {
      const name = names.get(key);
      if (name !== undefined) return name;
    }
    return null;
  };
}

/** What is served from one moment on. */
export interface Served {
  readonly settings: Settings;
  /** The running sites, each with the bindings that can be served. */
  readonly sites: readonly ServedSite[];
  /** All sites, running or not; null while no sites are known. */
  readonly siteIds: readonly number[] | null;
  readonly programs: readonly ServedProgram[];
  readonly reservations: readonly UrlAclRecord[];
  readonly certificates: readonly ServedCertificate[];
  /** What the zones of link-local addresses mean. */
  readonly zones: Zones;
  /** Our name in Via, unique to this service: another instance of this program is not a loop. */
  readonly via: string;
}

/** The part of the machine that gives zones their meaning. */
interface Zones extends Pick<Machine, "addresses"> {
  /** Each interface with its alternative names; null if nothing depends on them. */
  readonly names: readonly (readonly [name: string, names: readonly string[]])[] | null;
  readonly dualStack: boolean;
}

/** Returns what `machine` tells about zones: its link-local addresses, and names of interfaces. */
export function zonesOf({ addresses, links, dualStack }: Machine): Zones {
  return {
    addresses: addresses.filter(({ scopeId }) => scopeId !== 0),
    names: links === null ? null : [...links.names],
    dualStack,
  };
}

/** Returns the machine that has only these zones. */
export function machineOfZones({ addresses, names, dualStack }: Zones): Machine {
  return {
    addresses,
    hasIpv6: true,
    dualStack,
    besideWildcard: false,
    wholeLoopback: false,
    links: names === null
      ? null
      : { names: new Map(names), flags: new Map(), broadcasts: new Map() },
    unlisted: new Set(),
    unbindable: new Map(),
  };
}

/** Returns the function that gives an address the present name of its interface. */
export function canonicalIn(zones: Zones): (ip: Ip) => Ip {
  const table = atOnce(tableOf(machineOfZones(zones))); // the few that have zones
  return (ip) => table.canonical(ip);
}

/** Returns what a service without sites and programs serves. */
export function nothingServed(settings: Settings, via: string): Served {
  const zones: Zones = { addresses: [], names: null, dualStack: true };
  const none = { sites: [], programs: [], reservations: [], certificates: [] };
  return { settings, siteIds: null, ...none, zones, via };
}
