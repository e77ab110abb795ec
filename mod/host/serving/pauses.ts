/**
 * What is paused: the Web service as a whole, or individual sites.
 *
 * @module
 */

/** What is paused, as a value. */
export interface Paused {
  readonly all: boolean;
  readonly sites: readonly number[];
}

export class Pauses {
  #all = false;
  readonly #sites = new Set<number>();

  get value(): Paused {
    return { all: this.#all, sites: [...this.#sites] };
  }

  /** Pauses exactly what is paused in `value`. */
  set value({ all, sites }: Paused) {
    this.clear();
    this.#all = all;
    for (const id of sites) this.#sites.add(id);
  }

  /** Pauses or resumes the whole service. */
  set all(isPaused: boolean) {
    this.#all = isPaused;
  }

  set(siteId: number, isPaused: boolean): void {
    if (isPaused) this.#sites.add(siteId);
    else this.#sites.delete(siteId);
  }

  has(siteId: number): boolean {
    return this.#all || this.#sites.has(siteId);
  }

  /** Resumes everything. */
  clear(): void {
    this.#all = false;
    this.#sites.clear();
  }
}
