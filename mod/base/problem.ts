/**
 * The reason why a value cannot be used, as a value: what a parser or an edit returns, for the
 * caller to report in its own way. Code that can report to the user directly throws a `Fault`
 * instead.
 *
 * @module
 */
import { WIN32 } from "./win32.ts";

/** Optional details of a problem. */
interface ProblemOptions {
  /** What can be typed or done next: one line, or several, the best first. */
  readonly hint?: string | undefined;
  /** ERROR_INVALID_PARAMETER by default. */
  readonly code?: number;
  /** False by default. */
  readonly isSo?: boolean;
}

/** A value that cannot be used, or a change that cannot be made. */
export class Problem {
  /** A phrase that can follow a colon: `not an IP address`. */
  readonly reason: string;
  readonly hint: string | undefined;
  /** What the old API returns for it: a Win32 code or, from the metabase, an HRESULT. */
  readonly code: number;
  /** Whether what was asked for is so already, so that there is nothing to change. */
  readonly isSo: boolean;

  constructor(reason: string, options: ProblemOptions = {}) {
    this.reason = reason;
    this.hint = options.hint;
    this.code = options.code ?? WIN32.INVALID_PARAMETER;
    this.isSo = options.isSo ?? false;
  }
}

/** Reports whether `value` is a problem rather than a usable value. */
export function isProblem(value: unknown): value is Problem {
  return value instanceof Problem;
}
