/**
 * What this program is called and which build it is. Run from source it is a commit-less build; a
 * released one has this module replaced by `dist/bundle.ts`, which knows the commit.
 *
 * @module
 */

/** The version of deno.json; a test keeps the two equal. */
export const VERSION: string = "0.1.0";

/** Abbreviated commit the build was made from; "source" where it was not built. */
export const COMMIT: string = "source";

/** The day of the version, as manual pages show it. */
export const RELEASED = "November 22, 2026";
