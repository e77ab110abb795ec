/**
 * What is paused: the Web service as a whole, or individual sites.
 *
 * @module
 */
export class Pauses {
  #all = false;
  readonly #sites = new Set<number>();

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
