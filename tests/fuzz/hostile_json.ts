/**
 * Lines of JSON that are nearly messages, and the connection that carries them.
 *
 * @module
 */
import type { LineStream } from "../../mod/host/control/json_lines.ts";
import { mutatedText, splitUp } from "./mutate.ts";
import type { Random } from "./random.ts";

const VALUES = [
  ...["null", "true", "false", "0", "1", "-1", "1.5", "1e308", "1e999", "4294967296", '""', '"a"'],
  ...["9007199254740993", "[]", "{}", "[[]]", '{"a":1}', '"\\u0000"', '"\\ud800"', '"__proto__"'],
  ...['{"__proto__":{"op":"end"}}', '"constructor"', "[null]", `"${"x".repeat(2000)}"`],
];
const NAMES = ["__proto__", "constructor", "op", "toString", "", "a", "length", "hasOwnProperty"];

/** Returns `value` as JSON, with some of its parts in other forms. */
export function hostileJson(value: unknown, random: Random): string {
  if (random.chance(25)) return nested(random);
  if (random.chance(12)) return random.pick(VALUES);
  if (Array.isArray(value)) {
    return `[${value.map((member) => hostileJson(member, random)).join(",")}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(() => !random.chance(15)).map(([name, member]) => {
    return `${JSON.stringify(name)}:${hostileJson(member, random)}`;
  });
  if (random.chance(6)) fields.push(`"${random.pick(NAMES)}":${random.pick(VALUES)}`);
  if (fields.length > 0 && random.chance(8)) fields.push(random.pick(fields)); // twice
  return `{${fields.join(",")}}`;
}

function nested(random: Random): string {
  const depth = random.pick([10, 1000, 7000]);
  const [open, close] = random.pick([["[", "]"], ['{"a":', "}"], ["[", ""]] as const);
  return `${open.repeat(depth)}${close === "}" ? "1" : ""}${close.repeat(depth)}`;
}

/** Returns one to three lines made of `values`. */
export function hostileLines(values: readonly unknown[], random: Random): string {
  let text = "";
  for (let i = 1 + random.below(3); i > 0; i--) {
    const value = random.pick(values);
    const line = random.chance(2) ? hostileJson(value, random) : JSON.stringify(value);
    text += `${random.chance(6) ? mutatedText(line, random) : line}\n`;
  }
  return random.chance(8) ? text.slice(0, random.below(text.length)) : text;
}

/** The service's end of a connection whose client sends `text` in pieces, and then ends. */
export class LinesFromClient implements LineStream {
  readonly #pieces: Uint8Array[];
  #written = "";
  readonly #decoder = new TextDecoder();
  readonly #closed = Promise.withResolvers<void>();

  constructor(text: string, random: Random) {
    const bytes = new TextEncoder().encode(text);
    this.#pieces = bytes.length > 3000 ? [bytes] : splitUp(bytes, random);
  }

  /** The lines that the client gets. */
  get answers(): unknown[] {
    return this.#written.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }

  /** Resolves when the service has closed its end. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    const piece = this.#pieces.shift();
    if (piece === undefined) return Promise.resolve(null);
    const count = Math.min(buffer.length, piece.length);
    buffer.set(piece.subarray(0, count));
    if (count < piece.length) this.#pieces.unshift(piece.subarray(count));
    return Promise.resolve(count);
  }

  write(bytes: Uint8Array): Promise<number> {
    this.#written += this.#decoder.decode(bytes, { stream: true });
    return Promise.resolve(bytes.length);
  }

  close(): void {
    this.#closed.resolve();
  }
}
