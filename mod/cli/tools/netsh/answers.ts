/**
 * How the commands of `netsh http` end: the line of success or failure on stdout, and on stderr what
 * is wrong with the values, with the line to type instead.
 *
 * @module
 */
import { type ActionResult, codeOf } from "../../../admin/admin_io.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { quote } from "../../../base/fault.ts";
import { typedLine } from "../../../base/hints/retype.ts";
import { WIN32 } from "../../../base/win32.ts";
import type { CommandIo } from "../../core/command.ts";
import { report, reportError, reportHint } from "../../core/report.ts";
import { type NetshRequest, wordsOf } from "./args.ts";
import * as messages from "./text.ts";

/** Runs a command and returns the exit status, 0 or 1. */
export type Run = (request: NetshRequest, io: CommandIo) => Promise<number>;

/** The lines of success and failure of an action. */
export interface Lines {
  readonly done: string;
  readonly failed: string;
}

/** Prints `text` as it is and returns `status`, at the end of most commands. */
export function printText(
  { print }: { print(text: string): void },
  text: string,
  status: number = EXIT.ok,
): number {
  print(text);
  return status;
}

/** Prints the line of an action that ended with `code`. */
export function printCompleted(io: CommandIo, code: number, { done, failed }: Lines): number {
  if (code === WIN32.NO_ERROR) return printText(io, messages.success(done));
  return printText(io, messages.failure(failed, code), EXIT.failed);
}

/** Prints the result of an action: its line to stdout, the notices to stderr. */
export function printResult(io: CommandIo, result: ActionResult, lines: Lines): number {
  const status = printCompleted(io, codeOf(result), lines);
  report(io, result.notices);
  return status;
}

/** A value that cannot be used. */
export interface Wrong {
  readonly tag: string;
  /** As typed; null if the tag is missing. */
  readonly value: string | null;
  /** The end of a sentence. */
  readonly reason: string;
  /** The value to type instead; null if none is known, undefined to leave the tag out. */
  readonly cure: string | null | undefined;
  /** The tag that the cure belongs to, if it is another. */
  readonly other?: string;
}

/**
 * Prints that an action failed because of `wrongs`, each with its reason, and one line that is right
 * with regard to all; `otherwise` is the line if one of them has no cure.
 */
export function refuse(
  io: CommandIo,
  request: NetshRequest,
  failed: string,
  { wrongs, otherwise, code = WIN32.INVALID_PARAMETER }: {
    readonly wrongs: readonly Wrong[];
    readonly otherwise?: string | undefined;
    readonly code?: number;
  },
): number {
  const status = printText(io, messages.failure(failed, code), EXIT.failed);
  explain(io, request, wrongs, otherwise);
  return status;
}

/** Writes what is wrong with values, and the line to type instead. */
export function explain(
  io: CommandIo,
  request: NetshRequest,
  wrongs: readonly Wrong[],
  otherwise?: string,
): void {
  for (const { tag, value, reason } of wrongs) {
    const message = value === null
      ? `Cannot do this without ${tag}: ${reason}`
      : `Cannot use ${quote(value)} as ${tag}: ${reason}`;
    reportError(io, { message });
  }
  const isCured = wrongs.every(({ cure }) => cure !== null);
  const cures = wrongs.flatMap(({ tag, cure = null, other = tag }) => {
    return [[tag, null], [other, cure]] as const;
  });
  const line = isCured ? retyped(request, Object.fromEntries(cures)) : otherwise;
  if (line !== undefined) reportHint(io, line);
}

/** Returns the line of `request` with other values; null leaves a tag out. */
export function retyped(
  request: NetshRequest,
  changes: Readonly<Record<string, string | null>>,
): string {
  return typedLine(["netsh", "http", ...wordsOf(request, changes)]);
}

/** Parses a decimal number, or a hexadecimal one after 0x, of 32 bits; null for anything else. */
function unsigned(text: string): number | null {
  if (!/^(?:[0-9]{1,10}|0x[0-9a-f]{1,8})$/i.test(text)) return null;
  const value = Number(text);
  return value <= UNSIGNED_MAX ? value : null;
}

const UNSIGNED_MAX = 4294967295;

/** Returns a number from `min` to `max`, or what is wrong with the value of a tag. */
export function numberOf(
  { values }: NetshRequest,
  tag: string,
  { min, max = UNSIGNED_MAX, usual }: {
    readonly min: number;
    readonly max?: number;
    readonly usual: number;
  },
): number | Wrong {
  const text = values.get(tag) ?? "";
  const value = unsigned(text);
  if (value !== null && value >= min && value <= max) return value;
  const near = value === null ? usual : value < min ? min : max;
  const isNumber = /^[0-9]+$/.test(text);
  const reason = isNumber || value !== null
    ? `a number from ${min} to ${max} is meant`
    : `not a number, decimal or after 0x; from ${min} to ${max}`;
  return { tag, value: text, reason, cure: String(near) };
}
