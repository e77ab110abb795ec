/**
 * Edge: the clock, timers and random numbers. The traces of one process: spans of its requests, sent
 * to the collector that the environment names.
 *
 * @module
 */
import { VERSION } from "../../base/version.ts";
import { within } from "../../base/work/time_limit.ts";
import { collector } from "./collector.ts";
import { RequestSpans } from "./request_spans.ts";
import { samplerOf } from "./sampler.ts";
import { type ExportState, SpanExporter } from "./span_exporter.ts";
import { type Environment, readTraceSettings } from "./trace_settings.ts";

/** Milliseconds for what waits to be sent when the process ends. */
const FLUSH_MS = 3000;
/** Milliseconds by which the clock of the spans may differ from that of the system. */
const DRIFT_MS = 50;

export class Tracing {
  readonly spans: RequestSpans;
  /** Where spans are sent, without a query, which may be a secret. */
  readonly target: string;
  readonly #exporter: SpanExporter;
  #siteNames: ReadonlyMap<number, string> = new Map();

  /**
   * Reads `env`. Throws a Fault if it cannot be used. `onState` is called whenever the spans begin or
   * cease to arrive, or some were lost.
   */
  constructor(env: Environment, onState: (state: ExportState) => void) {
    const settings = readTraceSettings(env, {
      "service.name": "httpcfg",
      "service.version": VERSION,
      "service.instance.id": crypto.randomUUID(),
      "host.name": Deno.hostname(),
      "process.pid": Deno.pid,
    });
    this.target = settings.url.replace(/\?.*$/, "");
    const exporter = this.#exporter = new SpanExporter({
      ...settings,
      send: collector(settings, VERSION),
      later: (ms, then) => {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
      },
      random: Math.random,
      onState,
    });
    this.spans = new RequestSpans({
      sampler: samplerOf(settings.sampler, settings.ratio),
      siteName: (id) => this.#siteNames.get(id) ?? null,
      now: spanClock(),
      ended: (span) => exporter.add(span),
    });
  }

  /** Says what the sites are called. */
  nameSites(sites: readonly { readonly id: number; readonly name: string }[]): void {
    this.#siteNames = new Map(sites.map(({ id, name }) => [id, name]));
  }

  /** Sends what waits; resolves when that is done, or took too long. */
  async flush(): Promise<void> {
    await within(FLUSH_MS, this.#exporter.flush(), () => {});
  }

  /** Gives up what waits to be sent. */
  close(): void {
    this.#exporter.close();
  }
}

/**
 * Returns a clock in milliseconds since 1970 with fractions, for the order of spans; it only moves
 * backwards if that of the system was set.
 */
function spanClock(): () => number {
  let offset = performance.timeOrigin;
  return () => {
    const now = offset + performance.now();
    if (Math.abs(Date.now() - now) <= DRIFT_MS) return now;
    offset = Date.now() - performance.now();
    return offset + performance.now();
  };
}
