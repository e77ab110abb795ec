/**
 * The name of this program's build: its version and the commit it was built from. When run from
 * source there is no commit; in a release, `dist/bundle.ts`, which knows it, replaces this module.
 *
 * @module
 */

/** The version in deno.json; a test keeps the two equal. */
export const VERSION: string = "0.1.0";

/** The abbreviated commit of the build; "source" if the program was not built. */
export const COMMIT: string = "source";

/** The release date of the version, as shown in manual pages. */
export const RELEASED = "November 22, 2026";
