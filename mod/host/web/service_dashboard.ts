/**
 * What the service shows on its live pages. All processes that serve share it, so that it is put
 * together once a second, however many of them ask, and not at all if none does.
 *
 * @module
 */
import { inSlices } from "../../base/work/slices.ts";
import type { DashboardView } from "../../site/about/dashboard_view.ts";
import type { ServiceTotals } from "../../telemetry/metrics/totals.ts";
import type { ServiceStatus } from "../control/status.ts";
import { type DashboardSources, dashboardView } from "./dashboard_views.ts";
import { RateWindow } from "./traffic_rates.ts";

/** Milliseconds in which a view is still of this moment: less than between two questions of a process. */
const FRESH_MS = 800;

interface ServiceDashboardOptions {
  /** Version of the program. */
  readonly program: string;
  /** The name of the machine. */
  readonly host: string;
  status(): Promise<ServiceStatus>;
  /** What is counted, and the certificates in use. */
  measured(): Promise<Pick<DashboardSources, "certificates"> & { readonly totals: ServiceTotals }>;
  ownSites(): DashboardSources["ownSites"];
  events(): DashboardSources["events"];
  /** Returns a view with its hints as they are typed on this system. */
  typed(view: DashboardView): DashboardView | Promise<DashboardView>;
  /** Milliseconds since 1970. */
  now(): number;
}

/** The source of all live pages. */
export class ServiceDashboard {
  readonly #options: ServiceDashboardOptions;
  readonly #window = new RateWindow();
  #last: { readonly view: DashboardView; readonly atMs: number } | null = null;
  #next: Promise<DashboardView> | null = null;

  constructor(options: ServiceDashboardOptions) {
    this.#options = options;
  }

  /** Returns the view of this moment. */
  view(): Promise<DashboardView> {
    if (this.#next !== null) return this.#next;
    const last = this.#last;
    const age = last === null ? Infinity : this.#options.now() - last.atMs;
    if (last !== null && age >= 0 && age < FRESH_MS) return Promise.resolve(last.view);
    const next = this.#next = this.#make().finally(() => this.#next = null);
    return next;
  }

  async #make(): Promise<DashboardView> {
    const { program, host, now } = this.#options;
    const [status, measured] = await Promise.all([
      this.#options.status(),
      this.#options.measured(),
    ]);
    const { totals, certificates } = measured;
    const nowMs = now();
    const view = await this.#options.typed(
      await inSlices(dashboardView({
        // Unlike a count, it also tells the views of two runs of the service apart.
        id: Math.max(nowMs, (this.#last?.view.id ?? 0) + 1),
        nowMs,
        program,
        host,
        status,
        totals: { now: totals, before: this.#window.add(totals) },
        certificates,
        ownSites: this.#options.ownSites(),
        events: this.#options.events(),
      })),
    );
    this.#last = { view, atMs: nowMs };
    return view;
  }
}
