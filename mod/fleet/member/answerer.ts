/**
 * Answers what administrators ask a member: each question once, some at a time.
 *
 * @module
 */
import { Fault, messageOf } from "../../base/fault.ts";
import { isProblem } from "../../base/problem.ts";
import { diffValues } from "../../config/document/diff.ts";
import { applyPatch } from "../../config/document/patch.ts";
import { Backoff } from "../shared/backoff.ts";
import type { FleetStore } from "../shared/fleet_store.ts";
import { type Answer, LISTED_MAX, type Question } from "../shared/records.ts";
import { asSharedDocument, type SharedDocument } from "../shared/shared_document.ts";
import type { MemberMachine } from "./member_machine.ts";
import { mergeShared, overridesOf, sharedOf } from "./merge.ts";
import { hiddenProblem } from "./merge_problem.ts";

/** What an answer is made with. */
interface AnswererOptions {
  readonly store: Pick<FleetStore, "keys" | "putAnswer" | "documentOf">;
  readonly name: string;
  readonly machine: MemberMachine;
  /** Returns the shared document that the machine follows; null if it has none. */
  shared(): SharedDocument | null;
}

/** Questions that are answered at a time: each may look at everything that the machine has. */
const AT_ONCE = 4;
/** Seconds that an answer stays: whoever asks observes, and reads it at once. */
const ANSWER_SECONDS = 60;

export class Answerer {
  readonly #options: AnswererOptions;
  #questions: ReadonlyMap<string, Question> = new Map();
  /** The questions that are answered, or about to be. */
  readonly #taken = new Set<string>();
  #running = 0;

  constructor(options: AnswererOptions) {
    this.#options = options;
  }

  /** Answers the questions that are new; forgets those that are no longer asked. */
  see(questions: ReadonlyMap<string, Question>, signal: AbortSignal): void {
    this.#questions = questions;
    for (const id of this.#taken) if (!questions.has(id)) this.#taken.delete(id);
    this.#next(signal);
  }

  #next(signal: AbortSignal): void {
    for (const [id, question] of this.#questions) {
      if (this.#running >= AT_ONCE || signal.aborted) return;
      if (this.#taken.has(id)) continue;
      this.#taken.add(id);
      this.#running++;
      void this.#handle(id, question, signal).finally(() => {
        this.#running--;
        this.#next(signal);
      });
    }
  }

  async #handle(id: string, question: Question, signal: AbortSignal): Promise<void> {
    const { store, name } = this.#options;
    const answer = await this.answer(question, signal).catch((error) => unanswered(error));
    const backoff = new Backoff();
    while (this.#questions.has(id) && !signal.aborted) {
      try {
        const lease = await store.keys.grantLease(ANSWER_SECONDS, signal);
        return await store.putAnswer(name, id, answer, lease);
      } catch {
        await backoff.wait(signal); // as long as somebody waits for it
      }
    }
  }

  /** Returns the answer to `question`. Throws a Fault. */
  async answer(question: Question, signal?: AbortSignal): Promise<Answer> {
    const { machine } = this.#options;
    switch (question.kind) {
      case "plan":
        return await this.#plan(question, signal);
      case "verify":
        return await machine.verify();
      case "who":
        return await machine.who(question.port);
      case "drift":
        return await this.#drift();
    }
  }

  async #plan(
    { revision, patch }: Extract<Question, { kind: "plan" }>,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const { store, machine, shared } = this.#options;
    const base = shared();
    if (base === null) throw new Fault("it does not know which document it follows");
    const stored = await store.documentOf(revision, signal);
    const next = patch === null ? stored : asSharedDocument(applyPatch(stored, patch));
    if (next === null) throw new Fault(`the change is not one of revision ${revision}`);
    const hashOf = machine.hashOf.bind(machine);
    const merged = mergeShared({ base, next, local: await machine.read(), hashOf });
    if (isProblem(merged)) throw new Fault(merged.reason);
    const hidden = hiddenProblem(merged);
    if (hidden !== null) throw new Fault(hidden.reason);
    return await machine.plan(merged.document);
  }

  async #drift(): Promise<Answer> {
    const { machine, shared } = this.#options;
    const base = shared();
    if (base === null) throw new Fault("it does not know which document it follows");
    const local = await machine.read();
    const changes = diffValues(base, sharedOf(local)).map(({ at, before, after }) => ({
      what: "local",
      about: at,
      why: before === undefined
        ? `${shown(after)}, which the fleet does not have`
        : after === undefined
        ? `removed; the fleet has ${shown(before)}`
        : `${shown(after)}; the fleet has ${shown(before)}`,
    }));
    const differing = changes.map(({ about }) => about);
    const unshared = overridesOf(base, local).filter((unit) => {
      return /^(?:ssl|sites|metabase)\[/.test(unit) && !differing.some((at) => at.startsWith(unit));
    }).map((about) => ({ what: "local", about, why: "only on this machine" }));
    return answerOf([...changes, ...unshared], { isGood: changes.length === 0 });
  }
}

/** Returns an answer with as many lines as one has. */
export function answerOf(
  lines: Answer["lines"],
  { isGood, risks = [] }: { readonly isGood: boolean; readonly risks?: readonly string[] },
): Answer {
  const listed = lines.slice(0, LISTED_MAX).map(({ what, about, why }) => {
    return { what: clipped(what), about: clipped(about), why: clipped(why) };
  });
  return {
    isGood,
    lines: listed,
    more: lines.length - listed.length,
    risks: risks.slice(0, LISTED_MAX).map(clipped),
    problem: null,
  };
}

/** Characters of a text that is published: a reason may quote what somebody has typed. */
const TEXT_MAX = 1000;

/** Returns a text that is short enough to be published. */
export function clipped(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1)}…`;
}

function unanswered(error: unknown): Answer {
  return { isGood: false, lines: [], more: 0, risks: [], problem: clipped(messageOf(error)) };
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
