/**
 * Edge: whether a change of the document could be stored.
 *
 * @module
 */
import { fileFault, misplacedHint } from "../../base/file_fault.ts";
import { checkReplaceable } from "./replace_file.ts";
import { lockDocument } from "./store_lock.ts";

/** Throws the Fault with which a change of the document `file` could not be stored now. */
export async function checkWritable(file: string): Promise<void> {
  const target = await Deno.realPath(file).catch(() => file);
  using _lock = await lockDocument(file, target);
  try {
    await checkReplaceable(target);
  } catch (error) {
    throw fileFault("write", file, error, misplacedHint(error));
  }
}
