/**
 * What a row of the metabase's schema is: the name, id, type, default and inheritance of a property,
 * and the types of key that may have it.
 *
 * @module
 */
import type { MetabaseValue } from "../document/document.ts";

/** The classes of keys, the values of KeyType. */
export const KEY_TYPES = [
  "IIsWebService",
  "IIsWebInfo",
  "IIsWebServer",
  "IIsWebVirtualDir",
  "IIsWebDirectory",
  "IIsWebFile",
  "IIsApplicationPools",
  "IIsApplicationPool",
  "IIsObject",
] as const;

/** The class of a key. */
export type KeyType = typeof KEY_TYPES[number];

/**
 * The type of a property. A MIMEMAP is a list of `.extension,type`; the script shows and sets no value
 * of an IPSEC or NTACL.
 */
export type PropertyType =
  | "DWORD"
  | "BOOL"
  | "STRING"
  | "EXPANDSZ"
  | "MULTISZ"
  | "MIMEMAP"
  | "IPSEC"
  | "NTACL";

/** A property of the schema. */
export interface PropertyRow {
  readonly name: string;
  readonly id: number;
  readonly type: PropertyType;
  /** Null if the schema has none. */
  readonly default: MetabaseValue | null;
  /** Whether a key without a value of its own has that of the nearest key above. */
  readonly inherits: boolean;
  readonly where: readonly KeyType[];
  /** DWORD only; both ends are included. */
  readonly range?: readonly [min: number, max: number];
  /**
   * DWORD only: the value that the service uses instead of one outside the range. If absent, such a
   * value is rejected.
   */
  readonly outside?: number;
  /** BOOL only: one bit of a DWORD property. */
  readonly bit?: { readonly of: string; readonly mask: number };
  /** Maintained by the running service, so it cannot be set. */
  readonly isReadOnly?: boolean;
  /** A password: it is neither shown nor stored. */
  readonly isSecure?: boolean;
  /** Why it has no effect here, as the end of a sentence; absent if the name says it. */
  readonly without?: string;
}

/** The largest DWORD. */
export const DWORD_MAX = 4294967295;

/** The fields of a row that few have. */
type Extra = Pick<
  PropertyRow,
  "range" | "outside" | "bit" | "isReadOnly" | "isSecure" | "without"
>;

/** Makes a row. */
export function row(
  [name, id, type]: readonly [name: string, id: number, type: PropertyType],
  initial: MetabaseValue | null,
  inherits: "inherits" | "own",
  where: readonly KeyType[],
  extra: Extra = {},
): PropertyRow {
  return { name, id, type, default: initial, inherits: inherits === "inherits", where, ...extra };
}

/** Makes the rows of the bits of `flags`, a DWORD, each a BOOL property with a name of its own. */
export function bitRows(
  flags: PropertyRow,
  bits: readonly (readonly [name: string, mask: number])[],
): PropertyRow[] {
  const { name: of, id, where } = flags;
  const inherits = flags.inherits ? "inherits" : "own";
  return bits.map(([name, mask]) => {
    const initial = (Number(flags.default) & mask) !== 0;
    return row([name, id, "BOOL"], initial, inherits, where, { bit: { of, mask } });
  });
}

/** The service. */
export const SERVICE = ["IIsWebService"] as const;
/** Sites. */
export const SITE = ["IIsWebServer"] as const;
/** The service and its sites. */
export const SERVICE_SITE = [...SERVICE, ...SITE] as const;
/** Application pools, and what all of them have. */
export const POOLS = ["IIsApplicationPools", "IIsApplicationPool"] as const;
/** Virtual directories and directories. */
const FOLDERS = ["IIsWebVirtualDir", "IIsWebDirectory"] as const;
/** Everything from the service down to a directory. */
export const CONTENT = [...SERVICE_SITE, ...FOLDERS] as const;
/** Everything from the service down to a file. */
export const FILES = [...CONTENT, "IIsWebFile"] as const;
