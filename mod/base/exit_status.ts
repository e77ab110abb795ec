/**
 * Exit statuses, all of them: of our own commands, and of the old tools.
 *
 * @module
 */

/** Exit statuses of the commands that are ours. */
export const EXIT = {
  ok: 0,
  /** The command ran and could not do what was asked. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
} as const;

/** Exit statuses of net.exe. */
export const NET_EXIT = { ok: 0, syntax: 1, failed: 2 } as const;

/** Exit statuses of adsutil.vbs; other failures end with the number of the error. */
export const ADSUTIL_EXIT = { ok: 0, failed: 2 } as const;

/**
 * The exit status that carries `code`, a Win32 code: itself where the platform can carry it, else 1.
 * POSIX keeps eight bits, so 1168 would arrive as 144 and 256 as success.
 */
export function exitStatusOf(code: number, os: string): number {
  return os === "windows" || code <= 255 ? code : EXIT.failed;
}
