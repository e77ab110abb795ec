/**
 * Edge: checks a directory that an administrator specified before it is stored.
 *
 * @module
 */
import { Fault, quote, shellWord } from "../../base/fault.ts";
import { directoryOf, fileFault } from "../../base/file_fault.ts";
import { isAbsolutePath } from "../../base/files/path_parts.ts";

/** Reports whether `path` is a whole one on this machine, which does not depend on where one is. */
export function isWholePath(path: string): boolean {
  return isAbsolutePath(path, Deno.build.os);
}

/**
 * Returns the absolute path of the directory `path`, with links resolved. Throws a Fault if none;
 * `line` returns the command line with another directory.
 */
export async function resolveFolder(
  path: string,
  line: (folder: string) => string,
): Promise<string> {
  try {
    const real = await Deno.realPath(path);
    if ((await Deno.stat(real)).isDirectory) return real;
  } catch (error) {
    const isAbsent = error instanceof Deno.errors.NotFound;
    const cure = isAbsent ? `mkdir -p ${shellWord(path)}` : `ls -ld ${shellWord(path)}`;
    throw fileFault("serve the directory", path, error, cure);
  }
  throw new Fault(`Cannot serve the directory ${quote(path)}: not a directory`, {
    hint: line(directoryOf(path)),
  });
}
