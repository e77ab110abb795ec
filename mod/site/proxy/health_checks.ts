/**
 * Requests of our own by which a proxy finds out whether an upstream is alive, each on a connection
 * of its own: one that is kept would only show that it was alive.
 *
 * @module
 */
import { messageOf } from "../../base/fault.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { authorityOf, parseProxyTarget } from "../proxied/proxy_target.ts";
import { isProblem } from "../../base/problem.ts";
import type { CheckRules } from "../proxied/proxy_rules.ts";
import type { Upstream } from "./upstream.ts";
import { UpstreamConnection } from "./upstream_connection.ts";

/** A check takes at most this long, and less than the interval. */
const TIMEOUT_MS = 5_000;
/** The part of the interval by which checks of many services fall apart. */
const JITTER = 0.1;
const INTERIM_MAX = 16;

/** The checks of one upstream. The first one is made at once. */
export class HealthChecks {
  readonly #upstream: Upstream;
  readonly #rules: CheckRules;
  readonly #deadlines: Deadlines;
  readonly #next: Deadline;
  readonly #head: Uint8Array;
  /** The connection of the check that is under way. */
  #connection: UpstreamConnection | null = null;
  #isClosed = false;

  constructor(upstream: Upstream, rules: CheckRules, deadlines: Deadlines) {
    this.#upstream = upstream;
    this.#rules = rules;
    this.#deadlines = deadlines;
    this.#next = deadlines.make(() => void this.#check());
    this.#head = new TextEncoder().encode(
      `GET ${rules.path} HTTP/1.1\r\nHost: ${hostOf(upstream)}\r\nUser-Agent: httpcfg-health\r\n` +
        "Accept: */*\r\nConnection: close\r\n\r\n",
    );
    void this.#check();
  }

  close(): void {
    this.#isClosed = true;
    this.#next.end();
    this.#connection?.close();
  }

  async #check(): Promise<void> {
    this.#upstream.route.look?.();
    const failure = await this.#failure();
    if (this.#isClosed) return;
    if (failure !== null) this.#upstream.route.doubt?.();
    this.#upstream.health.onCheck(this.#deadlines.nowMs, failure);
    this.#next.set(this.#rules.intervalMs * (1 - JITTER + 2 * JITTER * Math.random()));
  }

  /** Returns why the upstream does not pass; null if it does. */
  async #failure(): Promise<string | null> {
    const timeoutMs = Math.min(TIMEOUT_MS, this.#rules.intervalMs / 2);
    const { promise: late, reject } = Promise.withResolvers<never>();
    let isLate = false;
    const deadline = this.#deadlines.start(timeoutMs, () => {
      isLate = true;
      this.#connection?.close();
      reject(new Error(`no response to the check within ${timeoutMs / 1000} s`));
    });
    try {
      const status = await Promise.race([this.#ask(() => isLate), late]);
      return status < 400 ? null : `the check got status ${status}`;
    } catch (error) {
      return messageOf(error);
    } finally {
      deadline.end();
      this.#connection?.close();
      this.#connection = null;
    }
  }

  /** Returns the status of the response; gives up if `isLate` when it has connected. */
  async #ask(isLate: () => boolean): Promise<number> {
    const stream = await this.#upstream.route.connect();
    const connection = new UpstreamConnection(stream, "", this.#deadlines);
    if (isLate() || this.#isClosed) connection.close();
    else this.#connection = connection;
    await connection.send(this.#head);
    const { head } = connection;
    for (let interim = 0;;) {
      while (!head.scan(connection.buffer, connection.start, connection.end)) {
        if (await connection.fill()) continue;
        throw connection.failure ?? new Error("connection closed before a response to the check");
      }
      if (head.status >= 200) return head.status;
      if (++interim > INTERIM_MAX) throw new Error("too many interim responses to the check");
      connection.start += head.length;
      head.reset();
    }
  }
}

function hostOf({ route: { host, name } }: Upstream): string {
  if (host !== null) return host;
  const target = parseProxyTarget(name);
  return isProblem(target) || target.kind === "unix" ? "localhost" : authorityOf(target);
}
