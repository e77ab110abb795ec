/**
 * What is said where a document with comments becomes one without.
 *
 * @module
 */
import type { Notice } from "../../../admin/admin_io.ts";
import { quote, shellWord } from "../../../base/fault.ts";

/** Returns the notice that the comments are in `copy` alone. */
export function commentNotices(copy: string): Notice[] {
  return [{
    kind: "note",
    text: `comments are not stored; the text that has them is kept in ${quote(copy)}`,
    hint: `cat ${shellWord(copy)}`,
  }];
}
