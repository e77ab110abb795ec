/**
 * Results that may be a problem, for tests that know which one to expect.
 *
 * @module
 */
import { isProblem, type Problem } from "../../mod/base/problem.ts";

/** Returns the value; throws if the result is a problem. */
export function valueOf<T>(result: T | Problem): T {
  if (!isProblem(result)) return result;
  throw new Error(`unexpected problem: ${result.reason}`);
}

/** Returns the code of the problem; 0 if there is none. */
export function codeOf(result: unknown): number {
  return isProblem(result) ? result.code : 0;
}
