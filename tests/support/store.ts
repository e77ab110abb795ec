/**
 * The store as the program makes it, for tests of what stands on it.
 *
 * @module
 */
import { Store, type StoreOptions } from "../../mod/config/store/store.ts";
import { CONTENT_RULES } from "../../mod/site/kinds/kinds.ts";

/** The document in `file`, checked by the kinds of site content that there are. */
export function storeAt(
  file: string,
  options: Omit<StoreOptions, "file" | "loadContentRules"> = {},
): Store {
  return new Store({ file, loadContentRules: () => Promise.resolve(CONTENT_RULES), ...options });
}
