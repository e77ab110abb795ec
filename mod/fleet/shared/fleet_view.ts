/**
 * What every member and administrator knows of the store: all below `shared/`, understood. Pure.
 *
 * A value that nobody can understand is never taken for "nothing": its key is in `garbage`, and who
 * needs it keeps what it had.
 *
 * @module
 */
import * as v from "valibot";
import type { KeyChange, KeySnapshot } from "./key_store.ts";
import type { Layout } from "./layout.ts";
import {
  type Question,
  questionSchema,
  type RevisionRecord,
  revisionSchema,
  type RolloutRecord,
  rolloutSchema,
  type TargetRecord,
  targetSchema,
} from "./records.ts";

/** The state of the store at one revision of it. */
export interface FleetView {
  /** Identifies this history of the document; null if it has none. */
  readonly epoch: string | null;
  /** The newest revision. */
  readonly head: RevisionRecord | null;
  readonly target: TargetRecord | null;
  /** The roll-out in progress, or the last one. */
  readonly rollout: RolloutRecord | null;
  /** Who drives the roll-out. */
  readonly driver: string | null;
  /** What administrators ask, by the id of the question. */
  readonly questions: ReadonlyMap<string, Question>;
  /** The keys whose values nobody can understand, sorted. */
  readonly garbage: readonly string[];
  /** The revision of the store. */
  readonly storeRevision: number;
  /** Where each key was written last, for compare-and-swap; a key that is not there is absent. */
  readonly changed: ReadonlyMap<string, number>;
}

/** What is under one key; undefined if it cannot be understood, null if there is nothing. */
type Read<T> = T | null | undefined;

/** An epoch, and the id of a question. */
const ID_PATTERN = /^[0-9a-f]{8,64}$/;
/** Maximum characters of the name of a driver, which its program has chosen. */
const DRIVER_MAX = 256;

/** Returns the view of a store that has these values. */
export function viewOf(layout: Layout, { revision, values }: KeySnapshot): FleetView {
  const empty: FleetView = {
    epoch: null,
    head: null,
    target: null,
    rollout: null,
    driver: null,
    questions: new Map(),
    garbage: [],
    storeRevision: revision,
    changed: new Map(),
  };
  return withChanges(layout, empty, revision, values);
}

/** Returns the view after changes that were made at `revision` of the store. */
export function withChanges(
  layout: Layout,
  view: FleetView,
  revision: number,
  changes: readonly KeyChange[],
): FleetView {
  const changed = new Map(view.changed);
  const garbage = new Set(view.garbage);
  const questions = new Map(view.questions);
  const fields: { -readonly [Field in keyof FleetView]?: FleetView[Field] } = {};
  for (const { key, value, changed: at } of changes) {
    if (value === null) changed.delete(key);
    else changed.set(key, at);
    const take = <T>(read: Read<T>): T | null => {
      if (read === undefined) garbage.add(key);
      else garbage.delete(key);
      return read ?? null;
    };
    if (key === layout.epoch) fields.epoch = take(readText(value, ID_PATTERN));
    else if (key === layout.head) fields.head = take(readRecord(revisionSchema, value));
    else if (key === layout.target) fields.target = take(readRecord(targetSchema, value));
    else if (key === layout.rollout) fields.rollout = take(readRecord(rolloutSchema, value));
    else if (key === layout.driver) fields.driver = take(readText(value, /./));
    else if (key.startsWith(layout.questions)) {
      const id = key.slice(layout.questions.length);
      const isReadable = value === null || ID_PATTERN.test(id);
      const question = take(isReadable ? readRecord(questionSchema, value) : undefined);
      if (question === null) questions.delete(id);
      else questions.set(id, question);
    }
  }
  return {
    ...view,
    ...fields,
    questions,
    garbage: [...garbage].sort(),
    storeRevision: revision,
    changed,
  };
}

/** Returns a value of a schema; null if there is none, undefined if there is something else. */
export function readRecord<T>(schema: v.GenericSchema<unknown, T>, value: string | null): Read<T> {
  if (value === null) return null;
  try {
    const result = v.safeParse(schema, JSON.parse(value));
    return result.success ? result.output : undefined;
  } catch { // no JSON, or nested too deeply to be checked
    return undefined;
  }
}

function readText(value: string | null, pattern: RegExp): Read<string> {
  if (value === null) return null;
  return value.length <= DRIVER_MAX && pattern.test(value) ? value : undefined;
}
