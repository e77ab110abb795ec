/**
 * Why a value cannot be used, as a value: what a parser or an edit returns, for the caller to report
 * in its own way. Where there is a person to tell at once, a `Fault` is thrown instead.
 *
 * @module
 */
import { WIN32 } from "./win32.ts";

/** What else is known of a problem. */
interface ProblemOptions {
  /** One line that can be typed or done next. */
  readonly hint?: string;
  /** ERROR_INVALID_PARAMETER when not given. */
  readonly code?: number;
}

/** A value that cannot be used, or a change that cannot be made. */
export class Problem {
  /** The end of a sentence, as after a colon: `not an IP address`. */
  readonly reason: string;
  readonly hint: string | undefined;
  /** What the old API returns for it: a Win32 code; of the metabase, an HRESULT. */
  readonly code: number;

  constructor(reason: string, options: ProblemOptions = {}) {
    this.reason = reason;
    this.hint = options.hint;
    this.code = options.code ?? WIN32.INVALID_PARAMETER;
  }
}

/** True where `value` says why there is no other value. */
export function isProblem(value: unknown): value is Problem {
  return value instanceof Problem;
}
