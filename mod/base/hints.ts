/**
 * The lines of a hint: each can be typed or done next, and the best comes first. Pure.
 *
 * @module
 */

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
