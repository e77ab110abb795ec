/**
 * Results that may be a problem, for tests that know which it has to be.
 *
 * @module
 */
import { isProblem, type Problem } from "../../mod/base/problem.ts";

/** The value; throws where there is a problem instead. */
export function valueOf<T>(result: T | Problem): T {
  if (!isProblem(result)) return result;
  throw new Error(`a problem where none was expected: ${result.reason}`);
}

/** The code of the problem; 0 where there is none. */
export function codeOf(result: unknown): number {
  return isProblem(result) ? result.code : 0;
}
