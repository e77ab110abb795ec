/**
 * Why a merged document is not taken although it could be made. Pure.
 *
 * @module
 */
import { shellWord } from "../../base/fault.ts";
import { Problem } from "../../base/problem.ts";
import type { Merged } from "./merge.ts";

/** Returns the problem of shared sites that could not be here; null if there are none. */
export function hiddenProblem({ hidden }: Pick<Merged, "hidden">): Problem | null {
  const [first] = hidden;
  if (first === undefined) return null;
  const more = hidden.length === 1 ? "" : `, and ${hidden.length - 1} more`;
  const unit = `sites[${first.split(" ", 1)[0]}]`;
  return new Problem(`the id of a shared site is taken: ${first}${more}`, {
    hint: `httpcfg fleet follow ${shellWord(unit)}`,
  });
}
