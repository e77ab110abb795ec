/**
 * Probes of every property of the metabase at the keys of a site and above, taken from the schema.
 *
 * @module
 */
import { DEFAULT_DOCUMENT, type SiteRecord } from "../../../mod/config/document/document.ts";
import { PROPERTIES } from "../../../mod/config/metabase/schema.ts";
import { textsFor } from "../../config/metabase/sample_values.ts";
import type { Probe } from "./probe.ts";

/** The keys at which properties are set: the service, a site, its root, a virtual directory, pools. */
export const METABASE_KEYS = [
  "W3SVC",
  "W3SVC/1",
  "W3SVC/1/ROOT",
  "W3SVC/1/ROOT/docs",
  "W3SVC/AppPools",
] as const;

const KEY_TYPES = [
  "IIsWebService",
  "IIsWebServer",
  "IIsWebVirtualDir",
  "IIsWebVirtualDir",
  "IIsApplicationPools",
] as const;

/** A site of files, with a virtual directory. */
const SITES: readonly SiteRecord[] = [{
  ...DEFAULT_DOCUMENT.sites[0]!,
  content: { kind: "root", path: "/srv/www" },
  applications: [{ path: "/docs/", content: { kind: "root", path: "/srv/docs" } }],
}];

/** A property, and a probe for each key that may have it; null for one that may not. */
export interface PropertyProbes {
  readonly name: string;
  readonly probes: readonly (Probe | null)[];
}

/** Returns the probes of every property that one of the keys may have. */
export function adsutilProbes(): PropertyProbes[] {
  return PROPERTIES.map((property) => ({
    name: property.name,
    probes: METABASE_KEYS.map((key, at): Probe | null => {
      if (!property.where.includes(KEY_TYPES[at]!)) return null;
      const words = ["adsutil", "set", `${key}/${property.name}`, ...textsFor(property)];
      return { words, sites: SITES };
    }),
  })).filter(({ probes }) => probes.some((probe) => probe !== null));
}
