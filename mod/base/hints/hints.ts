/**
 * The lines of a hint: each can be typed or done next, and the best comes first. Pure.
 *
 * @module
 */
import { Fault } from "../fault.ts";

/** A line that changes what is stored, or what HTTP has read of it. */
const CHANGE = /^httpcfg (?:set|delete|site set|cert remove|reload)\b/;

/** Returns `lines` with `step` after each command that only has an effect with it. */
export function withStep(lines: readonly string[], step: string): string[] {
  return lines.map((line) => {
    if (!CHANGE.test(line) || line.endsWith(step)) return line;
    return `${line}; ${step}`.replace("httpcfg reload; httpcfg reload", "httpcfg reload");
  });
}

/** Returns the lines as one hint; undefined for none. */
export function hintOf(lines: readonly string[]): string | undefined {
  return lines.length === 0 ? undefined : lines.join("\n");
}

/** Returns the lines of a hint; none for no hint. */
export function hintLines(hint: string | undefined): string[] {
  return hint?.split("\n") ?? [];
}

/** Returns `fault` with `step` after each of its hints that only has an effect with it. */
export function faultWithStep(fault: Fault, step: string, exit = fault.exit): Fault {
  const hint = hintOf(withStep(hintLines(fault.hint), step));
  return new Fault(fault.message, { exit, cause: fault, hint });
}
