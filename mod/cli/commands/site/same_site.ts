/**
 * `site add --idempotent` where a site of that name exists: is it the one that is wanted, and if not,
 * which commands make it so? Pure.
 *
 * @module
 */
import { Fault, quote, shellWord } from "../../../base/fault.ts";
import type { FlagInput } from "../../../base/flag_spec.ts";
import { diffValues } from "../../../config/document/diff.ts";
import type { SiteRecord } from "../../../config/document/document.ts";
import { contentFlags } from "../../../site/kinds/kind_flags.ts";
import { BINDING_FLAGS, LIMIT_FLAGS } from "./site_flags.ts";
import { MAP_FLAGS } from "./site_maps.ts";

/** Throws a Fault if `existing` is not `wanted`, the site that the flags of `input` describe. */
export function checkSame(existing: SiteRecord, wanted: SiteRecord, input: FlagInput): void {
  const changes = diffValues(existing, wanted);
  if (changes.length === 0) return;
  const fields = [...new Set(changes.map(({ at }) => at.split(/[.[]/, 1)[0]!))];
  const message = `Cannot add ${quote(wanted.name)}: a site with this name already exists, with ` +
    `other ${fields.join(", ")}`;
  throw new Fault(message, { hint: cure(wanted, fields, input) });
}

/** Returns the command line that makes the site `wanted`, which differs in `fields`. */
function cure(wanted: SiteRecord, fields: readonly string[], input: FlagInput): string {
  const name = shellWord(wanted.name);
  const words = flagWords(input).join(" ");
  // `site set` leaves what is not given as it is, so that only a new site has a default again.
  const isSettable = fields.every((field) => {
    const value = wanted[field as keyof SiteRecord];
    return value !== undefined && !(Array.isArray(value) && value.length === 0);
  });
  if (!isSettable) {
    const start = wanted.autoStart ? "" : " --no-start";
    return `httpcfg site remove ${name}; httpcfg site add ${name} ${words}${start}`;
  }
  const set = `httpcfg site set ${name} ${words}`;
  const start = `httpcfg site ${wanted.autoStart ? "start" : "stop"} ${name}`;
  if (!fields.includes("autoStart")) return set;
  return fields.length === 1 ? start : `${set}; ${start}`;
}

/** Returns the given flags that `site set` has too, as they are typed in a shell. */
function flagWords(input: FlagInput): string[] {
  const specs = { ...BINDING_FLAGS, ...contentFlags(), ...MAP_FLAGS, ...LIMIT_FLAGS };
  return Object.entries(specs).flatMap(([name, { kind }]) => {
    if (kind === "boolean") return input.flag(name) ? [`--${name}`] : [];
    return input.texts(name).flatMap((text) => [`--${name}`, shellWord(text)]);
  });
}
