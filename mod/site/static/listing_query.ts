/**
 * What a client asks of a listing, in the query of its address: `?sort=size&order=desc&filter=text`,
 * the parameters of Caddy's file server with their values, so that links to one work with the other.
 *
 * Whatever else is in a query of usual length stays in the links of the page.
 *
 * @module
 */

const SORT_KEYS = ["name", "size", "time"] as const;
export type SortKey = typeof SORT_KEYS[number];
type SortOrder = "asc" | "desc";

/** Characters of a query that is kept whole: each page repeats it several times. */
const KEPT_MAX = 1024;
const OWN: ReadonlySet<string> = new Set(["sort", "order", "filter"]);

/** What goes into a link; absent means the same as in the request. */
interface Wish {
  readonly sort?: SortKey;
  readonly order?: SortOrder;
  readonly filter?: string;
}

export class ListingQuery {
  readonly sort: SortKey;
  readonly order: SortOrder;
  /** Names must contain this text; "" for any. */
  readonly filter: string;
  readonly #all: URLSearchParams;

  /** `query` is the query of a request, without its "?"; a value that is not known counts as absent. */
  constructor(query: string | null) {
    const all = this.#all = new URLSearchParams(query ?? "");
    if (query !== null && query.length > KEPT_MAX) {
      for (const name of [...all.keys()]) if (!OWN.has(name)) all.delete(name);
    }
    this.sort = SORT_KEYS.find((key) => key === all.get("sort")) ?? "name";
    this.order = all.get("order") === "desc" ? "desc" : "asc";
    this.filter = all.get("filter") ?? "";
  }

  /** Returns a query with its "?" for the same folder, as plain text. */
  link(wish: Wish): string {
    const all = new URLSearchParams(this.#all);
    for (const [name, value] of Object.entries(wish)) all.set(name, value);
    if (all.get("filter") === "") all.delete("filter");
    return `?${all}`;
  }

  /** Every parameter except the filter: what its form must send again. */
  besidesFilter(): [name: string, value: string][] {
    return [...this.#all].filter(([name]) => name !== "filter");
  }
}
