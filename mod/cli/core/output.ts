/**
 * Edge: the only writer to stdout and stderr.
 *
 * @module
 */
import { Fault, messageOf } from "../../base/fault.ts";
import type { Printable } from "../../base/printable.ts";
import type { TerminalFacts } from "./screen/screen.ts";

/**
 * The reader of our output has closed the pipe. This is not an error, but no more output is read.
 */
export class PipeClosed extends Error {
  override readonly name = "PipeClosed";
}

/** The streams of this process. */
export const terminal: TerminalFacts = {
  get isOut(): boolean {
    return Deno.stdout.isTerminal();
  },
  get isNote(): boolean {
    return Deno.stderr.isTerminal();
  },
  columns(): number | null {
    try {
      return Deno.consoleSize().columns;
    } catch {
      return null;
    }
  },
};

interface Sink {
  writeSync(bytes: Uint8Array): number;
}

/** Called before anything is written to a terminal that shows progress. */
let makeRoom = (): void => {};
/** What was written to stdout last. */
let last = "";

/** A terminal that may show a line of progress. */
export interface ProgressTerminal {
  /** Writes text and moves of the cursor. */
  write(text: string): void;
  /** Returns how many columns of its line unfinished output takes; 0 at the start of a line. */
  column(): number;
  /** Calls `callback` before anything else is written. */
  beforeOutput(callback: () => void): void;
}

/** Returns stderr if it is a terminal, for progress; else null. */
export function progressTerminal(): ProgressTerminal | null {
  if (!Deno.stderr.isTerminal()) return null;
  return {
    write: (text) => void Deno.stderr.writeSync(new TextEncoder().encode(text)),
    column: () => Deno.stdout.isTerminal() ? last.length - last.lastIndexOf("\n") - 1 : 0,
    beforeOutput: (callback) => makeRoom = callback,
  };
}

/** The size of the terminal that stdout is; null if it does not say. */
export function terminalSize(): { readonly columns: number; readonly rows: number } | null {
  try {
    const { columns, rows } = Deno.consoleSize();
    return columns > 0 && rows > 0 ? { columns, rows } : null;
  } catch {
    return null;
  }
}

/** Writes all of `text` to `sink`; throws PipeClosed if the reader has closed the pipe. */
export function writeText(sink: Sink, text: Printable): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let written = 0; written < bytes.length;) {
      written += sink.writeSync(bytes.subarray(written));
    }
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new PipeClosed();
    const reason = messageOf(error);
    throw new Fault(`Cannot write the output: ${reason}`, { cause: error });
  }
}

/** Writes output and ends its last line; writes nothing for "". */
export function out(text: Printable): void {
  print(asLines(text));
}

/** Writes output as it is, without ending the line. */
export function print(text: Printable): void {
  makeRoom();
  last = text || last;
  writeText(Deno.stdout, text);
}

/** Writes notes to stderr. A closed or full stderr must not end the command. */
export function note(text: Printable): void {
  makeRoom();
  last = "";
  try {
    writeText(Deno.stderr, asLines(text));
  } catch {
    // There is nowhere else to report it.
  }
}

/** Reports whether somebody at a terminal can use an editor. */
export function isInteractive(): boolean {
  return Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
}

/** Writes a question and reads one line; null if stdin is no terminal, or at its end (Ctrl-D). */
export function ask(question: Printable): string | null {
  if (!Deno.stdin.isTerminal()) return null;
  makeRoom();
  Deno.stdout.writeSync(new TextEncoder().encode(question));
  const line: number[] = [];
  const byte = new Uint8Array(1);
  let isEnd = false;
  while (!isEnd && byte[0] !== 0x0a) {
    isEnd = Deno.stdin.readSync(byte) !== 1;
    if (!isEnd && byte[0] !== 0x0a) line.push(byte[0]!);
  }
  if (isEnd && line.length === 0) {
    Deno.stdout.writeSync(new TextEncoder().encode("\n"));
    return null;
  }
  return new TextDecoder().decode(new Uint8Array(line)).trim();
}

function asLines(text: Printable): Printable {
  return text === "" || text.endsWith("\n") ? text : `${text}\n` as Printable;
}
