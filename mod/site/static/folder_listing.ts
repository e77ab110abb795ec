/**
 * Edge: a timer. The page that lists a directory, made while it is sent: thousands of names in one
 * piece would hold up every other request.
 *
 * @module
 */
import { escape } from "@std/html/entities";
import type { BodySource } from "../../base/exchange.ts";
import { htmlPage } from "../pages/html.ts";

/** Names on one page; the page of a larger directory says so. */
export const LISTED_MAX = 10_000;
/** Names that are sorted together, and names in one piece of the page. */
const RUN_NAMES = 2000;
const PIECE_NAMES = 250;
/** Where the names are in the page; a path that is served contains no such character. */
const NAMES_MARK = "\0";

interface ListedName {
  readonly name: string;
  readonly isFolder: boolean;
}

/** The names of a directory, sorted: directories first, each group by name. */
export class ListedNames {
  /** There are more than {@linkcode LISTED_MAX}. */
  isTruncated = false;
  /** Each is sorted once it is full: to sort them all at once would take too long. */
  readonly #runs: ListedName[][] = [];
  #count = 0;

  /** Adds a name; false if it was one too many. */
  add(name: ListedName): boolean {
    this.isTruncated = this.#count === LISTED_MAX;
    if (this.isTruncated) return false;
    if (this.#count % RUN_NAMES === 0) {
      this.#runs.at(-1)?.sort(compare);
      this.#runs.push([]);
    }
    this.#runs.at(-1)!.push(name);
    this.#count++;
    return true;
  }

  /** Yields the names in order; nothing may be added any more. */
  *[Symbol.iterator](): Generator<ListedName> {
    this.#runs.at(-1)?.sort(compare);
    const heads = this.#runs.map(() => 0);
    for (let left = this.#count; left > 0; left--) {
      let first = -1;
      for (const [i, run] of this.#runs.entries()) {
        if (heads[i] === run.length) continue;
        if (first < 0 || compare(run[heads[i]!]!, this.#runs[first]![heads[first]!]!) < 0) {
          first = i;
        }
      }
      yield this.#runs[first]![heads[first]!++]!;
    }
  }
}

function compare(a: ListedName, b: ListedName): number {
  if (a.isFolder !== b.isFolder) return a.isFolder ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

/** Returns the page for the directory `path` (decoded, for display). */
export function listingPage(path: string, names: ListedNames): BodySource {
  const up = path === "/" ? "" : `<li><a href="../">../</a></li>\n`;
  const rest = names.isTruncated ? `<p>Only ${LISTED_MAX} names are shown.</p>` : "";
  const main = `<h1>${escape(path)}</h1>\n<ul>\n${up}${NAMES_MARK}</ul>\n${rest}`;
  const [head, tail] = htmlPage(path, main).split(NAMES_MARK) as [string, string];
  const iterator = names[Symbol.iterator]();
  const encoder = new TextEncoder();
  let state: "head" | "names" | "end" = "head";
  return {
    length: null,
    async pull(): Promise<Uint8Array | null> {
      if (state === "end") return null;
      await turn();
      let html = state === "head" ? head : "";
      state = "names";
      for (let i = 0; i < PIECE_NAMES; i++) {
        const { value, done } = iterator.next();
        if (done === true) {
          state = "end";
          html += tail;
          break;
        }
        html += row(value);
      }
      return encoder.encode(html);
    },
    close(): void {
      state = "end";
    },
  };
}

function row({ name, isFolder }: ListedName): string {
  const end = isFolder ? "/" : "";
  return `<li><a href="./${encodeURIComponent(name)}${end}">${escape(name)}${end}</a></li>\n`;
}

let lastTurn: Promise<void> = Promise.resolve();

/** Resolves in a turn of the event loop of its own: many pages together hold up no one either. */
function turn(): Promise<void> {
  lastTurn = lastTurn.then(() => new Promise((resolve) => void setTimeout(resolve, 0)));
  return lastTurn;
}
