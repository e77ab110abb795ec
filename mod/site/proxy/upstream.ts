/**
 * One upstream of a proxy: its connections, its health, and what it has to do.
 *
 * @module
 */
import type { ByteStream } from "../../base/exchange.ts";
import { messageOf } from "../../base/fault.ts";
import { LinkedList } from "../../base/linked_list.ts";
import type { Candidate } from "./balance.ts";
import type { Deadlines } from "./deadlines.ts";
import type { FieldEdits } from "../proxied/field_edits.ts";
import { Health } from "./health.ts";
import type { HealthRules } from "../proxied/proxy_rules.ts";
import { isUnchanged, type PathRule, targetPath } from "../proxied/target_path.ts";
import { UpstreamConnection } from "./upstream_connection.ts";
import { UpstreamPool } from "./upstream_pool.ts";

/** How an upstream is reached. */
export interface UpstreamRoute {
  /** The canonical text of its target. */
  readonly name: string;
  /** The key of its places in the limit of requests. */
  readonly limitKey: string;
  /** The value of Host; null for that of the client. */
  readonly host: string | null;
  readonly path: PathRule;
  /** Opens a connection. */
  connect(): Promise<ByteStream>;
  /** Looks whether what is known of its address is still true; absent if nothing can change. */
  look?(): void;
  /** Told of a failure, after which what is known may be wrong. */
  doubt?(): void;
}

/** What all upstreams of a proxy have in common. */
interface UpstreamOptions {
  /** Our name in Via. */
  readonly via: string;
  readonly deadlines: Deadlines;
  readonly connectMs: number;
  readonly health: HealthRules;
  readonly responseEdits: FieldEdits | null;
  /** Called when it has sent more than its response. */
  onSurplus(upstream: Upstream): void;
  /** Called when it goes down, and when it is known to be up. */
  onChange(upstream: Upstream, state: "up" | "down", cause: string | null): void;
}

/** The state of an upstream in one process, as a value. */
export interface UpstreamState {
  readonly upstream: string;
  readonly state: Health["state"];
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Why it is down; null while it is not. */
  readonly cause: string | null;
  /** Requests and WebSockets that have not ended. */
  readonly inFlight: number;
  /** Open connections, also those that wait for a request. */
  readonly connections: number;
  /** The last check; null if none was made. */
  readonly lastCheck: Health["lastCheck"];
}

export class Upstream implements Candidate {
  readonly route: UpstreamRoute;
  readonly pool: UpstreamPool;
  readonly health: Health;
  /** Its ends of the open tunnels. */
  readonly tunnels = new LinkedList<UpstreamConnection>();
  inFlight = 0;
  /** It gets every path as the client has sent it. */
  readonly isPathUnchanged: boolean;
  readonly #deadlines: Deadlines;

  constructor(route: UpstreamRoute, options: UpstreamOptions) {
    const { via, deadlines, connectMs, responseEdits } = options;
    this.route = route;
    this.#deadlines = deadlines;
    this.isPathUnchanged = isUnchanged(route.path);
    this.pool = new UpstreamPool(
      async () => new UpstreamConnection(await route.connect(), via, deadlines, responseEdits),
      deadlines,
      { connectMs, onSurplus: () => options.onSurplus(this) },
    );
    this.health = new Health(options.health, deadlines.nowMs, (state, cause) => {
      options.onChange(this, state, cause);
    });
  }

  isEligible(nowMs: number): boolean {
    return this.health.isEligible(nowMs);
  }

  get retryAtMs(): number {
    return this.health.retryAtMs;
  }

  /** Returns the path for it of a request; null if the request has to be refused. */
  pathFor(rawPath: string): string | null {
    return this.isPathUnchanged ? rawPath : targetPath(rawPath, this.route.path);
  }

  /** Counts a request that is sent to it. */
  begin(): void {
    this.inFlight++;
    this.route.look?.();
    if (this.health.state === "down") this.health.onAttempt(this.#deadlines.nowMs);
  }

  /** Ends what {@linkcode Upstream.begin} has counted. */
  end(): void {
    this.inFlight--;
  }

  /** It has begun to respond. */
  responded(): void {
    if (!this.health.isSound) this.health.onResponse(this.#deadlines.nowMs);
  }

  /** A request has failed through its fault. */
  failed(error: unknown): void {
    this.route.doubt?.();
    this.health.onFailure(this.#deadlines.nowMs, messageOf(error));
  }

  /** Returns its state at `nowMs` since 1970. */
  state(nowMs: number): UpstreamState {
    const { health, pool } = this;
    const { state, cause, sinceMs, lastCheck } = health;
    const epochMs = (ms: number): number => Math.round(nowMs - (this.#deadlines.nowMs - ms));
    return {
      upstream: this.route.name,
      state,
      sinceMs: epochMs(sinceMs),
      cause,
      inFlight: this.inFlight,
      connections: this.inFlight + pool.size,
      lastCheck: lastCheck && { atMs: epochMs(lastCheck.atMs), failure: lastCheck.failure },
    };
  }
}
