/**
 * What the store has under each key, as JSON: shapes and their checks. Whatever does not match is never
 * taken for "nothing": the reader keeps what it has and reports a problem.
 *
 * @module
 */
import * as v from "valibot";
import { type Patch, patchSchema } from "../../config/document/patch.ts";

/** A name of a member or group: what a host name or a part of it can be. */
export const NAME_PATTERN: RegExp = /^(?!.*\.\.)[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** The keys of revisions have so many digits. */
export const REVISION_MAX = 999_999_999_999;
/** Pieces of a whole document, so that a number that is made up costs a reader no more than this. */
const PIECES_MAX = 4096;

const name = v.pipe(v.string(), v.regex(NAME_PATTERN));
const revision = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(REVISION_MAX));
/** A random identifier, which is a part of keys. */
const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{8,64}$/));
const time = v.pipe(v.string(), v.isoTimestamp());
/** One line, whatever was written: a line feed would let one text look like several. */
const text = v.pipe(
  v.string(),
  v.maxLength(4096),
  v.transform((value) => value.replace(/[\t\n\v\f\r\u2028\u2029]/g, " ")),
);

/** Who has changed what: one revision of the shared document. Under `head` and under `revision/N`. */
export interface RevisionRecord {
  readonly revision: number;
  /** Random, so that a writer that got no answer can tell its own. */
  readonly id: string;
  /** ISO 8601, by the clock of the author's machine. */
  readonly at: string;
  /** `root@web1`. */
  readonly by: string;
  /** One line: what was changed, in the words of the command. */
  readonly what: string;
  /** SHA-256 of the JSON of the shared document, in hex. */
  readonly hash: string;
  /** What makes this document of the one before; null if only its snapshot has it. */
  readonly patch: Patch | null;
  readonly snapshot: SnapshotPlace;
}

/** Where the newest whole document at or before a revision is. */
export interface SnapshotPlace {
  readonly revision: number;
  /** The id of that revision: two writers who race for a revision write pieces of their own. */
  readonly id: string;
  readonly pieces: number;
}

export const revisionSchema: v.GenericSchema<unknown, RevisionRecord> = v.object({
  revision,
  id,
  at: time,
  by: text,
  what: text,
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  patch: v.nullable(patchSchema),
  snapshot: v.object({
    revision,
    id,
    pieces: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(PIECES_MAX)),
  }),
});

/** The revisions that members run when no roll-out says otherwise. */
export interface TargetRecord {
  readonly revision: number;
  /** Revisions of groups that are not at `revision`. */
  readonly groups: Readonly<Record<string, number>>;
}

export const targetSchema: v.GenericSchema<unknown, TargetRecord> = v.object({
  revision,
  groups: v.record(name, revision),
});

/**
 * How far a roll-out is. `running` it goes from wave to wave; `confirming` all have it and it waits for
 * an administrator; `returning` those that changed go back. The other three are the end.
 */
const ROLLOUT_PHASES = [
  "running",
  "confirming",
  "returning",
  "done",
  "returned",
  "stuck",
] as const;
type RolloutPhase = typeof ROLLOUT_PHASES[number];

/** A roll-out: which members run which revision while it is in progress. */
export interface RolloutRecord {
  readonly id: string;
  readonly phase: RolloutPhase;
  /** The revision that it brings. */
  readonly revision: number;
  /** Of whom: null for every member. */
  readonly group: string | null;
  /** The members, wave by wave, the canaries first. */
  readonly waves: readonly (readonly string[])[];
  /** How many waves have been told to change. */
  readonly released: number;
  /** Seconds for which a wave must be well before the next one. */
  readonly waitSeconds: number;
  /** Seconds for a member to report that it has applied the revision. */
  readonly applySeconds: number;
  /** Seconds for an administrator to confirm; null if that is not asked for. */
  readonly confirmSeconds: number | null;
  readonly at: string;
  readonly by: string;
  /** Why it returns or has returned, one sentence for each member or cause. */
  readonly causes: readonly string[];
}

export const rolloutSchema: v.GenericSchema<unknown, RolloutRecord> = v.object({
  id: text,
  phase: v.picklist(ROLLOUT_PHASES),
  revision,
  group: v.nullable(name),
  waves: v.array(v.array(name)),
  released: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  waitSeconds: v.number(),
  applySeconds: v.number(),
  confirmSeconds: v.nullable(v.number()),
  at: time,
  by: text,
  causes: v.array(text),
});

/** A machine of the fleet, also when it is off. */
export interface MemberRecord {
  readonly name: string;
  /** Random, made when it joined: two machines with one name are noticed. */
  readonly id: string;
  readonly group: string | null;
  readonly joinedAt: string;
}

export const memberSchema: v.GenericSchema<unknown, MemberRecord> = v.object({
  name,
  id: text,
  group: v.nullable(name),
  joinedAt: time,
});

/**
 * How a member is. `applied` it runs the revision that it should; `refused` it cannot use it and runs
 * what it ran; `failed` it runs it, and its own `verify` finds faults; `held` the store is not to be
 * believed (it went back, or holds garbage); `stopped` no service of it listens.
 */
export const OUTCOMES = ["applied", "refused", "failed", "held", "stopped"] as const;
export type Outcome = typeof OUTCOMES[number];

export interface NodeState {
  /** The id of its member record. */
  readonly id: string;
  /** Of the program. */
  readonly version: string;
  readonly at: string;
  /** The revision that it runs; null if it never had one. */
  readonly applied: number | null;
  /** The revision that it should run, as far as it knows. */
  readonly wanted: number | null;
  /**
   * The roll-out in progress that it has done as it was told, or could not; null for none. What it
   * reported before says nothing about that roll-out, also if the revision is the same.
   */
  readonly rollout: string | null;
  readonly outcome: Outcome;
  /** Why it is not as it should be, each a sentence without a full stop. */
  readonly problems: readonly string[];
  /** `10.0.0.5:443 open`, at most {@linkcode LISTED_MAX}; `endpointCount` counts all. */
  readonly endpoints: readonly { readonly endpoint: string; readonly state: string }[];
  readonly endpointCount: number;
  readonly sitesDown: readonly { readonly site: string; readonly reason: string }[];
  /** What differs from the shared document on purpose or by hand: `ipListen`, `sites[W3SVC/2]`. */
  readonly overrides: readonly string[];
}

/** Members of a list in a state or an answer; what is over is counted. */
export const LISTED_MAX = 100;

export const nodeStateSchema: v.GenericSchema<unknown, NodeState> = v.object({
  id: text,
  version: text,
  at: time,
  applied: v.nullable(revision),
  wanted: v.nullable(revision),
  rollout: v.nullable(text),
  outcome: v.picklist(OUTCOMES),
  problems: v.array(text),
  endpoints: v.array(v.object({ endpoint: text, state: text })),
  endpointCount: v.number(),
  sitesDown: v.array(v.object({ site: text, reason: text })),
  overrides: v.array(text),
});

/** What an administrator asks every member. */
export type Question =
  /** What would a document do there? `patch` makes it of the revision; null for the revision itself. */
  | { readonly kind: "plan"; readonly revision: number; readonly patch: Patch | null }
  /** What does `verify` find there? */
  | { readonly kind: "verify" }
  /** What differs there from the shared document, field by field? */
  | { readonly kind: "drift" }
  /** Who has the port there? */
  | { readonly kind: "who"; readonly port: number };

export const questionSchema: v.GenericSchema<unknown, Question> = v.variant("kind", [
  v.object({ kind: v.literal("plan"), revision, patch: v.nullable(patchSchema) }),
  v.object({ kind: v.literal("verify") }),
  v.object({ kind: v.literal("drift") }),
  v.object({
    kind: v.literal("who"),
    port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535)),
  }),
]);

/** A line of an answer: what is done or found, where, and why. */
export interface AnswerLine {
  /**
   * `open`, `close`, `keep`, `wait`, `refused` of a plan; `ok`, `fault` of verify; `local` of drift;
   * `listens` of who.
   */
  readonly what: string;
  /** An endpoint, a site, a field of the document. */
  readonly about: string;
  readonly why: string;
}

/** The answer of one member to a question. */
export interface Answer {
  /** Whether what was asked about is as it should be: a plan without refusals, a clean verify. */
  readonly isGood: boolean;
  readonly lines: readonly AnswerLine[];
  /** Lines that are not in `lines`, because there are more than {@linkcode LISTED_MAX}. */
  readonly more: number;
  /** Why the change may lock somebody out, or leave the machine without what it serves. */
  readonly risks: readonly string[];
  /** Why there is no answer: the document cannot be used there; null if there is one. */
  readonly problem: string | null;
}

export const answerSchema: v.GenericSchema<unknown, Answer> = v.object({
  isGood: v.boolean(),
  lines: v.array(v.object({ what: text, about: text, why: text })),
  more: v.number(),
  risks: v.array(text),
  problem: v.nullable(text),
});
