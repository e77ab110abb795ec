/**
 * The unit tests that fail under Wine 10 because of Wine, with what shows that.
 *
 * @module
 */

/** Something that Wine does otherwise than Windows, and the tests that fail for it. */
interface WinesOwn {
  /** What Wine does, and how that was seen. */
  readonly cause: string;
  /** Each `PATH: NAME`. */
  readonly tests: readonly string[];
}

export const WINES_OWN: readonly WinesOwn[] = [];
