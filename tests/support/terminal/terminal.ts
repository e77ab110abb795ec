/**
 * A person at a terminal: a shell on a pseudo-terminal, and the screen as an emulator shows it.
 * Needs `script` of util-linux.
 *
 * @module
 */
import xterm from "@xterm/headless";
import { kill } from "../program.ts";
import { waitFor } from "../wait.ts";

/** Rows of a terminal that is not asked for others. */
const ROWS = 24;
/** Lines that are kept. */
const SCROLLBACK = 5_000;
/** The prompt ends with a character that no program here writes, so that its end is certain. */
const PROMPT = "$\u00a0";
/** Milliseconds for a typed line to be done, also on a busy machine. */
const LINE_MS = 120_000;

/** A run of characters of one line that look the same. */
export interface Span {
  readonly text: string;
  /** Number of the colour, 0 to 15; null for the terminal's own. */
  readonly colour: number | null;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

/** What can be asked of a terminal. */
export interface TerminalOptions {
  readonly columns: number;
  readonly rows?: number;
  /** The words that start a command in the right place, such as `nsenter …`. */
  readonly inside: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The terminal. The machine that it is in ends what still runs in it. */
export class Terminal implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  readonly #screen: InstanceType<typeof xterm.Terminal>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #reading: Promise<void>;
  #columns: number;
  /** The device, as `tty` names it. */
  #device = "";

  private constructor({ columns, rows = ROWS, inside, env }: TerminalOptions) {
    this.#columns = columns;
    this.#screen = new xterm.Terminal({
      cols: columns,
      rows,
      scrollback: SCROLLBACK,
      allowProposedApi: true,
    });
    // A shell that is not interactive, as that of `script` is, drops the prompt it inherits.
    const prompt = `PS1='${PROMPT}' PS2='> '`;
    const shell = `stty rows ${rows} cols ${columns}; ${prompt} exec bash --norc --noprofile`;
    const [program = "", ...args] = [...inside, "script", "-qec", shell, "/dev/null"];
    this.#child = new Deno.Command(program, {
      args,
      clearEnv: true,
      env: { ...env, TERM: "xterm-256color", HISTFILE: "", SHELL: "/bin/bash" },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#keys = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.getReader();
    this.#reading = this.#read();
  }

  /** Opens a terminal and waits for its prompt. */
  static async open(options: TerminalOptions): Promise<Terminal> {
    const terminal = new Terminal(options);
    await terminal.type("bind 'set enable-bracketed-paste off'; set +m");
    return terminal;
  }

  /**
   * Types a line and waits until the shell asks for the next one. Returns what the screen has shown
   * since, without the line itself: lines as they were written, whatever the width of the screen.
   */
  async type(line: string): Promise<Span[][]> {
    await waitFor(() => this.#isAtPrompt(), "the prompt", LINE_MS);
    const start = this.#row();
    await this.press(`${line}\r`);
    await waitFor(() => this.#row() > start && this.#isAtPrompt(), `the end of: ${line}`, LINE_MS);
    const lines: Span[][] = [];
    for (let y = start; y < this.#row(); y++) {
      const isContinued = this.#screen.buffer.active.getLine(y)?.isWrapped === true;
      if (isContinued) lines.at(-1)!.push(...this.#spans(y));
      else lines.push(this.#spans(y));
    }
    return lines.slice(1).map(withoutTrailingSpace);
  }

  /** Returns the lines of the screen as it is now, without spaces at their ends. */
  screen(): string[] {
    const { active } = this.#screen.buffer;
    return Array.from({ length: this.#screen.rows }, (_, y) => {
      return active.getLine(active.viewportY + y)?.translateToString(true) ?? "";
    });
  }

  /** Reports whether a program has the other screen, which keeps what was there before. */
  isTaken(): boolean {
    return this.#screen.buffer.active.type === "alternate";
  }

  /** Changes the size, of which the programs on the terminal are told. */
  async resize(columns: number, rows: number): Promise<void> {
    if (this.#device === "") throw new Error("the device is read at a prompt: call readDevice()");
    this.#columns = columns;
    this.#screen.resize(columns, rows);
    const args = ["-F", this.#device, "rows", String(rows), "cols", String(columns)];
    await new Deno.Command("stty", { args }).output();
  }

  /** Learns the name of the device at a prompt, so that it can be resized. */
  async readDevice(): Promise<void> {
    const [line] = await this.type("tty");
    this.#device = line?.map(({ text }) => text).join("") ?? "";
  }

  /** Sends keys, such as `\u0003` for Ctrl-C. */
  async press(keys: string): Promise<void> {
    await this.#keys.write(new TextEncoder().encode(keys));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    kill(this.#child, "SIGKILL"); // a program in it may never let the shell exit
    await this.#child.status;
    await this.#keys.abort().catch(() => {});
    await this.#output.cancel();
    await this.#reading;
    this.#screen.dispose();
  }

  async #read(): Promise<void> {
    for (let read = await this.#output.read(); !read.done; read = await this.#output.read()) {
      const { value } = read;
      await new Promise<void>((done) => this.#screen.write(value, done));
    }
  }

  /** The row of the cursor, counted from the first line kept. */
  #row(): number {
    const { baseY, cursorY } = this.#screen.buffer.active;
    return baseY + cursorY;
  }

  #isAtPrompt(): boolean {
    const { cursorX } = this.#screen.buffer.active;
    const line = this.#screen.buffer.active.getLine(this.#row())?.translateToString(false) ?? "";
    return line.slice(0, cursorX) === PROMPT;
  }

  #spans(y: number): Span[] {
    const line = this.#screen.buffer.active.getLine(y);
    const spans: Span[] = [];
    for (let x = 0; x < this.#columns; x++) {
      const cell = line?.getCell(x);
      if (cell === undefined || cell.getWidth() === 0) continue;
      const text = (cell.getChars() || " ").replace("\u00a0", " ");
      const colour = cell.isFgDefault() ? null : cell.getFgColor();
      const [isBold, isDim] = [cell.isBold() !== 0, cell.isDim() !== 0];
      const last = spans.at(-1);
      if (last?.colour === colour && last.isBold === isBold && last.isDim === isDim) {
        spans[spans.length - 1] = { ...last, text: last.text + text };
      } else spans.push({ text, colour, isBold, isDim });
    }
    return spans;
  }
}

function withoutTrailingSpace(spans: readonly Span[]): Span[] {
  const kept = [...spans];
  for (let last = kept.at(-1); last !== undefined; last = kept.at(-1)) {
    const text = last.text.trimEnd();
    if (text !== "") {
      kept[kept.length - 1] = { ...last, text };
      break;
    }
    kept.pop();
  }
  return kept;
}
