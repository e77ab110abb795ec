/**
 * The file with the last shared document that this machine could use.
 *
 * @module
 */
import type { Paths } from "../../config/store/paths.ts";
import { type LastGood, lastGoodSchema } from "./last_good_record.ts";
import { joinLine, type Membership } from "./membership.ts";
import { readStateFile, removeStateFile, writeStateFile } from "./state_file.ts";

/** Returns the path of the file. */
function lastGoodPath({ config }: Pick<Paths, "config">): string {
  return `${config}.fleet-last`;
}

/** Reads the file; null if there is none. Throws a Fault. */
export function readLastGood(
  paths: Pick<Paths, "config">,
  membership: Membership,
): Promise<LastGood | null> {
  return readStateFile(lastGoodPath(paths), lastGoodSchema, joinLine(membership));
}

/** Replaces the file. Throws a Fault. */
export function writeLastGood(paths: Pick<Paths, "config">, lastGood: LastGood): Promise<void> {
  return writeStateFile(lastGoodPath(paths), lastGood, paths.config);
}

/** Removes the file. Throws a Fault. */
export function removeLastGood(paths: Pick<Paths, "config">): Promise<void> {
  return removeStateFile(lastGoodPath(paths));
}
