/**
 * How far a long operation is. Pure.
 *
 * @module
 */
import { grouped } from "./grouped.ts";

/**
 * Is told what is being done, such as ("verifying", "addresses", 1240, 9000), now and then or for
 * each one: whoever shows it decides when. Without numbers, how far it is is not known.
 */
export type Progress = (doing: string, things: string, done?: number, total?: number) => void;

/** Returns the step as a line: `verifying 1,240 of 9,000 addresses`. */
export function progressText(...[doing, things, done, total]: Parameters<Progress>): string {
  if (done === undefined) return `${doing} ${things}`;
  const count = total === undefined ? grouped(done) : `${grouped(done)} of ${grouped(total)}`;
  return `${doing} ${count} ${things}`;
}
