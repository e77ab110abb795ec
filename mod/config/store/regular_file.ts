/**
 * Edge: reads a file of ours, which must be a regular one. The open of a named pipe waits for its
 * writer, for ever, and takes a thread of the runtime, or the whole process, with it.
 *
 * @module
 */
import { notRegularFault } from "../../base/file_fault.ts";

/** Reads the whole file. Throws a Fault if it is not a regular one, else the system's error. */
export async function readRegular(path: string): Promise<Uint8Array<ArrayBuffer>> {
  checkRegular(path, await Deno.stat(path));
  return await Deno.readFile(path);
}

/** Throws a Fault if there is something at `path` and `info` says that it is no regular file. */
export function checkRegular(path: string, info: Deno.FileInfo): void {
  if (info.isDirectory) throw new Deno.errors.IsADirectory();
  if (!info.isFile) throw notRegularFault("use", path);
}
