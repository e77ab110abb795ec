/**
 * Edge: a folder that an administrator named, checked before it is stored.
 *
 * @module
 */
import { Fault, quote } from "../base/fault.ts";

/** Absolute path of the folder `path`. Throws a Fault where there is none. */
export async function resolveFolder(path: string): Promise<string> {
  try {
    const real = await Deno.realPath(path);
    if ((await Deno.stat(real)).isDirectory) return real;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied)) {
      throw error;
    }
    const reason = error instanceof Deno.errors.NotFound ? "it is not there" : "the system refused";
    throw new Fault(`Cannot serve the folder ${quote(path)}: ${reason}`, {
      hint: `ls -ld ${path}`,
      cause: error,
    });
  }
  throw new Fault(`Cannot serve the folder ${quote(path)}: it is no folder`, {
    hint: "name the folder that holds the files",
  });
}
