/**
 * A limit on how many of something there may be at a time: of all, or of each client. Pure.
 *
 * @module
 */

/** What is limited takes a place before it begins, and gives it back when it ends. */
export interface Limit {
  /**
   * Takes a place of `key`; false, and nothing is taken, if there is none. A promise if that cannot
   * be decided here: other processes may have a place that they do not use.
   */
  admit(key: string): boolean | Promise<boolean>;
  /** Gives back a place that {@linkcode Limit.admit} has taken. */
  release(key: string): void;
}
