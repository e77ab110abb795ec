/**
 * Edge: a folder that an administrator named, checked before it is stored.
 *
 * @module
 */
import { Fault, quote, shellWord } from "../../base/fault.ts";
import { fileFault } from "../../base/file_fault.ts";

/** Absolute path of the folder `path`, links followed. Throws a Fault where there is none. */
export async function resolveFolder(path: string): Promise<string> {
  try {
    const real = await Deno.realPath(path);
    if ((await Deno.stat(real)).isDirectory) return real;
  } catch (error) {
    throw fileFault("serve the folder", path, error, `ls -ld ${shellWord(path)}`);
  }
  throw new Fault(`Cannot serve the folder ${quote(path)}: not a directory`, {
    hint: "name the folder that holds the files",
  });
}
