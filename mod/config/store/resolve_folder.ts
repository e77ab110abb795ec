/**
 * Edge: a folder that an administrator named, checked before it is stored.
 *
 * @module
 */
import { Fault, quote } from "../../base/fault.ts";

/** Absolute path of the folder `path`, links followed. Throws a Fault where there is none. */
export async function resolveFolder(path: string): Promise<string> {
  try {
    const real = await Deno.realPath(path);
    if ((await Deno.stat(real)).isDirectory) return real;
  } catch (error) {
    throw new Fault(`Cannot serve the folder ${quote(path)}: ${reasonOf(error)}`, {
      hint: `ls -ld ${quote(path)}`,
      cause: error,
    });
  }
  throw new Fault(`Cannot serve the folder ${quote(path)}: it is no folder`, {
    hint: "name the folder that holds the files",
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "it is not there";
  if (error instanceof Deno.errors.PermissionDenied) return "the system refused";
  if (error instanceof Deno.errors.NotADirectory) return "part of the path is a file";
  return error instanceof Error ? error.message : String(error);
}
