/**
 * Everything by which `site add` and `site set` describe a site, besides its name: their flags, and
 * the paragraphs of their help.
 *
 * @module
 */
import type { FlagSpec } from "../../../base/flag_spec.ts";
import { contentFlags, contentHelp } from "../../../site/kinds/kind_flags.ts";
import { RULE_FLAGS, RULE_HELP } from "./rule_flags.ts";
import {
  BINDING_FLAGS,
  COMPRESSION_FLAGS,
  COMPRESSION_HELP,
  LIMIT_FLAGS,
  LOG_FLAGS,
  LOG_HELP,
} from "./site_flags.ts";
import { MAP_FLAGS, mapHelp } from "./site_maps.ts";

/** Returns the flags; `mapFlags` are those for applications. */
export function descriptionFlags(
  mapFlags: Readonly<Record<string, FlagSpec>> = MAP_FLAGS,
): Readonly<Record<string, FlagSpec>> {
  return {
    ...BINDING_FLAGS,
    ...contentFlags(),
    ...mapFlags,
    ...LIMIT_FLAGS,
    ...RULE_FLAGS,
    ...COMPRESSION_FLAGS,
    ...LOG_FLAGS,
  };
}

/** Returns the paragraphs of the help about those flags. */
export function descriptionHelp(): readonly string[] {
  return [...contentHelp(), ...mapHelp(), ...RULE_HELP, COMPRESSION_HELP, LOG_HELP];
}
