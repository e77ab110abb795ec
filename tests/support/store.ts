/**
 * The store as the program makes it, for tests of the code that uses it.
 *
 * @module
 */
import { Store, type StoreOptions } from "../../mod/config/store/store.ts";
import { CONTENT_RULES } from "../../mod/site/kinds/kinds.ts";

/** Returns the store of the document in `file`, with the checks of all kinds of site content. */
export function storeAt(
  file: string,
  options: Omit<StoreOptions, "file" | "loadContentRules"> = {},
): Store {
  return new Store({ file, loadContentRules: () => Promise.resolve(CONTENT_RULES), ...options });
}
