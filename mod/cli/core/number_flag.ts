/**
 * Flags whose value is a whole number.
 *
 * @module
 */
import type { FlagInput } from "../../base/flag_spec.ts";
import { quote, usageFault } from "../../base/fault.ts";

/** Returns the value of `--NAME`, from 0 to `max`; null if it was not given. Throws a usage Fault. */
export function readNumber(
  input: Pick<FlagInput, "text">,
  { command, name, max }: { readonly command: string; readonly name: string; readonly max: number },
): number | null {
  const text = input.text(name);
  if (text === null) return null;
  if (/^[0-9]{1,6}$/.test(text) && Number(text) <= max) return Number(text);
  throw usageFault(
    `Cannot use ${quote(text)} for "--${name}": must be between 0 and ${max}`,
    `httpcfg ${command} --${name} 10`,
  );
}
