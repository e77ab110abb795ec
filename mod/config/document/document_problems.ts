/**
 * The fault of a document that cannot be used, with all of its problems, for people and for the
 * event log.
 *
 * @module
 */
import { Fault } from "../../base/fault.ts";

/** Maximum number of problems that a message shows; the others are counted. */
const PROBLEMS_SHOWN = 20;

export interface DocumentProblem {
  /** Path in the document; "" for the document itself. */
  readonly at: string;
  readonly message: string;
  /** The text that is there, if it is one; the event log shows it. */
  readonly value?: string;
}

export class DocumentFault extends Fault {
  readonly problems: readonly DocumentProblem[];

  /** `action` is what was attempted: `Cannot use "config.json"`. */
  constructor(
    action: string,
    problems: readonly DocumentProblem[],
    hint = "httpcfg config schema", // what a document may contain
  ) {
    const lines = problems.slice(0, PROBLEMS_SHOWN).map(({ at, message }) => {
      return `  ${at === "" ? "the document" : at}: ${message}`;
    });
    const more = problems.length - lines.length;
    if (more > 0) lines.push(`  and ${more} more`);
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(`${action}: ${count}\n${lines.join("\n")}`, { hint });
    this.problems = problems;
  }
}
