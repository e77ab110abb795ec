/**
 * `fleet plan|verify|drift|who`: questions that every member answers about itself.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { parsePort } from "../../../base/address.ts";
import { Fault, quote, usageFault } from "../../../base/fault.ts";
import type { FlagSpec } from "../../../base/flag_spec.ts";
import { retype } from "../../../base/hints/retype.ts";
import type { MergedAnswers } from "../../../fleet/rollout/merge_answers.ts";
import type { Question } from "../../../fleet/shared/records.ts";
import { type CommandInput, type CommandSpec, FORMAT_FLAG } from "../../core/command.ts";
import { report } from "../../core/report.ts";
import { showAnswers } from "./answers.ts";
import { askMembers, askPlan } from "./ask_plan.ts";
import { readName, STORE_FLAGS, STORE_HELP } from "./fleet_flags.ts";
import { onFleet } from "./open_fleet.ts";

/** The flags of every question. */
const QUESTION_FLAGS: Readonly<Record<string, FlagSpec>> = {
  wait: { kind: "string", value: "TIME", summary: "time for the members to answer (5s)" },
  ...FORMAT_FLAG,
  ...STORE_FLAGS,
};
const GROUP_FLAG: Readonly<Record<"group", FlagSpec>> = {
  group: { kind: "string", value: "NAME", summary: "only the members of a group" },
};

const plan: CommandSpec = {
  name: "fleet plan",
  usage: "",
  summary: "Ask every member what the newest revision would do there",
  details: [
    "Nothing is stored and nothing is bound. A member that refuses the revision, one that it may " +
    "lock somebody out of, and one that does not answer are named.",
    "Exit status 0: nothing to do; 2: something would change; 1: a refusal, a risk or no answer.",
    STORE_HELP,
  ],
  examples: [
    { line: "httpcfg fleet plan", shows: "what httpcfg fleet apply would do" },
    {
      line: "httpcfg fleet plan --wait 20s --format csv",
      shows: "one record per change and member",
    },
  ],
  flags: QUESTION_FLAGS,
  words: { min: 0, max: 0 },
  run: (input, io) =>
    onFleet(input, io, async (fleet, io) => {
      const { head } = await fleet.store.readView();
      if (head === null) {
        throw new Fault("Cannot plan: the store has no document of a fleet", {
          hint: "httpcfg help fleet join",
        });
      }
      return await askPlan(input, io, fleet, { revision: head.revision, patch: null });
    }),
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [
  plan,
  asking({
    name: "verify",
    summary: "Let every member prove, by connecting, what it exposes",
    details: "Exit status 0: all is as it should be; 1: a fault, or no answer.",
    question: () => ({ kind: "verify" }),
    isGood: ({ bad, silent }) => bad.length + silent.length === 0,
  }),
  asking({
    name: "drift",
    summary: "Show where members differ from the shared document",
    details:
      "What is local on purpose and what was changed by hand are both listed. Exit status 0: " +
      "no member differs; 1: one does, or does not answer.",
    question: () => ({ kind: "drift" }),
    isGood: ({ lines, bad, silent }) => lines.length + bad.length + silent.length === 0,
  }),
  asking({
    name: "who",
    usage: "PORT",
    summary: "Show which processes listen on a port of the members",
    details: "Exit status 0 if a process listens there on some member, 1 if none does.",
    question: ({ words: [word = ""], commandLine }) => {
      const port = parsePort(word);
      if (port !== null) return { kind: "who", port };
      throw usageFault(
        `Cannot look for ${quote(word)}: PORT expected`,
        retype(commandLine, { word, to: ["80"] }),
      );
    },
    isGood: ({ lines }) => lines.length > 0,
  }),
];

function asking(
  { name, usage = "", summary, details, question, isGood }: {
    readonly name: string;
    readonly usage?: string;
    readonly summary: string;
    readonly details: string;
    readonly question: (input: CommandInput) => Question;
    readonly isGood: (merged: MergedAnswers) => boolean;
  },
): CommandSpec {
  const count = usage === "" ? 0 : 1;
  const line = `httpcfg fleet ${name}${usage === "" ? "" : " 80"}`;
  return {
    name: `fleet ${name}`,
    usage,
    summary,
    details: [details, STORE_HELP],
    examples: [{ line, shows: "of all members" }],
    flags: { ...GROUP_FLAG, ...QUESTION_FLAGS },
    words: { min: count, max: count },
    run: (input, io) => {
      const asked = question(input);
      const group = readName(input, "group");
      return onFleet(input, io, async (fleet, io) => {
        const merged = await askMembers(input, io, fleet, { question: asked, group });
        await showAnswers(input, io, merged);
        report(
          io,
          [
            ...merged.problems.map(({ member, text }) => `${member}: ${text}`),
            ...merged.silent.map((member) => `${member} does not answer`),
          ].map((text) => ({ kind: "warning", text })),
        );
        return isGood(merged) ? EXIT.ok : EXIT.failed;
      });
    },
  };
}
