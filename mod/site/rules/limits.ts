/**
 * The limits of what the rules of a site keep and do.
 *
 * @module
 */

/** Clients in each of the two generations of a site's buckets: some 10 MB. */
export const CLIENTS_MAX = 65_536;
/** Verified passwords in each of two generations, and how long one generation lasts. */
export const VERIFIED_MAX = 4096;
export const VERIFIED_MS = 60_000;
/** Passwords that are being verified: of one client, and of all in this process. */
export const CHECKS_PER_CLIENT_MAX = 2;
export const CHECKS_MAX = 32;
/** Bytes of an htpasswd file, some 14,000 users, and of an error page. */
export const PASSWORD_FILE_MAX = 1_048_576;
export const ERROR_FILE_MAX = 1_048_576;
/** A file of a rule is examined again after this time, and never more often. */
export const EXAMINE_MS = 1000;
