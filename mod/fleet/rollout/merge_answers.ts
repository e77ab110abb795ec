/**
 * The answers of all members to one question -> one listing. Pure.
 *
 * @module
 */
import type { Answer, AnswerLine } from "../shared/records.ts";

/** A line of one or more answers, and the members that gave it. */
export interface MergedLine extends AnswerLine {
  readonly members: readonly string[];
}

/** Something that one member says. */
interface Said {
  readonly member: string;
  readonly text: string;
}

/** What all members have answered. */
export interface MergedAnswers {
  readonly lines: readonly MergedLine[];
  /** Lines that the members have not sent, because there are too many. */
  readonly more: number;
  /** Why a member cannot answer, or refuses. */
  readonly problems: readonly Said[];
  readonly risks: readonly Said[];
  /** Members whose answer is not that all is well; those with a problem are among them. */
  readonly bad: readonly string[];
  /** Members that have not answered. */
  readonly silent: readonly string[];
}

/** The order of what is done: what changes comes before what stays. */
const ORDER = ["refused", "fault", "open", "close", "wait", "local", "listens", "keep", "ok"];

/** Returns one listing of all answers; a line that many members give is one. */
export function mergeAnswers(answers: ReadonlyMap<string, Answer | null>): MergedAnswers {
  const given = [...answers].sort(byName).flatMap(([member, answer]) => {
    return answer === null ? [] : [{ member, answer }];
  });
  const all = given.flatMap(({ member, answer }) => answer.lines.map((line) => ({ member, line })));
  const groups = Map.groupBy(all, ({ line }) => `${line.what}\n${line.about}\n${line.why}`);
  const lines = [...groups.values()].map((group): MergedLine => {
    return { ...group[0]!.line, members: group.map(({ member }) => member) };
  });
  const said = (texts: (answer: Answer) => readonly string[]): Said[] => {
    return given.flatMap(({ member, answer }) => texts(answer).map((text) => ({ member, text })));
  };
  return {
    lines: lines.sort((a, b) => place(a) - place(b)),
    more: given.reduce((sum, { answer }) => sum + answer.more, 0),
    problems: said(({ problem }) => problem === null ? [] : [problem]),
    risks: said(({ risks }) => risks),
    bad: given.filter(({ answer }) => !answer.isGood || answer.problem !== null)
      .map(({ member }) => member),
    silent: [...answers].filter(([, answer]) => answer === null).map(([name]) => name).sort(),
  };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function place({ what }: AnswerLine): number {
  const found = ORDER.indexOf(what);
  return found < 0 ? ORDER.length : found;
}
