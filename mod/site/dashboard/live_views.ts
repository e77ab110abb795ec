/**
 * Edge: the timer of the live pages. Asks for a view once a second as long as somebody watches, and
 * sends each viewer what has changed since the view that it has: a slow one gets less often more, and
 * nothing waits for it.
 *
 * @module
 */
import type { BodySource } from "../../base/exchange.ts";
import { type Linked, LinkedList } from "../../base/linked_list.ts";
import { inSlices } from "../../base/work/slices.ts";
import type { DashboardSource, DashboardView } from "../about/dashboard_view.ts";
import { viewDelta } from "./view_delta.ts";

/** Milliseconds between two views. */
const POLL_MS = 1000;
/** Polls without anything to send, after which a comment shows that the connection works. */
const QUIET_POLLS = 15;
/** Views that a viewer may come back to. */
const RECENT_MAX = 4;
/** The first piece: a browser waits this long before it connects again. */
const BEGIN = new TextEncoder().encode("retry: 1000\n\n");
const COMMENT = new TextEncoder().encode(": nothing new\n\n");

/** Calls `tick` again and again; returns what ends that. */
export type Repeat = (tick: () => void) => () => void;

/** What all live pages of a process show. */
export class LiveViews {
  readonly #source: DashboardSource;
  readonly #repeat: Repeat;
  readonly #viewers = new LinkedList<Viewer>();
  /** The newest last. */
  #recent: DashboardView[] = [];
  #isAsking = false;
  #stop: (() => void) | null = null;
  /** What is sent of the newest view: all of it, and the differences to others by their id. */
  #snapshot: Uint8Array | null = null;
  #deltas = new Map<number, Promise<Uint8Array>>();

  constructor(source: DashboardSource, repeat: Repeat = everySecond) {
    this.#source = source;
    this.#repeat = repeat;
  }

  /** Returns the view of this moment. */
  view(): Promise<DashboardView> {
    const current = this.#recent.at(-1);
    return current === undefined ? this.#source() : Promise.resolve(current);
  }

  /**
   * Returns a stream of events for a viewer of `page` that already has the view `lastId`; null for
   * none. `onEnd` is called when it is over.
   */
  watch(page: object, lastId: number | null, onEnd: () => void): BodySource {
    const known = this.#recent.find(({ id }) => id === lastId) ?? null;
    const message = (sent: DashboardView | null): ReturnType<Message> => this.#message(sent);
    const viewer = new Viewer(page, known, message, () => {
      this.#viewers.delete(viewer);
      if (this.#viewers.size === 0) this.#rest();
      onEnd();
    });
    this.#viewers.add(viewer);
    if (this.#stop === null) {
      this.#stop = this.#repeat(() => this.#tick());
      void this.#ask();
    }
    return viewer;
  }

  /** Ends the streams of `page`. */
  end(page: object): void {
    this.#viewers.forEach((viewer) => {
      if (viewer.page === page) viewer.drain();
    });
  }

  #tick(): void {
    this.#viewers.forEach((viewer) => viewer.tick());
    void this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const view = await this.#source();
      if (this.#stop === null || view.id === this.#recent.at(-1)?.id) return;
      this.#recent = [...this.#recent.slice(1 - RECENT_MAX), view];
      this.#snapshot = null;
      this.#deltas = new Map();
      this.#viewers.forEach((viewer) => viewer.wake());
    } catch {
      // The service does not answer; whoever watches sees that nothing comes.
    } finally {
      this.#isAsking = false;
    }
  }

  /** Nobody watches. */
  #rest(): void {
    this.#stop?.();
    this.#stop = null;
    this.#recent = [];
    this.#snapshot = null;
    this.#deltas = new Map();
  }

  /** Returns what has to be sent to who has `sent`, and the view that it then has; null for nothing. */
  async #message(sent: DashboardView | null): ReturnType<Message> {
    const current = this.#recent.at(-1);
    if (current === undefined || current.id === sent?.id) return null;
    if (sent === null) return [this.#snapshot ??= eventOf("snapshot", current), current];
    let delta = this.#deltas.get(sent.id);
    if (delta === undefined) {
      delta = inSlices(viewDelta(sent, current)).then((value) => eventOf("delta", value));
      this.#deltas.set(sent.id, delta);
    }
    return [await delta, current];
  }
}

/** Returns what has to be sent to who has a view, and the view that it then has; null for nothing. */
type Message = (
  sent: DashboardView | null,
) => Promise<readonly [Uint8Array, DashboardView] | null>;

/** One who watches: the body of a response without an end. */
class Viewer implements BodySource, Linked<Viewer> {
  readonly length = null;
  readonly page: object;
  previous: Viewer | null = null;
  next: Viewer | null = null;
  #sent: DashboardView | null;
  readonly #message: Message;
  readonly #onEnd: () => void;
  #hasBegun = false;
  #isOver = false;
  #isClosed = false;
  #quietTicks = 0;
  #wake: () => void = () => {};

  constructor(
    page: object,
    known: DashboardView | null,
    message: Message,
    onEnd: () => void,
  ) {
    this.page = page;
    this.#sent = known;
    this.#message = message;
    this.#onEnd = onEnd;
  }

  async pull(): Promise<Uint8Array | null> {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      return BEGIN; // the head, and that the connection works, at once
    }
    while (!this.#isOver) {
      const woken = new Promise<void>((resolve) => this.#wake = resolve);
      const message = await this.#message(this.#sent);
      if (message !== null) {
        this.#quietTicks = 0;
        this.#sent = message[1];
        return message[0];
      }
      if (this.#quietTicks >= QUIET_POLLS) {
        this.#quietTicks = 0;
        return COMMENT;
      }
      if (!this.#isOver) await woken;
    }
    return null;
  }

  /** There may be something to send. */
  wake(): void {
    this.#wake();
  }

  /** A second has passed. */
  tick(): void {
    this.#quietTicks++;
    if (this.#quietTicks >= QUIET_POLLS) this.#wake();
  }

  drain(): void {
    this.#isOver = true;
    this.#wake();
  }

  close(): void {
    this.drain();
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onEnd();
  }
}

function eventOf(name: string, value: { readonly id: number }): Uint8Array {
  return new TextEncoder().encode(
    `id: ${value.id}\nevent: ${name}\ndata: ${JSON.stringify(value)}\n\n`,
  );
}

function everySecond(tick: () => void): () => void {
  const timer = setInterval(tick, POLL_MS);
  return () => clearInterval(timer);
}
