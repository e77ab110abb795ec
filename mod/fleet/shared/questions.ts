/**
 * What an administrator asks the members, and their answers.
 *
 * @module
 */
import { randomHex } from "../../wire/random_ids.ts";
import { Ending } from "../../base/work/ending.ts";
import { readRecord } from "./fleet_view.ts";
import type { KeyChange, KeyStore } from "./key_store.ts";
import type { Layout } from "./layout.ts";
import { type Answer, answerSchema, type Question } from "./records.ts";

/** Seconds for which a question outlives who asks, if its program is killed. */
const QUESTION_SECONDS_MORE = 10;

/** What is an answer and cannot be read. */
const UNREADABLE: Answer = {
  isGood: false,
  lines: [],
  more: 0,
  risks: [],
  problem: "its answer cannot be understood",
};

/** Whom to ask, and for how long. */
export interface AskOptions {
  readonly names: readonly string[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts a question to the store until every member in `names` has answered, or the time is over.
 * Returns each answer; null for none.
 */
export async function ask(
  keys: KeyStore,
  layout: Layout,
  question: Question,
  { names, timeoutMs, signal }: AskOptions,
): Promise<ReadonlyMap<string, Answer | null>> {
  const answers = new Map<string, Answer | null>(names.map((name) => [name, null]));
  if (names.length === 0) return answers;
  const id = randomHex(8);
  const lease = await keys.grantLease(
    Math.ceil(timeoutMs / 1000) + QUESTION_SECONDS_MORE,
    signal,
  );
  const key = layout.question(id);
  const value = JSON.stringify(question);
  try {
    await keys.commit({ when: [], then: [{ kind: "put", key, value, lease }] }, signal);
    using ending = new Ending(signal).after(timeoutMs);
    let missing = names.length;
    for await (const report of keys.observe(layout.nodes, ending.signal)) {
      if (report.kind === "lost") continue;
      const changes = report.kind === "snapshot" ? report.snapshot.values : report.changes;
      for (const [name, answer] of answersIn(layout, id, changes)) {
        if (answers.get(name) !== null) continue;
        answers.set(name, answer);
        missing--;
      }
      if (missing === 0) ending.end();
    }
    return answers;
  } finally {
    await keys.revoke(lease).catch(() => {}); // it ends by itself
  }
}

/** The answers to the question `id` among changes. */
function answersIn(
  layout: Layout,
  id: string,
  changes: readonly KeyChange[],
): readonly (readonly [string, Answer])[] {
  return changes.flatMap(({ key, value }) => {
    const node = layout.nodeKey(key);
    if (node?.what !== `answer/${id}` || value === null) return [];
    return [[node.name, readRecord(answerSchema, value) ?? UNREADABLE] as const];
  });
}
