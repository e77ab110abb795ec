/**
 * The content of a site that is proxied, as it is stored, and the rules that it stands for. Pure.
 *
 * @module
 */
import { fieldEdits } from "./field_edits.ts";
import type { Balance, ProxyRules } from "./proxy_rules.ts";

/** Time-outs are in seconds. What is absent is as in {@linkcode PROXY_DEFAULTS}. */
export type ProxySpec = {
  /** The targets. */
  readonly to: readonly string[];
  readonly balance?: Balance | undefined;
  /** A file with authorities for https targets, besides those of the runtime. */
  readonly ca?: string | undefined;
  /** What becomes of the prefix of an application; removed if absent and the target has a path. */
  readonly prefix?: "keep" | "strip" | undefined;
  /** The value of Host, or `{upstream}`; that of the client if absent. */
  readonly host?: string | undefined;
  readonly setRequestHeaders?: readonly string[] | undefined;
  readonly removeRequestHeaders?: readonly string[] | undefined;
  readonly setResponseHeaders?: readonly string[] | undefined;
  readonly removeResponseHeaders?: readonly string[] | undefined;
  readonly connectTimeout?: number | undefined;
  readonly firstByteTimeout?: number | undefined;
  readonly idleTimeout?: number | undefined;
  /** Requests and WebSockets that one upstream gets at a time. */
  readonly maxConnections?: number | undefined;
  readonly fails?: number | undefined;
  readonly failTime?: number | undefined;
  readonly health?: {
    readonly path: string;
    readonly interval?: number | undefined;
    readonly fall?: number | undefined;
    readonly rise?: number | undefined;
  } | undefined;
};

/** What holds for a proxy unless its content says something else. */
export const PROXY_DEFAULTS = {
  balance: "round-robin",
  connectTimeout: 5,
  firstByteTimeout: 120,
  idleTimeout: 120,
  fails: 3,
  failTime: 10,
  health: { interval: 10, fall: 3, rise: 2 },
} as const;

/** Returns the rules of a proxy with `content`. */
export function rulesOf(content: ProxySpec): ProxyRules {
  const {
    balance = PROXY_DEFAULTS.balance,
    connectTimeout = PROXY_DEFAULTS.connectTimeout,
    firstByteTimeout = PROXY_DEFAULTS.firstByteTimeout,
    idleTimeout = PROXY_DEFAULTS.idleTimeout,
    fails = PROXY_DEFAULTS.fails,
    failTime = PROXY_DEFAULTS.failTime,
    health,
  } = content;
  const checks = PROXY_DEFAULTS.health;
  return {
    balance,
    timeouts: {
      connectMs: connectTimeout * 1000,
      firstByteMs: firstByteTimeout * 1000,
      idleMs: idleTimeout * 1000,
    },
    health: {
      fails,
      failTimeMs: failTime * 1000,
      fall: health?.fall ?? checks.fall,
      rise: health?.rise ?? checks.rise,
    },
    checks: health === undefined
      ? null
      : { path: health.path, intervalMs: (health.interval ?? checks.interval) * 1000 },
    requestEdits: fieldEdits(content.setRequestHeaders, content.removeRequestHeaders),
    responseEdits: fieldEdits(content.setResponseHeaders, content.removeResponseHeaders),
  };
}

/** Returns the rules for a registered program, which has `timeoutMs` to respond. */
export function programRules(timeoutMs: number): ProxyRules {
  const { timeouts, ...rules } = rulesOf({ to: [] });
  return { ...rules, timeouts: { ...timeouts, firstByteMs: timeoutMs, idleMs: timeoutMs } };
}
