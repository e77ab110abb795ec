/**
 * Edge: `top` on a terminal: its keys, its size, its signals. Whatever ends the program, but a signal
 * that cannot be caught, the terminal is given back as it was.
 *
 * @module
 */
import { EXIT } from "../../../../base/exit_status.ts";
import type { printable } from "../../../../base/printable.ts";
import { print, terminalSize } from "../../../core/output.ts";
import { painted } from "../../../core/screen/colors.ts";
import { GIVE_BACK, redraw, TAKE } from "../../../core/screen/full_screen.ts";
import type { Screen } from "../../../core/screen/screen.ts";
import { parseKeys } from "./keys.ts";
import type { LiveData } from "./live_data.ts";
import { sleep } from "../../../../base/work/sleep.ts";
import type { LiveFeed } from "./live_feed.ts";
import { liveScreen } from "./live_lines.ts";
import { type LiveTable, type ViewName, viewTable } from "./views.ts";
import { afterKey, type Extent, type LiveState } from "./live_state.ts";

interface LiveOptions {
  readonly state: LiveState;
  readonly intervalMs: number;
  readonly screen: Screen;
}

/** Signals that end the program, with the exit status of each. */
const ENDING: readonly (readonly [Deno.Signal, number])[] = Deno.build.os === "windows"
  ? [["SIGINT", EXIT.ok], ["SIGBREAK", EXIT.ok]]
  : [["SIGINT", EXIT.ok], ["SIGTERM", 143], ["SIGHUP", 129], ["SIGQUIT", 131]];

/** If the terminal does not say its size. */
const USUAL_SIZE = { columns: 80, rows: 24 };
/** Milliseconds before the second look, for the first rates to be there soon. */
const SECOND_MS = 250;

/** Shows what `feed` has until the person has seen enough; returns the exit status. */
export async function runLive(feed: LiveFeed, options: LiveOptions): Promise<number> {
  const live = new LiveTerminal(feed, options);
  try {
    live.open();
    return await live.run();
  } finally {
    live.close();
  }
}

class LiveTerminal {
  readonly #feed: LiveFeed;
  readonly #options: LiveOptions;
  readonly #over = new AbortController();
  readonly #signals: (readonly [Deno.Signal, () => void])[] = [];
  #state: LiveState;
  #data: LiveData | null = null;
  #extent: Extent | null = null;
  /** The table that was made last. */
  #made: { readonly data: LiveData; readonly view: ViewName; readonly table: LiveTable } | null =
    null;
  /** What the terminal shows; null if that is not known. */
  #shown: ReturnType<typeof printable>[] | null = null;
  #isOpen = false;
  #status: number = EXIT.ok;
  #failure: { readonly error: unknown } | null = null;

  constructor(feed: LiveFeed, options: LiveOptions) {
    this.#feed = feed;
    this.#options = options;
    this.#state = options.state;
  }

  /** Takes the terminal. */
  open(): void {
    this.#enter();
    for (const [signal, status] of ENDING) this.#on(signal, () => this.#end(status));
    this.#on("SIGWINCH", () => this.#drawAnew());
    if (Deno.build.os === "windows") return;
    this.#on("SIGTSTP", () => {
      this.#leave();
      // The signal itself would come back here.
      Deno.kill(Deno.pid, "SIGSTOP");
    });
    this.#on("SIGCONT", () => {
      this.#enter();
      this.#drawAnew();
    });
  }

  /** Gives the terminal back. */
  close(): void {
    this.#over.abort();
    for (const [signal, handler] of this.#signals) Deno.removeSignalListener(signal, handler);
    this.#leave();
  }

  async run(): Promise<number> {
    void this.#readKeys().catch((error) => this.#fail(error));
    const { intervalMs } = this.#options;
    let waitMs = Math.min(SECOND_MS, intervalMs);
    while (!this.#over.signal.aborted) {
      const data = await this.#feed.next(this.#state.view === "events");
      // In a pause, what was seen when it began stays.
      if (!this.#state.isPaused || this.#data === null) this.#data = data;
      this.#draw();
      await sleep(waitMs, this.#over.signal);
      waitMs = intervalMs;
    }
    if (this.#failure !== null) throw this.#failure.error;
    return this.#status;
  }

  #on(signal: Deno.Signal, react: () => void): void {
    const handler = (): void => {
      try {
        react();
      } catch (error) {
        this.#fail(error);
      }
    };
    Deno.addSignalListener(signal, handler);
    this.#signals.push([signal, handler]);
  }

  /** Ends with an error of our own: thrown where it arose, it would leave the terminal taken. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#over.abort();
  }

  #end(status: number): void {
    this.#status = status;
    this.#over.abort();
  }

  #enter(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#shown = null;
    // With cbreak the keys for signals, Ctrl+C and Ctrl+Z, still send them.
    Deno.stdin.setRaw(true, { cbreak: Deno.build.os !== "windows" });
    this.#write(TAKE);
  }

  #leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#write(GIVE_BACK);
    try {
      Deno.stdin.setRaw(false);
    } catch {
      // The terminal has gone away.
    }
  }

  async #readKeys(): Promise<void> {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(1024);
    let rest = "";
    while (!this.#over.signal.aborted) {
      const count = await Deno.stdin.read(buffer).catch(() => null);
      if (count === null) return this.#end(EXIT.ok); // nobody can press a key any more
      const read = parseKeys(rest + decoder.decode(buffer.subarray(0, count), { stream: true }));
      rest = read.rest;
      // What is pasted, or typed ahead, is drawn once.
      for (const key of read.keys) this.#press(key);
      this.#draw();
    }
  }

  #press(key: string): void {
    if (key === "ctrl+l") this.#shown = null;
    if (this.#extent === null) {
      if (key === "q" || key === "ctrl+c") this.#end(EXIT.ok);
      return;
    }
    const before = this.#state;
    this.#state = afterKey(before, key, this.#extent);
    if (this.#state.isOver) return this.#end(EXIT.ok);
    const isNew = this.#state.view === "events" && before.view !== "events";
    if (isNew) void this.#readEvents().catch((error) => this.#fail(error));
  }

  /** Events are read only while they are seen: at once, not with the next moment. */
  async #readEvents(): Promise<void> {
    const { events } = await this.#feed.next(true);
    if (this.#data !== null) this.#data = { ...this.#data, events };
    this.#draw();
  }

  #drawAnew(): void {
    this.#shown = null;
    this.#draw();
  }

  #draw(): void {
    if (this.#data === null || !this.#isOpen || this.#over.signal.aborted) return;
    const { hasColor, isUnicode } = this.#options.screen;
    const size = terminalSize() ?? USUAL_SIZE;
    const { lines, extent } = liveScreen(
      this.#state,
      this.#data,
      { ...size, isUnicode },
      this.#tableOf(this.#state.view, this.#data),
    );
    this.#extent = extent;
    const now = lines.map((line) => painted(line, hasColor, isUnicode));
    this.#write(redraw(now, this.#shown));
    this.#shown = now;
  }

  /** The table of a view at a moment: ten thousand rows are made once, not for each key. */
  #tableOf(view: ViewName, data: LiveData): LiveTable {
    if (this.#made?.data !== data || this.#made.view !== view) {
      this.#made = { data, view, table: viewTable(view, data) };
    }
    return this.#made.table;
  }

  #write(text: Parameters<typeof print>[0]): void {
    try {
      print(text);
    } catch {
      this.#end(EXIT.failed); // the terminal has gone away
    }
  }
}
