/**
 * A site that is proxied: each request goes to one of its upstreams (`site/proxy/`).
 *
 * @module
 */
import * as v from "valibot";
import { quote, usageFault } from "../../base/fault.ts";
import type { FlagInput, FlagSpec } from "../../base/flag_spec.ts";
import { type Correction, retype } from "../../base/hints/retype.ts";
import { isProblem } from "../../base/problem.ts";
import type { DocumentProblem } from "../../config/document/document_problems.ts";
import { integer, PATH_MAX, strictObject, text } from "../../config/document/shape.ts";
import { BALANCES } from "../proxied/proxy_rules.ts";
import { hostProblem, removeProblem, setProblem } from "../proxied/field_edits.ts";
import { PROXY_DEFAULTS, type ProxySpec } from "../proxied/proxy_content.ts";
import {
  formatProxyTarget,
  nearestProxyTarget,
  parseProxyTarget,
} from "../proxied/proxy_target.ts";
import { requestPathProblem } from "../proxied/target_path.ts";
import type { ContentKind } from "./content_kind.ts";

const UPSTREAMS_MAX = 64;
const FIELDS_MAX = 100;
const TEXT_MAX = 8192;
const PREFIXES = ["keep", "strip"] as const;

const SECONDS = { min: 1, max: 3600 } as const;
const CONNECTIONS = { min: 1, max: 100_000 } as const;
const COUNT = { min: 1, max: 100 } as const;

/** A flag with a number. */
interface NumberFlag {
  /** Its field, in `health` if it is one of the checks. */
  readonly field: string;
  readonly bounds: { readonly min: number; readonly max: number };
  readonly usual: number;
  readonly value: "SECONDS" | "N";
  readonly summary: string;
}

type ProxyContent = ProxySpec & { readonly kind: "proxy" };

const { health: CHECKS, ...DEFAULTS } = PROXY_DEFAULTS;

const NUMBERS: Readonly<Record<string, NumberFlag>> = {
  "connect-timeout": {
    field: "connectTimeout",
    bounds: SECONDS,
    usual: DEFAULTS.connectTimeout,
    value: "SECONDS",
    summary: "time-out to connect, with the TLS handshake",
  },
  "first-byte-timeout": {
    field: "firstByteTimeout",
    bounds: SECONDS,
    usual: DEFAULTS.firstByteTimeout,
    value: "SECONDS",
    summary: "time-out for a response to start",
  },
  "idle-timeout": {
    field: "idleTimeout",
    bounds: SECONDS,
    usual: DEFAULTS.idleTimeout,
    value: "SECONDS",
    summary: "time-out between two pieces of a response",
  },
  "upstream-connections": {
    field: "maxConnections",
    bounds: CONNECTIONS,
    usual: 1000,
    value: "N",
    summary: "requests and new WebSockets that one upstream gets at a time",
  },
  fails: {
    field: "fails",
    bounds: COUNT,
    usual: DEFAULTS.fails,
    value: "N",
    summary: "failed requests within --fail-time that take an upstream down",
  },
  "fail-time": {
    field: "failTime",
    bounds: SECONDS,
    usual: DEFAULTS.failTime,
    value: "SECONDS",
    summary: "how long failures count, and how long an upstream then gets no requests",
  },
};

const CHECK_NUMBERS: Readonly<Record<string, NumberFlag>> = {
  "health-interval": {
    field: "interval",
    bounds: SECONDS,
    usual: CHECKS.interval,
    value: "SECONDS",
    summary: "time between two checks",
  },
  "health-fall": {
    field: "fall",
    bounds: COUNT,
    usual: CHECKS.fall,
    value: "N",
    summary: "failed checks in a row that take an upstream down",
  },
  "health-rise": {
    field: "rise",
    bounds: COUNT,
    usual: CHECKS.rise,
    value: "N",
    summary: "passed checks in a row that bring it back",
  },
};

/** A flag with fields of a message, by the field of the content. */
const FIELD_LISTS = {
  "set-request-header": { field: "setRequestHeaders", problem: setProblem },
  "remove-request-header": { field: "removeRequestHeaders", problem: removeProblem },
  "set-response-header": { field: "setResponseHeaders", problem: setProblem },
  "remove-response-header": { field: "removeResponseHeaders", problem: removeProblem },
} as const;

const bounded = ({ min, max }: NumberFlag["bounds"]): v.GenericSchema<number | undefined> => {
  return v.optional(integer(min, max));
};
const fieldList = v.optional(v.pipe(v.array(text(TEXT_MAX)), v.maxLength(FIELDS_MAX)));

export const proxy: ContentKind<ProxyContent> = {
  kind: "proxy",
  fields: {
    to: v.pipe(
      v.array(text(TEXT_MAX)),
      v.minLength(1, "must have at least 1 entry"),
      v.maxLength(UPSTREAMS_MAX, `must have at most ${UPSTREAMS_MAX} entries`),
    ),
    balance: v.optional(v.picklist(BALANCES)),
    ca: v.optional(v.pipe(text(PATH_MAX), v.nonEmpty("empty"))),
    prefix: v.optional(v.picklist(PREFIXES)),
    host: v.optional(text(TEXT_MAX)),
    setRequestHeaders: fieldList,
    removeRequestHeaders: fieldList,
    setResponseHeaders: fieldList,
    removeResponseHeaders: fieldList,
    connectTimeout: bounded(SECONDS),
    firstByteTimeout: bounded(SECONDS),
    idleTimeout: bounded(SECONDS),
    maxConnections: bounded(CONNECTIONS),
    fails: bounded(COUNT),
    failTime: bounded(SECONDS),
    health: v.optional(strictObject({
      path: text(PATH_MAX),
      interval: bounded(SECONDS),
      fall: bounded(COUNT),
      rise: bounded(COUNT),
    })),
  },
  problems: contentProblems,
  flag: {
    kind: "list",
    value: "URL",
    summary: "forward every request to this upstream; may be repeated",
  },
  details: {
    balance: {
      kind: "string",
      value: "HOW",
      summary: `which upstream is next (default ${DEFAULTS.balance})`,
      choices: BALANCES,
    },
    "proxy-ca": {
      kind: "string",
      value: "FILE",
      summary: "authorities for https upstreams, PEM, besides those of the runtime",
      completes: "file",
    },
    prefix: {
      kind: "string",
      value: "HOW",
      summary: "what becomes of the path of a mapped application",
      choices: PREFIXES,
    },
    "host-header": {
      kind: "string",
      value: "NAME",
      summary: "Host for the upstreams, {upstream} for the name of each (default: the client's)",
    },
    "set-request-header": {
      kind: "list",
      value: "NAME:VALUE",
      summary: "set a field of each request; may be repeated",
    },
    "remove-request-header": {
      kind: "list",
      value: "NAME",
      summary: "remove a field of each request; may be repeated",
    },
    "set-response-header": {
      kind: "list",
      value: "NAME:VALUE",
      summary: "set a field of each response; may be repeated",
    },
    "remove-response-header": {
      kind: "list",
      value: "NAME",
      summary: "remove a field of each response; may be repeated",
    },
    ...numberSpecs(NUMBERS),
    health: {
      kind: "string",
      value: "PATH",
      summary: "check each upstream by requests for this path: a status below 400 passes",
    },
    ...numberSpecs(CHECK_NUMBERS),
  },
  help: [
    "An upstream of --proxy is http://HOST:PORT, https://HOST or unix:/PATH. HOST may be a name, " +
    "which is looked up again when its time has passed and when a connection fails. The " +
    "certificate of an https upstream must be valid for HOST.",
    "An http or https upstream may have a path, which replaces the prefix of a mapped application; " +
    "without one, the prefix is kept. --prefix keep puts the path before the whole path of the " +
    "request, --prefix strip removes the prefix in any case. The rest of the path is sent as the " +
    "client has sent it.",
    "A request that got no response is sent to another upstream if nothing of it was sent, or once " +
    "more if its method is idempotent and it has no body. An upstream that fails too often gets " +
    "no requests for a while, unless no other one is left. httpcfg status shows the upstreams.",
    "Host is the client's unless --host-header sets it. X-Forwarded-For, X-Forwarded-Proto, " +
    "X-Forwarded-Host and Forwarded tell an upstream the origin of a request.",
  ],
  examples: [
    { words: "--proxy http://127.0.0.1:3000", shows: "a program on this machine" },
    {
      words: "--proxy http://10.0.0.11:3000 --proxy http://10.0.0.12:3000 --health /healthz",
      shows: "two servers, which are checked",
    },
  ],
  read: readProxy,
  forms: ["http://HOST:PORT", "https://HOST", "unix:/PATH"],
  parse: (text, line) => {
    return /^(?:https?|unix):/.test(text) ? { kind: "proxy", to: [targetOf(text, line)] } : null;
  },
  requestLimits: ({ maxConnections }) => maxConnections === undefined ? [] : [maxConnections],
  label: ({ to }) => `proxy ${to.join(" ")}`,
  description: ({ to, balance = DEFAULTS.balance }) => {
    const [first = ""] = to;
    return to.length === 1 ? `proxied to ${first}` : `proxied to ${to.join(", ")} (${balance})`;
  },
  load: () => ({
    handler: (content, { id: siteId }, { proxies, applicationPath: application }) => {
      return proxies.ofSite(content, { siteId, application }).handle;
    },
  }),
};

function numberSpecs(
  flags: Readonly<Record<string, NumberFlag>>,
): Readonly<Record<string, FlagSpec>> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, { value, summary, usual }]): [string, FlagSpec] => {
      return [name, { kind: "string", value, summary: `${summary} (default ${usual})` }];
    }),
  );
}

function contentProblems(content: ProxyContent): DocumentProblem[] {
  const { to, host, health } = content;
  const seen = new Set<string>();
  const problems = to.flatMap((text, i): DocumentProblem[] => {
    const target = parseProxyTarget(text);
    const at = `to[${i}]`;
    if (isProblem(target)) {
      return [{ at, message: `cannot forward to ${quote(text)}: ${target.reason}` }];
    }
    const name = formatProxyTarget(target);
    if (seen.has(name)) return [{ at, message: `${quote(name)} is named twice` }];
    seen.add(name);
    return [];
  });
  const hostReason = host === undefined ? null : hostProblem(host);
  if (hostReason !== null) {
    problems.push({ at: "host", message: `cannot send ${quote(host!)} as Host: ${hostReason}` });
  }
  const pathReason = health === undefined ? null : requestPathProblem(health.path);
  if (pathReason !== null) {
    const message = `cannot request ${quote(health!.path)}: ${pathReason}`;
    problems.push({ at: "health.path", message });
  }
  for (const { field, problem } of Object.values(FIELD_LISTS)) {
    for (const [i, text] of (content[field] ?? []).entries()) {
      const reason = problem(text);
      if (reason !== null) {
        problems.push({ at: `${field}[${i}]`, message: `cannot use ${quote(text)}: ${reason}` });
      }
    }
  }
  return problems;
}

async function readProxy(input: FlagInput): Promise<ProxyContent> {
  const to = input.texts("proxy").map((text) => {
    return targetOf(text, (to) => {
      return retype(input.commandLine, { flag: "proxy", from: text, to });
    });
  });
  const twice = to.find((text, i) => to.indexOf(text) < i);
  if (twice !== undefined) {
    throw usageFault(
      `Cannot forward to ${quote(twice)} twice: each upstream is named once`,
      retype(input.commandLine, { flag: "proxy", to: null }),
    );
  }
  const ca = input.text("proxy-ca");
  const host = checked("host-header", hostProblem, input, "{upstream}");
  const path = checked("health", requestPathProblem, input, "/");
  const checks = numbers(CHECK_NUMBERS, input);
  if (path === null && Object.keys(checks).length > 0) {
    const [flag] = Object.keys(CHECK_NUMBERS).filter((name) => input.text(name) !== null);
    throw usageFault(
      `Cannot use "--${flag}" without --health: no upstream is checked`,
      retype(input.commandLine, { add: ["--health", "/"] }),
    );
  }
  const lists = Object.entries(FIELD_LISTS).flatMap(([flag, { field, problem }]) => {
    const texts = input.texts(flag);
    for (const text of texts) {
      const reason = problem(text);
      if (reason !== null) {
        throw valueFault(flag, text, reason, input, { flag, from: text, to: null });
      }
    }
    return texts.length === 0 ? [] : [[field, texts]];
  });
  return {
    kind: "proxy",
    to,
    ...choice("balance", BALANCES, input),
    ...(ca === null ? {} : { ca: await authoritiesAt(ca) }),
    ...choice("prefix", PREFIXES, input),
    ...(host === null ? {} : { host }),
    ...Object.fromEntries(lists),
    ...numbers(NUMBERS, input),
    ...(path === null ? {} : { health: { path, ...checks } }),
  };
}

/** Loaded only for the file, with what reads certificates. */
async function authoritiesAt(path: string): Promise<string> {
  const { checkAuthorities } = await import("../../config/certs/authorities.ts");
  return await checkAuthorities(path);
}

/** Returns a target in canonical text; `line` returns the command line with another one. */
function targetOf(text: string, line: (to: string) => string): string {
  const target = parseProxyTarget(text);
  if (!isProblem(target)) return formatProxyTarget(target);
  throw usageFault(
    `Cannot forward to ${quote(text)}: ${target.reason}`,
    line(nearestProxyTarget(text)),
  );
}

/** Returns the value of a flag; null if it is not given. Throws a Fault if it has a problem. */
function checked(
  flag: string,
  problem: (text: string) => string | null,
  input: FlagInput,
  usual: string,
): string | null {
  const text = input.text(flag);
  const reason = text === null ? null : problem(text);
  if (reason !== null) throw valueFault(flag, text!, reason, input, { flag, to: usual });
  return text;
}

function choice<Name extends string, Value extends string>(
  name: Name,
  values: readonly Value[],
  input: FlagInput,
): { readonly [Field in Name]?: Value } {
  const value = values.find((one) => one === input.text(name));
  return (value === undefined ? {} : { [name]: value }) as { readonly [Field in Name]?: Value };
}

function numbers(
  flags: Readonly<Record<string, NumberFlag>>,
  input: FlagInput,
): Readonly<Record<string, number>> {
  const given = Object.entries(flags).flatMap(([flag, { field, bounds, usual }]) => {
    const text = input.text(flag);
    if (text === null) return [];
    const number = /^[0-9]{1,6}$/.test(text) ? Number(text) : NaN;
    if (number >= bounds.min && number <= bounds.max) return [[field, number] as const];
    const reason = `must be between ${bounds.min} and ${bounds.max}`;
    throw valueFault(flag, text, reason, input, { flag, to: `${usual}` });
  });
  return Object.fromEntries(given);
}

function valueFault(
  flag: string,
  text: string,
  reason: string,
  { commandLine }: FlagInput,
  correction: Correction,
): Error {
  return usageFault(
    `Cannot use ${quote(text)} for "--${flag}": ${reason}`,
    retype(commandLine, correction),
  );
}
