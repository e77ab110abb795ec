/**
 * Edge: checks a directory that an administrator specified before it is stored.
 *
 * @module
 */
import { Fault, quote, shellWord } from "../../base/fault.ts";
import { fileFault } from "../../base/file_fault.ts";

/**
 * Returns the absolute path of the directory `path`, with links resolved. Throws a Fault if none.
 */
export async function resolveFolder(path: string): Promise<string> {
  try {
    const real = await Deno.realPath(path);
    if ((await Deno.stat(real)).isDirectory) return real;
  } catch (error) {
    throw fileFault("serve the directory", path, error, `ls -ld ${shellWord(path)}`);
  }
  throw new Fault(`Cannot serve the directory ${quote(path)}: not a directory`, {
    hint: "give the directory that contains the files",
  });
}
