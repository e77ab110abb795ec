/**
 * Edge: reads `/proc`, directly if Deno allows it, else with a shell script.
 *
 * @module
 */
import {
  COMMANDS_SCRIPT,
  parseProcListing,
  PROC_LISTING_SCRIPT,
  type ProcFiles,
  SCOPED_SOCKETS_SCRIPT,
} from "./proc_listing.ts";
import { hasLister, runListing } from "./run_listing.ts";

/** Returns the current content of `/proc`. */
export async function readProcFiles(): Promise<ProcFiles> {
  if (isReadable()) return DIRECT;
  const listing = await runListing("sockets", PROC_LISTING_SCRIPT);
  return parseProcListing(listing, () => runListing("commands", COMMANDS_SCRIPT));
}

/**
 * Returns false in a built program, which has all permissions but one (see dist/permissions.ts), and
 * in a service, which has given one up.
 */
function isReadable(): boolean {
  if (hasLister()) return false;
  try {
    Deno.statSync("/proc/self");
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotCapable);
  }
}

/**
 * Treats what cannot be read as absent: processes may end at any moment, or belong to other users.
 */
const DIRECT: ProcFiles = {
  text(path): string {
    try {
      return Deno.readTextFileSync(path);
    } catch {
      return "";
    }
  },
  link(path): string | null {
    try {
      return Deno.readLinkSync(path);
    } catch {
      return null;
    }
  },
  list(path): readonly string[] {
    try {
      return [...Deno.readDirSync(path)].map(({ name }) => name);
    } catch {
      return [];
    }
  },
  scopedSockets: () => runListing("scoped", SCOPED_SOCKETS_SCRIPT),
  commands: () => Promise.resolve(DIRECT),
};
