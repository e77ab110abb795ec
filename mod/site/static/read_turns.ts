/**
 * Edge: whose turn it is to read from a file. However many downloads there are, only a few reads
 * are under way at once: each that ends is a large write in the same turn of the event loop, and
 * each that waits for a thread of the runtime makes every look-up of a file wait as well.
 *
 * A read that waits for a disk does not hold the event loop, so it counts only for a moment; but it
 * takes a thread, so the number of such reads is limited, too.
 *
 * @module
 */

/** Reads that keep the disk cache and the network busy; more only lengthen the turns. */
const PLACES = 2;
/** With more waiting than this, one read at a time: the sockets are looked at between any two. */
const CROWD = 16;
/** A read that takes longer than this, or twice this, waits for a disk. */
const SLOW_MS = 10;
/** Slow reads at once: half of the threads of the runtime, so that a dead disk leaves the rest. */
const SLOW_MAX = 16;

interface Place {
  /** Whether it was taken when slow reads were last looked for. */
  wasSeen: boolean;
}

/** Lets few reads at a time begin: urgent ones first, otherwise in the order of their requests. */
export class ReadTurns {
  readonly #taken = new Set<Place>();
  readonly #urgent: ((place: Place) => void)[] = [];
  readonly #waiting: ((place: Place) => void)[] = [];
  #slow = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Calls `read` when there is a place for it, which it has until it ends. */
  async run<Result>(
    read: () => Promise<Result>,
    { isUrgent = false }: { readonly isUrgent?: boolean } = {},
  ): Promise<Result> {
    const place = this.#taken.size < this.#places
      ? this.#take()
      : await this.#wait(isUrgent ? this.#urgent : this.#waiting);
    try {
      return await read();
    } finally {
      if (!this.#taken.delete(place)) this.#slow--;
      this.#admit();
    }
  }

  get #places(): number {
    return this.#waiting.length > CROWD ? 1 : PLACES;
  }

  #take(): Place {
    const place = { wasSeen: false };
    this.#taken.add(place);
    return place;
  }

  #wait(queue: ((place: Place) => void)[]): Promise<Place> {
    this.#timer ??= setTimeout(() => this.#findSlow(), SLOW_MS);
    return new Promise((resolve) => queue.push(resolve));
  }

  #admit(): void {
    while (this.#taken.size < this.#places) {
      const next = this.#urgent.shift() ?? this.#waiting.shift();
      if (next === undefined) return;
      next(this.#take());
    }
  }

  /** Gives the places of reads that already had theirs at the last look to others. */
  #findSlow(): void {
    this.#timer = undefined;
    for (const place of [...this.#taken]) {
      if (!place.wasSeen) place.wasSeen = true;
      else if (this.#slow < SLOW_MAX) {
        this.#taken.delete(place);
        this.#slow++;
        this.#admit();
      }
    }
    if (this.#urgent.length + this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => this.#findSlow(), SLOW_MS);
  }
}
