/**
 * What to type about a stored document that cannot be used: put an older version in its place, or
 * edit it. Loaded when one is found.
 *
 * @module
 */
import { shellWord } from "../../../base/fault.ts";
import { History } from "../../../config/store/history.ts";

/** Returns the lines, the surest first; `history` is the folder of the versions of `file`. */
export async function documentCure(file: string, history: string): Promise<string> {
  const path = shellWord(file);
  const aside = `mv ${path} ${path}.broken`;
  const versions = await new History(history).list().catch(() => []);
  const newest = versions.at(-1);
  const back = newest === undefined ? aside : `${aside}; httpcfg rollback ${newest.number}`;
  return `${back}\n\${EDITOR:-vi} ${path}`;
}
