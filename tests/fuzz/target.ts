/**
 * What can be fuzzed: inputs made at random, and the rules that hold for each of them.
 *
 * A case is the number that its random choices begin with, so that a finding can be repeated.
 *
 * @module
 */
import { latin1 } from "../../mod/wire/byte_text.ts";
import { Random } from "./random.ts";

/** One row of the table of targets. */
export interface Target {
  readonly name: string;
  /** Prepares what the cases share. */
  open(): Promise<OpenTarget>;
}

export interface OpenTarget {
  /** Runs one case. Throws a {@linkcode Finding} if it breaks a rule. */
  run(number: number): Promise<void>;
  /** Releases what the cases share, and checks what holds after all of them. */
  close(): Promise<void>;
}

/** The rules of a target. */
export interface Rules<I> {
  /** Throws if `input` breaks a rule. Further choices come from `random`. */
  check(input: I, random: Random): void | Promise<void>;
  close?(): Promise<void>;
}

/** A broken rule, with the shortest input found that breaks one. */
export class Finding extends Error {
  constructor(input: unknown, cause: unknown) {
    super(`a rule is broken by ${shown(input)}`, { cause });
  }
}

/** A case that takes longer has stopped. */
const CASE_MS = 60_000;
/** Attempts to shorten the input of a finding. */
const ATTEMPTS_MAX = 2000;

export function target<I>(
  name: string,
  make: (random: Random) => I,
  open: () => Rules<I> | Promise<Rules<I>>,
): Target {
  return {
    name,
    async open(): Promise<OpenTarget> {
      const rules = await open();
      return {
        async run(number): Promise<void> {
          const input = make(new Random(number));
          const failure = (tried: I): Promise<unknown> => failureOf(rules, tried, number);
          const cause = await failure(input);
          if (cause === null) return;
          throw new Finding(...await shortened(input, cause, failure));
        },
        close: () => rules.close?.() ?? Promise.resolve(),
      };
    },
  };
}

/** Returns what the check of `input` throws; null if it keeps the rules. */
async function failureOf<I>(rules: Rules<I>, input: I, number: number): Promise<unknown> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => late.reject(new Error("the case does not end")), CASE_MS);
  try {
    // The check may change bytes, as some decoders do.
    await Promise.race([rules.check(structuredClone(input), new Random(~number)), late.promise]);
    return null;
  } catch (error) {
    return error ?? new Error("nothing was thrown");
  } finally {
    clearTimeout(timer);
  }
}

/** Shortens `input` as long as it breaks a rule. Returns the shortest and what it causes. */
async function shortened<I>(
  input: I,
  cause: unknown,
  failure: (tried: I) => Promise<unknown>,
): Promise<[input: I, cause: unknown]> {
  let best: [I, unknown] = [input, cause];
  let attempts = 0;
  for (let isShorter = true; isShorter;) {
    isShorter = false;
    for (const tried of shorter(best[0])) {
      if (++attempts > ATTEMPTS_MAX) return best;
      const found = await failure(tried as I);
      if (found === null) continue;
      best = [tried as I, found];
      isShorter = true;
      break;
    }
  }
  return best;
}

/** Yields versions of `value` with parts left out, large ones first. */
function* shorter(value: unknown): Generator<unknown> {
  if (value instanceof Uint8Array) {
    for (const [from, to] of cuts(value.length)) {
      yield Uint8Array.from([...value.subarray(0, from), ...value.subarray(to)]);
    }
  } else if (typeof value === "string") {
    for (const [from, to] of cuts(value.length)) yield value.slice(0, from) + value.slice(to);
  } else if (Array.isArray(value)) {
    for (const [from, to] of cuts(value.length)) yield value.toSpliced(from, to - from);
    for (const [i, member] of value.entries()) {
      for (const less of shorter(member)) yield value.with(i, less);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      for (const less of shorter(member)) yield { ...value, [name]: less };
    }
  }
}

/** Ranges to leave out of `length` members: the half, the quarters, and so on. */
function* cuts(length: number): Generator<[from: number, to: number]> {
  for (let size = Math.ceil(length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < length; from += size) yield [from, Math.min(length, from + size)];
  }
}

function shown(input: unknown): string {
  return JSON.stringify(input, (_, value) => {
    return value instanceof Uint8Array ? latin1(value, 0, value.length) : value;
  });
}
