/**
 * Edge: the line on a terminal that says how far a command is, once it takes more than a second. It
 * is rewritten in place, and taken away before anything else is written.
 *
 * @module
 */
import { type Progress, progressText } from "../../base/progress.ts";
import { oneLine } from "../../base/printable.ts";
import type { ProgressTerminal } from "./output.ts";

/** Milliseconds before the line appears: what is done sooner needs none. */
const SHOW_AFTER_MS = 1000;
/** Milliseconds between two lines that differ only in numbers. */
const REDRAW_MS = 100;
/** Columns if the terminal does not say how many it has. */
const COLUMNS = 80;
/** Erases what is right of the cursor. */
const ERASE = "\x1b[K";

/** What the line depends on beside the terminal. */
interface ProgressContext {
  /** Milliseconds from some point in time. */
  now(): number;
  /** Calls `callback` once, unless the process ends before. */
  later(callback: () => void, ms: number): void;
  /** Columns of the terminal; null if it does not say. */
  columns(): number | null;
  /** Whether the terminal obeys escape sequences. */
  readonly hasEscapes: boolean;
}

/** Returns the line of this process on `terminal`. */
export function progressOn(terminal: ProgressTerminal): ProgressLine {
  const type = Deno.env.get("TERM") ?? "";
  return new ProgressLine(terminal, {
    now: () => performance.now(),
    later: (callback, ms) => Deno.unrefTimer(setTimeout(callback, ms)),
    columns(): number | null {
      try {
        return Deno.consoleSize().columns || null;
      } catch {
        return null; // it has no size, as that of an editor
      }
    },
    hasEscapes: type !== "" && type !== "dumb",
  });
}

export class ProgressLine {
  readonly #terminal: ProgressTerminal;
  readonly #context: ProgressContext;
  readonly #begin: number;
  /** The step that is being done; null after other output. */
  #step: Parameters<Progress> | null = null;
  /** What is on the terminal; "" for nothing. */
  #shown = "";
  #shownAt = -Infinity;
  /** Columns of an unfinished line of output, below which the line is. */
  #column = 0;
  #isTimed = false;

  constructor(terminal: ProgressTerminal, context: ProgressContext) {
    this.#terminal = terminal;
    this.#context = context;
    this.#begin = context.now();
    terminal.beforeOutput(() => this.end());
  }

  /** Shows the step if it is time. */
  readonly step: Progress = (...step): void => {
    const isOther = step[0] !== this.#step?.[0] || step[1] !== this.#step[1];
    this.#step = step;
    const now = this.#context.now();
    const wait = this.#begin + SHOW_AFTER_MS - now;
    if (wait > 0) this.#drawLater(wait);
    else if (isOther || now - this.#shownAt >= REDRAW_MS) this.#draw();
  };

  /** Takes the line away, until the next step. */
  end(): void {
    this.#step = null;
    if (this.#shown === "") return;
    const rest = this.#context.hasEscapes ? ERASE : `${" ".repeat(this.#shown.length)}\r`;
    const back = this.#column === 0 ? "" : `\x1b[A\x1b[${this.#column + 1}G`;
    this.#terminal.write(`\r${rest}${back}`);
    this.#shown = "";
  }

  /** For a step during which nothing else is told. */
  #drawLater(ms: number): void {
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#context.later(() => {
      this.#isTimed = false;
      this.#draw();
    }, ms);
  }

  #draw(): void {
    if (this.#step === null) return;
    const columns = this.#context.columns() ?? COLUMNS;
    if (this.#shown === "" && !this.#findPlace(columns)) return;
    const text = oneLine(progressText(...this.#step)).slice(0, columns - 1);
    const rest = this.#context.hasEscapes
      ? ERASE
      : " ".repeat(Math.max(0, this.#shown.length - text.length));
    this.#terminal.write(`\r${text}${rest}`);
    this.#shown = text;
    this.#shownAt = this.#context.now();
  }

  /** Begins a line, below output that has not ended its own; false if there is no way back to it. */
  #findPlace(columns: number): boolean {
    this.#column = this.#terminal.column();
    if (this.#column === 0) return true;
    if (!this.#context.hasEscapes || this.#column >= columns) return false;
    this.#terminal.write("\n");
    return true;
  }
}
