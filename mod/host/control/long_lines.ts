/**
 * The lines of a service's answers, made in steps: the status of 100,000 sockets is 12 MB of JSON.
 * Separate from `json_lines.ts`, so that a command that only asks does not load it.
 *
 * @module
 */
import { inSlices } from "../../base/work/slices.ts";
import type { Steps } from "../../base/work/steps.ts";
import { type LineStream, writeAll } from "./json_lines.ts";

/** Characters of JSON that are encoded at once. */
const PIECE_CHARACTERS = 65_536;
/** Members of a list whose JSON is made at once. */
const MEMBERS_AT_ONCE = 64;

/** Writes values, each as one line. */
export async function writeLines(stream: LineStream, values: readonly unknown[]): Promise<void> {
  for (const bytes of await inSlices(encodeLines(values))) await writeAll(stream, bytes);
}

/** Returns the lines of `values` in pieces. */
function* encodeLines(values: readonly unknown[]): Steps<Uint8Array[]> {
  const encoder = new TextEncoder();
  const pieces: Uint8Array[] = [];
  let text = "";
  const flush = (): void => {
    pieces.push(encoder.encode(text));
    text = "";
  };
  for (const value of values) {
    for (const part of jsonParts(value)) {
      text += part;
      if (text.length < PIECE_CHARACTERS) continue;
      flush();
      yield;
    }
    text += "\n";
  }
  flush();
  return pieces;
}

/** Yields the JSON of a value, in parts of limited size where it has long lists. */
function* jsonParts(value: unknown): Generator<string, void, void> {
  if (Array.isArray(value)) {
    yield "[";
    for (let start = 0; start < value.length; start += MEMBERS_AT_ONCE) {
      const some = JSON.stringify(value.slice(start, start + MEMBERS_AT_ONCE));
      yield `${start === 0 ? "" : ","}${some.slice(1, -1)}`;
    }
    yield "]";
  } else if (typeof value === "object" && value !== null) {
    let separator = "{";
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      yield `${separator}${JSON.stringify(name)}:`;
      yield* jsonParts(member);
      separator = ",";
    }
    yield separator === "{" ? "{}" : "}";
  } else yield JSON.stringify(value);
}
