/**
 * Edge: `/proc`, read directly where Deno allows it, else through a shell script.
 *
 * @module
 */
import { parseProcListing, PROC_LISTING_SCRIPT, type ProcFiles } from "./proc_listing.ts";

/** Set by the portable form to its own file, which runs the script when it is asked to. */
const PORTABLE_FILE = "HTTPCFG_EXE";

/** `/proc` as it is now. */
export function readProcFiles(): ProcFiles {
  return isReadable() ? DIRECT : parseProcListing(runListing());
}

/** False in a built program, which has every permission but one; see dist/permissions.ts. */
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
    return ""; // no shell, or no right to start one: the holder stays unknown
  }
}

/** What cannot be read is not there for us: processes end and belong to others at any moment. */
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
