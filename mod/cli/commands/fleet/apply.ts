/**
 * `fleet apply|confirm|cancel`: a revision reaches the members, wave by wave, or does not.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, quote, usageFault } from "../../../base/fault.ts";
import { retype } from "../../../base/hints/retype.ts";
import { isProblem } from "../../../base/problem.ts";
import { beginRollout } from "../../../fleet/rollout/begin.ts";
import { finished, returning } from "../../../fleet/rollout/next_step.ts";
import { isInProgress } from "../../../fleet/rollout/wanted_revision.ts";
import type { FleetView } from "../../../fleet/shared/fleet_view.ts";
import {
  NAME_PATTERN,
  type RolloutRecord,
  type TargetRecord,
} from "../../../fleet/shared/records.ts";
import { randomHex } from "../../../wire/random_ids.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { answerText } from "../../core/format.ts";
import { CHANGE_FLAGS, isJson } from "../../core/outcome.ts";
import { report } from "../../core/report.ts";
import { showAnswers } from "./answers.ts";
import { ANSWER_SECONDS, askMembers, doubtsOf, reportDoubts } from "./ask_plan.ts";
import { readName, readSeconds, STORE_FLAGS, STORE_HELP } from "./fleet_flags.ts";
import { followRollout } from "./follow_rollout.ts";
import { Interrupt } from "./interrupt.ts";
import { onFleet, type OpenFleet } from "./open_fleet.ts";

const WAIT_SECONDS = { min: 0, max: 86_400, usual: 5 } as const;
const CONFIRM_SECONDS = { min: 1, max: 86_400, usual: null } as const;
/** The time to confirm if none is given. */
const CONFIRM_DEFAULT = "10m";

const FORMAT = { format: CHANGE_FLAGS.format };

const apply: CommandSpec = {
  name: "fleet apply",
  usage: "",
  summary: "Roll the newest revision out to the members, wave by wave",
  details: [
    "Asks every member first what the revision would do there. A refusal, a change that could lock " +
    "somebody out and a member that does not answer need your consent: --yes.",
    "Then the canaries change, one unless --canary says how many or which, then a tenth of the members, " +
    "three tenths, and the rest, at most 100 at a time. A wave is followed by the next when each of its " +
    "members has run the revision, and its own verify has found no fault, for the time of --wait. If one " +
    "refuses it, fails, or does not report within a minute, all that have changed go back.",
    "The roll-out is in the store: after Ctrl-C, or if this machine fails, the members go on with it. A " +
    "member that is off follows when it is there again.",
    "With --confirm all members go back unless httpcfg fleet confirm follows within TIME.",
    "Exit status 0 if all have it, or if nothing is to be done; 1 otherwise.",
    STORE_HELP,
  ],
  examples: [
    { line: "httpcfg fleet apply", shows: "one canary first" },
    {
      line: "httpcfg fleet apply --canary web1,web2 --wait 60s --confirm",
      shows: "these two first, each wave watched for a minute, and then wait to be confirmed",
    },
    { line: "httpcfg fleet apply --group edge --yes", shows: "one group, without a question" },
  ],
  flags: {
    canary: {
      kind: "string",
      value: "N|NAME[,NAME]",
      summary: "how many members change first, or which (1)",
    },
    group: { kind: "string", value: "NAME", summary: "only the members of a group" },
    wait: { kind: "string", value: "TIME", summary: "how long each wave has to be well (5s)" },
    confirm: {
      kind: "string",
      value: "TIME",
      bare: CONFIRM_DEFAULT,
      summary: `return unless httpcfg fleet confirm follows within TIME (${CONFIRM_DEFAULT})`,
    },
    yes: { kind: "boolean", summary: "apply it in spite of refusals, risks and silent members" },
    ...FORMAT,
    ...STORE_FLAGS,
  },
  words: { min: 0, max: 0 },
  run: (input, io) => {
    const order = {
      canaries: readCanaries(input),
      group: readName(input, "group"),
      waitSeconds: readSeconds(input, "wait", WAIT_SECONDS),
      confirmSeconds: readSeconds(input, "confirm", CONFIRM_SECONDS),
    };
    return onFleet(input, io, (fleet, io) => begin(input, io, fleet, order));
  },
};

const confirm: CommandSpec = {
  name: "fleet confirm",
  usage: "",
  summary: "Keep what fleet apply --confirm has rolled out",
  details: ["Fails if no roll-out waits for it: it may have returned.", STORE_HELP],
  examples: [{ line: "httpcfg fleet confirm", shows: "keep it" }],
  flags: { ...FORMAT, ...STORE_FLAGS },
  words: { min: 0, max: 0 },
  run: (input, io) =>
    onFleet(input, io, async ({ store }) => {
      const record = await replace(store, "confirm", ({ rollout, target }) => {
        if (rollout?.phase === "confirming") return finished(rollout, target);
        return rollout !== null && isInProgress(rollout)
          ? "not all members have changed yet"
          : "no roll-out waits to be confirmed";
      });
      if (isJson(input)) io.out(answerOf(record));
      else io.out(`revision ${record.revision} is confirmed`);
      return EXIT.ok;
    }),
};

const cancel: CommandSpec = {
  name: "fleet cancel",
  usage: "",
  summary: "Return the members that a roll-out has changed to what they ran",
  details: ["Exit status 0 if all have gone back.", STORE_HELP],
  examples: [{ line: "httpcfg fleet cancel", shows: "stop the roll-out in progress" }],
  flags: { ...FORMAT, ...STORE_FLAGS },
  words: { min: 0, max: 0 },
  run: (input, io) =>
    onFleet(input, io, async (fleet, io) => {
      const record = await replace(fleet.store, "cancel", ({ rollout }) => {
        if (rollout === null || !isInProgress(rollout)) return "no roll-out is in progress";
        return rollout.phase === "returning"
          ? { record: rollout }
          : { record: returning(rollout, [`${fleet.by} has cancelled it`]) };
      });
      const end = await follow(input, io, fleet, record);
      return end?.phase === "returned" ? EXIT.ok : EXIT.failed;
    }),
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [apply, confirm, cancel];

type Order = Pick<RolloutRecord, "group" | "waitSeconds" | "confirmSeconds"> & {
  readonly canaries: number | readonly string[];
};

async function begin(
  input: CommandInput,
  io: CommandIo,
  fleet: OpenFleet,
  order: Order,
): Promise<number> {
  const { store, by } = fleet;
  const view = await store.readView();
  const revision = view.head?.revision;
  if (revision === undefined) {
    throw new Fault("Cannot apply: the store has no document of a fleet", {
      hint: "httpcfg help fleet join",
    });
  }
  const begun = beginRollout(
    { ...order, id: randomHex(8), revision, by, at: new Date(io.now()).toISOString() },
    { ...view, members: await store.members() },
  );
  if (isProblem(begun)) {
    if (!begun.isSo) {
      throw new Fault(`Cannot apply revision ${revision}: ${begun.reason}`, { hint: begun.hint });
    }
    report(io, [{ kind: "note", text: `nothing to apply: ${begun.reason}` }]);
    if (isJson(input)) io.out(answerText({ changed: false, revision }));
    return EXIT.ok;
  }
  await askFirst(input, io, fleet, begun);
  if (!await store.replaceRollout(begun, view.changed.get(store.layout.rollout) ?? 0)) {
    throw new Fault(`Cannot apply revision ${revision}: another roll-out has begun meanwhile`, {
      hint: "httpcfg fleet status",
    });
  }
  return statusOf(await follow(input, io, fleet, begun));
}

/** Asks the members what the revision would do, shows it, and throws a Fault if that needs consent. */
async function askFirst(
  input: CommandInput,
  io: CommandIo,
  fleet: OpenFleet,
  { revision, group }: RolloutRecord,
): Promise<void> {
  const merged = await askMembers(input, io, fleet, {
    question: { kind: "plan", revision, patch: null },
    group,
    seconds: ANSWER_SECONDS.usual,
  });
  if (!isJson(input)) await showAnswers(input, io, merged);
  reportDoubts(io, merged);
  const doubts = doubtsOf(merged).length;
  if (doubts === 0 || input.flag("yes")) return;
  const count = doubts === 1 ? "1 doubt" : `${doubts} doubts`;
  throw new Fault(`Cannot apply revision ${revision}: ${count}, and no --yes`, {
    hint: retype(input.commandLine, { add: ["--yes"] }),
  });
}

/** Follows a roll-out until it ends, waits to be confirmed, or somebody presses Ctrl-C. */
async function follow(
  input: CommandInput,
  io: CommandIo,
  { store, by }: OpenFleet,
  { id, revision }: RolloutRecord,
): Promise<RolloutRecord | null> {
  using interrupt = new Interrupt();
  const record = await followRollout(store, {
    id,
    name: by,
    signal: interrupt.signal,
    say: (line) => isJson(input) ? undefined : io.out(line),
    notice: (notice) => report(io, [notice]),
  });
  if (record === null) {
    const text = interrupt.signal.aborted
      ? "the members go on with the roll-out"
      : "another roll-out has begun";
    report(io, [{ kind: "note", text, hint: "httpcfg fleet status\nhttpcfg fleet cancel" }]);
    return null;
  }
  if (isJson(input)) io.out(answerOf(record));
  else io.out(endText(record));
  if (record.phase === "confirming") {
    report(io, [{
      kind: "note",
      text: `revision ${revision} returns unless it is confirmed within ${record.confirmSeconds} s`,
      hint: "httpcfg fleet confirm\nhttpcfg fleet cancel",
    }]);
  } else if (record.phase === "stuck") {
    report(io, [{ kind: "error", text: record.causes.at(-1) ?? "", hint: "httpcfg fleet status" }]);
  }
  return record;
}

function endText({ revision, phase, waves }: RolloutRecord): string {
  const count = waves.flat().length;
  const members = count === 1 ? "1 member" : `${count} members`;
  switch (phase) {
    case "done":
      return `revision ${revision} is rolled out to ${members}`;
    case "confirming":
      return `revision ${revision} runs on ${members}, not confirmed`;
    case "returned":
      return `revision ${revision} has returned`;
    default:
      return `revision ${revision} has not returned everywhere`;
  }
}

function answerOf(record: RolloutRecord): string {
  const changed = record.phase === "done" || record.phase === "confirming";
  return answerText({ changed, ...record });
}

function statusOf(record: RolloutRecord | null): number {
  return record?.phase === "done" || record?.phase === "confirming" ? EXIT.ok : EXIT.failed;
}

/** Replaces the roll-out by what `next` makes of it; a text says why it cannot. */
async function replace(
  store: OpenFleet["store"],
  verb: "confirm" | "cancel",
  next: (view: FleetView) => { record: RolloutRecord; target?: TargetRecord } | string,
): Promise<RolloutRecord> {
  for (;;) {
    const view = await store.readView();
    const made = next(view);
    if (typeof made === "string") {
      throw new Fault(`Cannot ${verb}: ${made}`, { hint: "httpcfg fleet status" });
    }
    const { record, target } = made;
    if (record === view.rollout) return record;
    const { rollout, target: targetKey } = store.layout;
    const also = target === undefined
      ? undefined
      : { target, changed: view.changed.get(targetKey) ?? 0 };
    // The driver may have been faster: what is right now is decided again.
    if (await store.replaceRollout(record, view.changed.get(rollout) ?? 0, also)) return record;
  }
}

/** Returns how many canaries, or which. Throws a usage Fault. */
function readCanaries(input: CommandInput): number | readonly string[] {
  const text = input.text("canary");
  if (text === null) return 1;
  if (/^[0-9]{1,4}$/.test(text)) return Number(text);
  const names = text.split(",").filter((name) => name !== "");
  const wrong = names.find((name) => !NAME_PATTERN.test(name));
  if (names.length > 0 && wrong === undefined) return names;
  throw usageFault(
    `Cannot use ${quote(text)} for "--canary": expected a number or names of members`,
    retype(input.commandLine, { flag: "canary", to: "1" }),
  );
}
