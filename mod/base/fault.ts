/**
 * Errors that an administrator reads: what was tried, the value in quotes, the reason, and one line
 * to type next. Anything else that is thrown is a bug and keeps its stack.
 *
 * @module
 */

import { EXIT } from "./exit_status.ts";

interface FaultOptions {
  /** One line that can be typed or done next. */
  readonly hint?: string;
  /** Exit status of the process; `EXIT.failed` when not given. */
  readonly exit?: number;
  readonly cause?: unknown;
}

/** A failure with a reader: shown as `error: MESSAGE` and `hint: HINT` on stderr. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly hint: string | undefined;
  readonly exit: number;

  constructor(message: string, options: FaultOptions = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
    this.exit = options.exit ?? EXIT.failed;
  }
}

/** A command line that cannot be understood. */
export function usageFault(message: string, hint?: string): Fault {
  return new Fault(message, hint === undefined ? { exit: EXIT.usage } : { exit: EXIT.usage, hint });
}

/**
 * `value` in double quotes for a message: control and direction characters escaped, and cut where it
 * is long, so that 10 kB of hostile text stay one readable line.
 */
export function quote(value: string): string {
  const text = JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => {
    return `\\u${c.codePointAt(0)!.toString(16).padStart(4, "0")}`;
  });
  return text.length <= QUOTE_MAX
    ? text
    : `${text.slice(0, QUOTE_MAX)}…" (${value.length} characters)`;
}

/** `word` as it can be typed in a shell: in quotes where the shell would take it for something else. */
export function shellWord(word: string): string {
  return /^[\w.:/@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Characters of a quoted value that a message shows: enough for any address, name or path part. */
const QUOTE_MAX = 100;
