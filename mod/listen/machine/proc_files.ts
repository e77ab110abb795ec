/**
 * Edge: reads `/proc`, directly if Deno allows it, else with a shell script.
 *
 * @module
 */
import { parseProcListing, PROC_LISTING_SCRIPT, type ProcFiles } from "./proc_listing.ts";

/** The portable form sets this variable to its own file, which runs the script on request. */
const PORTABLE_FILE = "HTTPCFG_EXE";

/** Returns the current content of `/proc`. */
export function readProcFiles(): ProcFiles {
  return isReadable() ? DIRECT : parseProcListing(runListing());
}

/** Returns false in a built program, which has all permissions but one; see dist/permissions.ts. */
function isReadable(): boolean {
  try {
    Deno.statSync("/proc/self");
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotCapable);
  }
}

function runListing(): string {
  const portable = Deno.env.get(PORTABLE_FILE);
  const [program, args] = portable
    ? [portable, ["--list-sockets"]]
    : ["/bin/sh", ["-c", PROC_LISTING_SCRIPT]];
  try {
    const { stdout } = new Deno.Command(program, { args, stdin: "null", stderr: "null" })
      .outputSync();
    return new TextDecoder().decode(stdout);
  } catch {
    return ""; // no shell, or no permission to start one: the owner stays unknown
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
};
