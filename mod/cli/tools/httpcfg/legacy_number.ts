/**
 * Numbers as Httpcfg.exe reads them from its command line.
 *
 * @module
 */

/**
 * Returns the number of the decimal digits at the start of `text`, in 32 bits; 0 if there are none
 * (so `0x10` is 0, as in the public sample: ARCHITECTURE.md, "Decisions").
 */
export function parseLegacyNumber(text: string | undefined): number {
  const match = /^\s*([+-]?[0-9]{1,15})/.exec(text ?? "");
  return match === null ? 0 : Number(match[1]) >>> 0;
}
