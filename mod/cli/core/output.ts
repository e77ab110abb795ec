/**
 * Edge: the only writer to stdout and stderr.
 *
 * @module
 */
import { Fault } from "../../base/fault.ts";

/** The reader of our output has gone: nothing is wrong, and nothing more is to be said. */
export class PipeClosed extends Error {
  override readonly name = "PipeClosed";
}

/**
 * `text` that a terminal cannot obey: control characters but tab and line feed, and those that turn
 * the direction of text, become "?". Names of other users, sites and programs come through here.
 */
export function printable(text: string): string {
  return UNPRINTABLE.test(text) ? text.replace(new RegExp(UNPRINTABLE, "gu"), "?") : text;
}

const UNPRINTABLE = /[^\P{Cc}\t\n]|[\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

interface Sink {
  writeSync(bytes: Uint8Array): number;
}

/** Writes `text` whole to `sink`; throws PipeClosed where nobody reads any more. */
export function writeText(sink: Sink, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let written = 0; written < bytes.length;) {
      written += sink.writeSync(bytes.subarray(written));
    }
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new PipeClosed();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Fault(`Cannot write the answer: ${reason}`, { cause: error });
  }
}

/** Writes the answer, ending its last line; nothing for "". */
export function out(text: string): void {
  writeText(Deno.stdout, asLines(text));
}

/** Writes the answer as it is, for output that grows within a line. */
export function print(text: string): void {
  writeText(Deno.stdout, text);
}

/** Writes what is not the answer. A closed or full stderr must not end the work. */
export function note(text: string): void {
  try {
    writeText(Deno.stderr, asLines(text));
  } catch {
    // There is no other place left to say it.
  }
}

/** Writes a question and reads one line; null where no person sits there. */
export function ask(question: string): string | null {
  if (!Deno.stdin.isTerminal()) return null;
  Deno.stdout.writeSync(new TextEncoder().encode(question));
  const line: number[] = [];
  const byte = new Uint8Array(1);
  while (Deno.stdin.readSync(byte) === 1 && byte[0] !== 0x0a) line.push(byte[0]!);
  return new TextDecoder().decode(new Uint8Array(line)).trim();
}

function asLines(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
