/**
 * Edge: copies of a document that is about to be replaced by one that cannot say the same: one of an
 * older version, so that its program can use it again, and one with comments.
 *
 * @module
 */
import { fileFault, misplacedHint } from "../../base/file_fault.ts";
import { DOCUMENT_VERSION } from "../document/document.ts";
import { documentVersion } from "../document/migrate.ts";
import { isCommented, parseCommented } from "./commented.ts";

/**
 * Keeps `text`, the content of `file`, if the next document cannot say the same. Returns the path of
 * the copy if it has comments, else null.
 */
export async function keepOriginal(file: string, text: string): Promise<string | null> {
  const hasComments = isCommented(text);
  const value = hasComments
    ? parseCommented(text, { file, isStored: true })
    : JSON.parse(text) as unknown;
  const version = documentVersion(value);
  if (version !== null && version < DOCUMENT_VERSION) {
    await write(`${file}.version-${version}`, text);
  }
  return hasComments ? await keepComments(file, text) : null;
}

/** Keeps a text with comments beside the document `file`; returns the path of the copy. */
export async function keepComments(file: string, text: string): Promise<string> {
  const copy = `${file}.commented`;
  await write(copy, text);
  return copy;
}

async function write(copy: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(copy, text, { mode: 0o600 });
  } catch (error) {
    throw fileFault("write", copy, error, misplacedHint(error));
  }
}
