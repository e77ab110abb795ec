/**
 * The live pages of a process, each with those who watch it. One whose site did not change is the same
 * object after a reload, and nobody who watches it notices anything.
 *
 * @module
 */
import type { BodySource } from "../../base/exchange.ts";
import type { Limit } from "../../base/limit.ts";
import type { DashboardSource, DashboardView } from "../about/dashboard_view.ts";
import { LiveViews, type Repeat } from "./live_views.ts";

interface DashboardsOptions {
  readonly source: DashboardSource;
  /** Those who watch at a time, of all pages. */
  readonly viewers: Limit;
  /** Replaces the timer, for tests. */
  readonly repeat?: Repeat;
}

/** All of them count as one client: each costs the same, whoever it is. */
const ANYBODY = "";

/** The live pages. */
export class Dashboards {
  readonly #live: LiveViews;
  readonly #limit: Limit;
  #pages = new Map<string, Dashboard>();
  #before = new Map<string, Dashboard>();

  constructor({ source, viewers, repeat }: DashboardsOptions) {
    this.#live = new LiveViews(source, repeat);
    this.#limit = viewers;
  }

  /** Those that are not asked for from now on end with {@linkcode Dashboards.closeOthers}. */
  begin(): void {
    this.#before = new Map([...this.#before, ...this.#pages]);
    this.#pages = new Map();
  }

  /** Returns the page of what `key` describes; the same one as long as that does not change. */
  of(key: string): Dashboard {
    const page = this.#before.get(key) ?? new Dashboard(this.#live, this.#limit);
    this.#pages.set(key, page);
    return page;
  }

  closeOthers(): void {
    const kept = new Set(this.#pages.values());
    for (const page of this.#before.values()) if (!kept.has(page)) page.end();
    this.#before = new Map();
  }
}

/** One live page. */
export class Dashboard {
  readonly #live: LiveViews;
  readonly #limit: Limit;

  constructor(live: LiveViews, limit: Limit) {
    this.#live = live;
    this.#limit = limit;
  }

  /** Returns the view of this moment. */
  view(): Promise<DashboardView> {
    return this.#live.view();
  }

  /** Returns a stream of events as the body of a response; null if too many watch already. */
  async watch(lastId: number | null): Promise<BodySource | null> {
    if (!(await this.#limit.admit(ANYBODY))) return null;
    return this.#live.watch(this, lastId, () => this.#limit.release(ANYBODY));
  }

  /** Ends all streams. */
  end(): void {
    this.#live.end(this);
  }
}
