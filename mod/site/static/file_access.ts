/**
 * Bounds the file operations that are under way, for each site and for all of them.
 *
 * The runtime has a fixed number of threads for file operations, and an operation on a network
 * mount whose server is gone does not return. A site that waits for such a mount must leave threads
 * to the other sites, and all sites together must leave some to the logs, the stored document and
 * the control socket.
 *
 * @module
 */
import { SourceRefusal } from "../../base/exchange.ts";
import { type Linked, LinkedList } from "../../base/linked_list.ts";

/** Operations of all sites at once: the runtime has 32 threads. */
const TOTAL_MAX = 24;
/** Operations of one site at once. */
const SITE_MAX = 8;
/** Calls of {@linkcode FileAccess.tick} after which an operation is given up. */
const TIMEOUT_TICKS = 10;

/** One operation: it waits for its place, or is under way. */
interface Operation extends Linked<Operation> {
  start(): void;
  /** Tells whoever waits for the operation that it takes too long. */
  giveUp(): void;
  /** The tick at which it is given up. */
  readonly deadline: number;
  isOverdue: boolean;
}

/** The file operations of every site. */
export class FileAccess {
  readonly #sites = new Map<number, SiteFiles>();
  #running = 0;
  #tick = 0;
  #ticked = Promise.withResolvers<void>();

  /** Returns the operations of a site: the same object for every handler that the site ever has. */
  site(id: number): SiteFiles {
    let site = this.#sites.get(id);
    if (site === undefined) {
      site = new SiteFiles({
        timeoutTick: () => this.#tick + TIMEOUT_TICKS,
        nextTick: () => this.#ticked.promise,
        // The last places are shared: what a site may have shrinks as the others take more, so that
        // several sites of one dead mount do not take all.
        mayStart: (count) => count < SITE_MAX && count < (TOTAL_MAX - this.#running) / 2,
        started: () => void this.#running++,
        ended: () => {
          this.#running--;
          for (const other of this.#sites.values()) other.startWaiting();
        },
      });
      this.#sites.set(id, site);
    }
    return site;
  }

  /** Gives up what takes too long. To be called every second. */
  tick(): void {
    this.#tick++;
    for (const site of this.#sites.values()) site.giveUpOverdue(this.#tick);
    this.#ticked.resolve();
    this.#ticked = Promise.withResolvers<void>();
  }
}

/** What the operations of a site need of {@linkcode FileAccess}. */
interface Places {
  timeoutTick(): number;
  nextTick(): Promise<void>;
  mayStart(count: number): boolean;
  started(): void;
  ended(): void;
}

/** The file operations of one site. */
export class SiteFiles {
  readonly #places: Places;
  readonly #running = new LinkedList<Operation>();
  readonly #waiting = new LinkedList<Operation>();
  #overdue = 0;

  constructor(places: Places) {
    this.#places = places;
  }

  /**
   * Performs `work`, which uses one thread at a time, as soon as there is a place. Throws the
   * refusal `FileUnavailable` if the system fails, or if it takes too long; `work` keeps its place
   * until it ends, and `discard` gets what it returns then.
   */
  run<T>(work: () => Promise<T>, discard: (late: T) => void = () => {}): Promise<T> {
    const hasPlace = this.#hasPlace();
    if (this.#overdue > 0 && !hasPlace) return Promise.reject(timeout());
    return new Promise<T>((resolve, reject) => {
      const operation: Operation = {
        previous: null,
        next: null,
        deadline: this.#places.timeoutTick(),
        isOverdue: false,
        giveUp: () => reject(timeout()),
        start: () => {
          this.#running.add(operation);
          this.#places.started();
          work().then((value) => {
            this.#end(operation);
            if (operation.isOverdue) discard(value);
            else resolve(value);
          }, (error) => {
            this.#end(operation);
            reject(refusalOf(error));
          });
        },
      };
      if (hasPlace) operation.start();
      else this.#waiting.add(operation);
    });
  }

  /** Resolves within a second: what could not be decided is then examined again. */
  pause(): Promise<void> {
    return this.#places.nextTick();
  }

  /** Starts as many waiting operations as there are places for. */
  startWaiting(): void {
    for (let operation = this.#waiting.first; operation !== null; operation = this.#waiting.first) {
      if (!this.#hasPlace()) return;
      this.#waiting.delete(operation);
      operation.start();
    }
  }

  /** Gives up the operations that are due at `tick`. */
  giveUpOverdue(tick: number): void {
    this.#waiting.forEach((operation) => {
      if (operation.deadline > tick) return;
      this.#waiting.delete(operation);
      operation.giveUp();
    });
    this.#running.forEach((operation) => {
      if (operation.deadline > tick || operation.isOverdue) return;
      operation.isOverdue = true;
      this.#overdue++;
      operation.giveUp();
    });
  }

  #end(operation: Operation): void {
    this.#running.delete(operation);
    if (operation.isOverdue) this.#overdue--;
    this.#places.ended();
  }

  #hasPlace(): boolean {
    return this.#places.mayStart(this.#running.size);
  }
}

function timeout(): SourceRefusal {
  return new SourceRefusal("FileUnavailable");
}

/** What the system could not do is no bug of ours: a disk that fails, too many open files. */
function refusalOf(error: unknown): unknown {
  const isSystemError = error instanceof Error && "code" in error;
  return isSystemError ? new SourceRefusal("FileUnavailable", { cause: error }) : error;
}
