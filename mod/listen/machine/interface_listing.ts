/**
 * Edge: lists the addresses of the interfaces, as one text.
 *
 * The call takes 3 us for each address, and nothing else runs meanwhile. Where there are thousands, a
 * service has a thread that makes it, and goes on serving.
 *
 * @module
 */

/** Characters from which on a listing is left to the thread: about 1,500 addresses, 5 ms. */
const LONG_MIN = 30_000;

let lastLength = 0;
let thread: ListingThread | null = null;

/**
 * Returns a line for each address, in the order of the system: the interface or a label, the address,
 * the bits of its prefix and its scope id, with tabs between.
 */
export function listInterfaces(): string {
  const listing = makeListing();
  lastLength = listing.length;
  return listing;
}

/** Returns the same; if it takes long, and has before, other work goes on meanwhile. */
export async function listInterfacesAside(): Promise<string> {
  if (lastLength < LONG_MIN) return listInterfaces();
  try {
    const listing = await (thread ??= new ListingThread()).list();
    lastLength = listing.length;
    return listing;
  } catch {
    thread = null; // the system may have no thread left
    return listInterfaces();
  }
}

/** Uses nothing of this file: its text is the program of the thread. */
function makeListing(): string {
  return Deno.networkInterfaces().map(({ name, address, cidr, scopeid }) => {
    return `${name}\t${address}\t${cidr.slice(cidr.lastIndexOf("/") + 1)}\t${scopeid ?? 0}`;
  }).join("\n");
}

const PROGRAM = `onmessage = () => postMessage((${makeListing})());`;

class ListingThread {
  readonly #worker: Worker;
  /** Those who wait for a listing, in the order in which they asked. */
  readonly #waiting: PromiseWithResolvers<string>[] = [];

  constructor() {
    const url = `data:application/javascript,${encodeURIComponent(PROGRAM)}`;
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#waiting.shift()?.resolve(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#worker.terminate();
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(event.message));
    };
  }

  list(): Promise<string> {
    const asked = Promise.withResolvers<string>();
    this.#waiting.push(asked);
    this.#worker.postMessage(null);
    return asked.promise;
  }
}
