/**
 * What a document would do on every member, asked and shown before it is stored or rolled out.
 *
 * @module
 */
import type { Notice } from "../../../admin/admin_io.ts";
import { EXIT } from "../../../base/exit_status.ts";
import type { Patch } from "../../../config/document/patch.ts";
import { mergeAnswers, type MergedAnswers } from "../../../fleet/rollout/merge_answers.ts";
import type { Question } from "../../../fleet/shared/records.ts";
import type { CommandInput, CommandIo } from "../../core/command.ts";
import { report } from "../../core/report.ts";
import { showAnswers } from "./answers.ts";
import { readSeconds } from "./fleet_flags.ts";
import type { OpenFleet } from "./open_fleet.ts";

/** Limits of the time in which a member answers. */
export const ANSWER_SECONDS = { min: 1, max: 600, usual: 5 } as const;

/** Which document. */
interface Asked {
  readonly revision: number;
  /** What makes it of the revision; null for the revision itself. */
  readonly patch: Patch | null;
}

/** Asks all members, or those of a group. */
export async function askMembers(
  input: CommandInput,
  io: CommandIo,
  { store }: OpenFleet,
  { question, group = null, seconds = readSeconds(input, "wait", ANSWER_SECONDS) }: {
    readonly question: Question;
    readonly group?: string | null;
    /** For an answer; by default what --wait says. */
    readonly seconds?: number;
  },
): Promise<MergedAnswers> {
  const members = await store.members();
  const names = members.filter(({ record }) => group === null || record.group === group)
    .map(({ record }) => record.name);
  io.progress?.("asking", names.length === 1 ? "1 member" : `${names.length} members`);
  return mergeAnswers(await store.ask(question, names, { timeoutMs: seconds * 1000 }));
}

/** Asks what a document would do, and shows it. Returns the exit status of a plan. */
export async function askPlan(
  input: CommandInput,
  io: CommandIo,
  fleet: OpenFleet,
  { revision, patch }: Asked,
): Promise<number> {
  const merged = await askMembers(input, io, fleet, {
    question: { kind: "plan", revision, patch },
  });
  const proposed = patch !== null;
  await showAnswers(input, io, merged, { json: { revision, proposed } });
  reportDoubts(io, merged);
  return planStatus(merged);
}

/** Why a roll-out may not go well: refusals, risks, and members of which nothing is known. */
export function doubtsOf({ problems, risks, silent, bad }: MergedAnswers): string[] {
  const told = new Set(problems.map(({ member }) => member));
  return [
    ...problems.map(({ member, text }) => `${member} refuses it: ${text}`),
    ...bad.filter((name) => !told.has(name)).map((name) => `${name} refuses a part of it`),
    ...risks.map(({ member, text }) => `${member}: ${text}`),
    ...silent.map((name) => `${name} does not answer`),
  ];
}

/** Says what the plan is in doubt about. */
export function reportDoubts(io: CommandIo, merged: MergedAnswers): void {
  report(io, doubtsOf(merged).map((text): Notice => ({ kind: "warning", text })));
}

/** 0: nothing to do; 2: something would change; 1: a refusal, a risk or a silent member. */
function planStatus(merged: MergedAnswers): number {
  if (doubtsOf(merged).length > 0) return EXIT.failed;
  const isChange = merged.lines.some(({ what }) => what !== "keep" && what !== "ok");
  return isChange ? CHANGES : EXIT.ok;
}

/** The exit status of a plan that changes something, as that of one machine. */
const CHANGES = 2;
