/**
 * The exit statuses of httpcfg's own commands and of the old tools.
 *
 * @module
 */

/** Exit statuses of httpcfg's own commands. */
export const EXIT = {
  ok: 0,
  /** The command ran but failed. */
  failed: 1,
  /** The command line is invalid. */
  usage: 2,
  /** The question of the command could not be answered: neither yes nor no. */
  unknown: 3,
} as const;

/** Exit statuses of net.exe. */
export const NET_EXIT = { ok: 0, syntax: 1, failed: 2 } as const;

/** Exit statuses of adsutil.vbs; other failures exit with the error number. */
export const ADSUTIL_EXIT = { ok: 0, failed: 2 } as const;

/**
 * Returns the exit status for the Win32 code `code`: the code itself if the platform can carry it,
 * else 1. POSIX keeps only eight bits, so 1168 would arrive as 144, and 256 as success.
 */
export function exitStatusOf(code: number, os: string): number {
  return os === "windows" || code <= 255 ? code : EXIT.failed;
}
