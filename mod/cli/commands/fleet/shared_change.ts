/**
 * The commands of one machine on the shared document of a fleet: with their syntax, their checks and their
 * messages.
 *
 * @module
 */
import { FleetDocument } from "../../../admin/fleet_document.ts";
import { Fault } from "../../../base/fault.ts";
import type { Example, FlagSpec } from "../../../base/flag_spec.ts";
import { makePatch } from "../../../config/document/patch.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { answerText } from "../../core/format.ts";
import { isJson } from "../../core/outcome.ts";
import { askPlan } from "./ask_plan.ts";
import { STORE_FLAGS, STORE_HELP } from "./fleet_flags.ts";
import { aboutStore, lineOf, noteStored, onFleet, type OpenFleet, withHint } from "./open_fleet.ts";

/** How a command for a fleet differs from that for one machine. */
interface SharedSpec {
  /** Without `fleet` before it. */
  readonly name: string;
  readonly summary: string;
  readonly details?: readonly string[];
  readonly examples: readonly Example[];
  /** Flags that are about one machine. */
  readonly without?: readonly string[];
  /** Flags that are given in any case. */
  readonly given?: readonly string[];
  /** Whether it changes nothing. */
  readonly isQuery?: boolean;
}

/** The flag of every change of a fleet. */
const PLAN_FLAG: Readonly<Record<"plan", FlagSpec>> = {
  plan: { kind: "boolean", summary: "ask the members what it would do there, and store nothing" },
};

/** What a change does, for the help. */
const CHANGE_HELP =
  "The change is a new revision of the shared document, which the members run after httpcfg fleet " +
  "apply. Administrators who change it at the same time do not lose each other's changes.";

/** Returns the command `fleet …` that does what `local` does for one machine. */
export function forFleet(local: CommandSpec, spec: SharedSpec): CommandSpec {
  const { without = [], isQuery = false } = spec;
  const own = Object.entries(local.flags).filter(([name]) => !without.includes(name));
  const help = `The syntax is that of ${local.name}: httpcfg help ${local.name}.`;
  return {
    ...local,
    name: `fleet ${spec.name}`,
    summary: spec.summary,
    details: [
      ...spec.details ?? [],
      ...isQuery ? [help] : [`${help} ${CHANGE_HELP}`],
      STORE_HELP,
    ],
    examples: spec.examples,
    flags: { ...Object.fromEntries(own), ...isQuery ? {} : PLAN_FLAG, ...STORE_FLAGS },
    run: (input, io) => onFleet(input, io, (fleet) => run(local, spec, { input, io, fleet })),
  };
}

async function run(
  local: CommandSpec,
  { given = [], isQuery = false }: SharedSpec,
  { input, io, fleet }: {
    readonly input: CommandInput;
    readonly io: CommandIo;
    readonly fleet: OpenFleet;
  },
): Promise<number> {
  const isProposal = input.flag("plan");
  const at = new Date(io.now()).toISOString();
  const document = new FleetDocument(fleet.store, {
    author: { by: fleet.by, what: lineOf(input), at },
    loadContentRules: async () => (await import("../../../site/kinds/kinds.ts")).CONTENT_RULES,
    isProposal,
  });
  const output = new HeldOutput(io, isProposal || (isJson(input) && !isQuery));
  const hint = (line: string): string => aboutStore(fleetLine(line), fleet.flags);
  const ownInput = { ...input, flag: (name: string) => given.includes(name) || input.flag(name) };
  let status: number;
  try {
    status = await local.run(ownInput, {
      ...io,
      ...output.io,
      isShared: true,
      store: document,
      control: { run: "", ask: () => Promise.resolve(null) },
      record: () => Promise.resolve(),
      typed: (line) => io.typed(hint(line)),
    });
  } catch (error) {
    throw error instanceof Fault ? withHint(error, hint) : error;
  }
  const { proposal, revision } = document;
  if (proposal !== null) {
    const patch = makePatch(proposal.before, proposal.after);
    return await askPlan(input, io, fleet, { revision: proposal.revision, patch });
  }
  output.flush(revision);
  if (revision !== null) noteStored({ ...io, typed: (line) => io.typed(hint(line)) }, revision);
  return status;
}

/** Commands of one machine, and what follows `httpcfg` for the fleet. */
const FLEET_LINES: readonly (readonly [RegExp, string])[] = [
  [/\bhttpcfg (set|delete|query) iplisten\b(?: --later)?/g, "httpcfg fleet $1 iplisten"],
  [/\bhttpcfg (site|settings) (?!pause|continue)/g, "httpcfg fleet $1 "],
  [/\bhttpcfg config (export|import|edit)\b/g, "httpcfg fleet $1"],
  [/\bhttpcfg history$/g, "httpcfg fleet history"],
];

/** Returns each line of a hint about one machine as the line about the fleet. */
function fleetLine(hint: string): string {
  return hint.split("\n").map((line) => {
    return FLEET_LINES.reduce((text, [pattern, to]) => text.replace(pattern, to), line);
  }).join("\n");
}

/** Keeps what a command writes to stdout until it is known what has become of the change. */
class HeldOutput {
  /** What the command writes with. */
  readonly io: Partial<Pick<CommandIo, "out" | "show" | "print">>;
  readonly #io: CommandIo;
  readonly #held: (() => void)[] = [];
  #answer: string | null = null;

  constructor(io: CommandIo, isHeld: boolean) {
    this.#io = io;
    this.io = !isHeld ? {} : {
      show: (text) => void this.#held.push(() => io.show(text)),
      print: (text) => void this.#held.push(() => io.print(text)),
      out: (text) => {
        this.#answer = text;
        this.#held.push(() => io.out(text));
      },
    };
  }

  /** Writes it; a JSON answer says the revision too. */
  flush(revision: number | null): void {
    const isAnswer = this.#held.length === 1 && this.#answer?.startsWith("{") === true;
    if (!isAnswer) return this.#held.forEach((write) => write());
    const { version: _, ...fields } = JSON.parse(this.#answer!);
    this.#io.out(answerText({ ...fields, revision }));
  }
}
