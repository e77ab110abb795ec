/**
 * Edge: a file of JSON beside the stored document, for whoever owns that alone, replaced as a whole.
 *
 * @module
 */
import * as v from "valibot";
import { Fault, quote } from "../../base/fault.ts";
import { fileFault, fileReason } from "../../base/file_fault.ts";
import { readRegular } from "../../config/store/regular_file.ts";
import { replaceFile, statOrNull } from "../../config/store/replace_file.ts";

/** Returns the value in the file; null if there is none. Throws a Fault for anything else. */
export async function readStateFile<T>(
  path: string,
  schema: v.GenericSchema<unknown, T>,
  hint: string,
): Promise<T | null> {
  let text: string;
  try {
    text = new TextDecoder().decode(await readRegular(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw fileFault("read", path, error);
  }
  try {
    return v.parse(schema, JSON.parse(text));
  } catch (error) {
    const reason = error instanceof SyntaxError ? "not JSON" : fileReason(error);
    throw new Fault(`Cannot use ${quote(path)}: ${reason}`, { hint, cause: error });
  }
}

/** Replaces the file; it belongs to the owner of `document`, who may read it, and nobody else. */
export async function writeStateFile(
  path: string,
  value: unknown,
  document: string,
): Promise<void> {
  const owner = await statOrNull(document);
  try {
    await replaceFile(path, `${JSON.stringify(value)}\n`, {
      owner: owner === null ? null : { ...owner, mode: 0o600 },
      mode: 0o600,
    });
  } catch (error) {
    throw fileFault("write", path, error);
  }
}

/** Returns what differs whenever the file was replaced; null if there is none, or nobody can see it. */
export async function stampOf(path: string): Promise<string | null> {
  const info = await statOrNull(path);
  return info === null ? null : `${info.ino} ${info.mtime?.getTime()} ${info.size}`;
}

/** Removes the file; nothing if there is none. */
export async function removeStateFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw fileFault("remove", path, error);
  }
}
