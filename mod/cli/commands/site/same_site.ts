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
import { plainFields } from "../../../config/document/shape.ts";
import { descriptionFlags } from "./site_description.ts";

/** Throws a Fault if `existing` is not `wanted`, the site that the flags of `input` describe. */
export function checkSame(existing: SiteRecord, wanted: SiteRecord, input: FlagInput): void {
  const changes = diffValues(existing, wanted);
  if (changes.length === 0) return;
  const fields = [...new Set(changes.map(({ at }) => at.split(/[.[]/, 1)[0]!))];
  const message = `Cannot add ${quote(wanted.name)}: a site with this name already exists, with ` +
    `other ${fields.join(", ")}`;
  throw new Fault(message, { hint: cure({ existing, wanted, fields, input }) });
}

interface Difference {
  readonly existing: SiteRecord;
  readonly wanted: SiteRecord;
  /** The fields in which they differ. */
  readonly fields: readonly string[];
  readonly input: FlagInput;
}

/** Returns the command line that makes the site `wanted`. */
function cure({ existing, wanted, fields, input }: Difference): string {
  const name = shellWord(wanted.name);
  const words = flagWords(input).join(" ");
  // `site set` leaves what is not given as it is, so that only a new site has a default again.
  const isSettable = fields.every((field) => {
    const value = wanted[field as keyof SiteRecord];
    return value !== undefined && !(Array.isArray(value) && value.length === 0) &&
      (field === "content" || hasFieldsOf(value, existing[field as keyof SiteRecord]));
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

/** Reports whether `value` has what `before` has: each flag about rules changes one of them. */
function hasFieldsOf(value: unknown, before: unknown): boolean {
  const fields = plainFields(before);
  return fields === null || Object.keys(fields).every((field) => {
    return Object.hasOwn(plainFields(value) ?? {}, field);
  });
}

/** Returns the given flags that `site set` has too, as they are typed in a shell. */
function flagWords(input: FlagInput): string[] {
  return Object.entries(descriptionFlags()).flatMap(([name, { kind }]) => {
    if (kind === "boolean") return input.flag(name) ? [`--${name}`] : [];
    return input.texts(name).flatMap((text) => [`--${name}`, shellWord(text)]);
  });
}
