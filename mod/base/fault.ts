/**
 * Errors for administrators: what was attempted, the value in quotes, the reason, and what to type
 * next. Anything else that is thrown is a bug and keeps its stack trace.
 *
 * @module
 */

import { EXIT } from "./exit_status.ts";

interface FaultOptions {
  /** What can be typed or done next: one line, or several, the best first. */
  readonly hint?: string | undefined;
  /** Exit status of the process; `EXIT.failed` by default. */
  readonly exit?: number;
  readonly cause?: unknown;
}

/** An error meant for the user: shown as `error: MESSAGE` and `hint: LINE` on stderr. */
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

/** The system denied this user an access that another user has. */
export class DeniedFault extends Fault {}

/** The command line is invalid. Nothing was done. */
export class UsageFault extends Fault {}

/** Returns the message of what was thrown, which need not be an Error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns the stack of what was thrown, for the log of a bug. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/** Returns the fault for an invalid command line. */
export function usageFault(message: string, hint?: string): UsageFault {
  return new UsageFault(message, { exit: EXIT.usage, ...(hint !== undefined && { hint }) });
}

/**
 * Returns `value` in double quotes for a message. Control and format characters, such as those that
 * change the text direction, are escaped, and a long value is truncated, so that 10 kB of hostile
 * text stay one readable line.
 */
export function quote(value: string): string {
  const text = escaped(value);
  if (text.length <= QUOTE_MAX) return text;
  let start = "";
  for (const character of value) {
    const piece = escaped(character).slice(1, -1);
    if (start.length + piece.length >= QUOTE_MAX) break;
    start += piece;
  }
  return `"${start}…" (${value.length} characters)`;
}

function escaped(value: string): string {
  return withEscapes(JSON.stringify(value));
}

/**
 * Returns `word` as it must be typed in a shell: quoted if the shell would interpret it, on one line
 * and without characters that a terminal does not show.
 */
export function shellWord(word: string): string {
  if (/^[\w\p{L}\p{N}.:/@%+-][\w\p{L}\p{N}.:/@%+=-]*$/u.test(word)) return word;
  return withEscapes(word) === word
    ? `'${word.replaceAll("'", `'\\''`)}'`
    : `$'${withEscapes(word.replace(/['\\]/g, "\\$&"))}'`;
}

/** Escapes control and format characters. */
function withEscapes(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => {
    const digits = c.codePointAt(0)!.toString(16);
    return digits.length > 4 ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
  });
}

/** Characters of a quoted value shown in a message: enough for any address, name or path part. */
const QUOTE_MAX = 100;
