/**
 * The flags of `site add` and `site set` for what applies to a site whatever its content is.
 *
 * A flag replaces what the site had of its kind, and `none` removes it.
 *
 * @module
 */
import { quote, usageFault } from "../../../base/fault.ts";
import type { FlagInput, FlagSpec } from "../../../base/flag_spec.ts";
import { retype } from "../../../base/hints/retype.ts";
import { isProblem, type Problem } from "../../../base/problem.ts";
import {
  type BasicAuth,
  ERROR_STATUS,
  type ErrorPage,
  isFallback,
  isRealm,
  parseClients,
  type SiteAccess,
  type SiteResponse,
  type SiteRules,
} from "../../../config/document/site_rules.ts";
import { parseMediaType } from "../../../config/rules/media_type.ts";
import { parseRequestRate, REQUESTS_MAX } from "../../../config/rules/request_rate.ts";
import {
  HSTS_SECONDS,
  parseHsts,
  parseResponseField,
} from "../../../config/rules/response_field.ts";
import {
  type ClientCertificates,
  normalSslAccess,
  type SslAccess,
  withClientCertificates,
} from "../../../config/rules/ssl_access.ts";
import type { Notice } from "../../../admin/admin_io.ts";
import { nearestNumber } from "../../core/corrections.ts";
import { checkErrorPage, checkPasswordFile } from "./rule_files.ts";

/** The flags for the rules of a site. */
export const RULE_FLAGS: Readonly<Record<string, FlagSpec>> = {
  allow: { kind: "list", value: "BLOCK", summary: "clients that may use it; may be repeated" },
  deny: { kind: "list", value: "BLOCK", summary: "clients that may not: 403; may be repeated" },
  rate: {
    kind: "string",
    value: "N/s",
    summary: "requests of each client; beyond it 429",
    suggests: ["10/s", "600/m", "none"],
  },
  burst: { kind: "string", value: "N", summary: "requests of a client at once (default: N)" },
  "client-connections": {
    kind: "string",
    value: "N",
    summary: "concurrent connections of each client; beyond it 503",
  },
  auth: {
    kind: "string",
    value: "FILE",
    summary: "ask for a user and password of this htpasswd file",
    completes: "file",
  },
  "client-cert": {
    kind: "string",
    value: "WHAT",
    summary: "certificates of clients over TLS: off, ask or require",
    choices: ["off", "ask", "require"],
  },
  "require-https": {
    kind: "string",
    value: "on|off",
    summary: "refuse plain http: 403",
    bare: "on",
    choices: ["on", "off"],
  },
  realm: { kind: "string", value: "TEXT", summary: "with --auth: what browsers show" },
  header: {
    kind: "list",
    value: "'Name: value'",
    summary: "field of every response; may be repeated",
  },
  hsts: {
    kind: "string",
    value: "SECONDS",
    summary: "Strict-Transport-Security over TLS (default: a year)",
    bare: String(HSTS_SECONDS),
    suggests: [`${HSTS_SECONDS}; includeSubDomains`, "none"],
  },
  "error-page": {
    kind: "list",
    value: "STATUS=FILE",
    summary: "page for an error; may be repeated",
  },
  fallback: {
    kind: "string",
    value: "PATH",
    summary: "with --root: page for addresses where there is nothing",
    suggests: ["/index.html", "none"],
  },
  mime: {
    kind: "list",
    value: ".EXT=TYPE",
    summary: "with --root: media type of files; may be repeated",
  },
};

/** The help about the rules. */
export const RULE_HELP: readonly string[] = [
  "--allow and --deny take addresses, blocks such as 10.0.0.0/8, and all. The most specific block " +
  "with the client's address decides. Clients in no block may use the site, unless there is an " +
  "--allow: then they may not. Each address is one client, and of IPv6 each /64.",
  "--rate 10/s fills a bucket of --burst requests for each client; s, m and h are possible. Each " +
  "worker process counts alone, so that with Workers at 2 a client with several connections may " +
  "get up to twice the rate. --client-connections holds over all of them; connections of a trusted " +
  "proxy that names its clients in fields do not count.",
  "--auth takes lines user:hash of bcrypt, as htpasswd -B writes them. The file is read again when " +
  "it changes, and Authorization is passed on to a program behind the site.",
  "--client-cert ask asks clients for a certificate in the TLS handshake, and refuses one that is not " +
  "believed; require refuses those that send none, too (403.7, 403.16, 403.17, 403.13). Authorities " +
  "are those of the store CA: httpcfg cert import company-ca.pem. A program behind the site gets the " +
  "certificate in Client-Cert (RFC 9440). It holds for the whole site; an application can have " +
  "sslFlags of its own in the document, or AccessSSLFlags in adsutil.",
  "--error-page 404=/srv/errors/404.html is sent for the errors of this server, not for those of a " +
  "program behind the site; --error-page '503=text:Back soon' needs no file. --fallback /index.html " +
  "responds to navigations, not to paths with an extension.",
  "Each of these flags replaces what the site had of its kind, and none removes it: --allow none.",
];

/** What a hint proposes where nothing is near to what was typed. */
const SAMPLES: Readonly<Record<string, string>> = { allow: "10.0.0.0/8", deny: "10.0.0.0/8" };

/** The value that removes what a site has. */
const NONE = "none";

/** What the flags change: null removes, and what is absent stays. */
interface RuleChange {
  readonly access: Changes<Omit<SiteAccess, "sslFlags">> & { readonly realm?: string | null };
  readonly tls: {
    readonly clientCertificates?: ClientCertificates;
    readonly requiresHttps?: boolean;
  };
  readonly response: Changes<SiteResponse>;
  /** What is worth knowing about the files that are named. */
  readonly notices: readonly Notice[];
}

type Changes<T> = { readonly [Field in keyof T]?: Exclude<T[Field], undefined> | null };

/** Reads the flags. Throws a Fault, also if a file that is named cannot be used. */
export async function readRules(input: FlagInput): Promise<RuleChange> {
  const notices: Notice[] = [];
  const file = await readOne(input, "auth", async (path) => {
    const checked = await checkPasswordFile(path);
    notices.push(...checked.notices);
    return { file: checked.path };
  });
  return {
    access: {
      ...given("allow", readBlocks(input, "allow")),
      ...given("deny", readBlocks(input, "deny")),
      ...given(
        "rate",
        readParsed(input, "rate", (text) => parseRequestRate(text), ({ text }) => text),
      ),
      ...given("burst", readCount(input, "burst", REQUESTS_MAX)),
      ...given("connectionsPerClient", readCount(input, "client-connections", 4294967295)),
      ...given("basicAuth", file),
      ...given("realm", readRealm(input)),
    },
    tls: {
      ...given("clientCertificates", readWord(input, "client-cert")),
      ...given("requiresHttps", readSwitch(input, "require-https")),
    },
    response: {
      ...given("headers", readHeaders(input)),
      ...given("hsts", readParsed(input, "hsts", parseHsts, (text) => text)),
      ...given("errorPages", await readErrorPages(input)),
      ...given("fallback", readFallback(input)),
      ...given("mimeTypes", readMimeTypes(input)),
    },
    notices,
  };
}

/** Reports whether any rule is changed. */
export function hasRuleChange({ access, tls, response }: RuleChange): boolean {
  return [access, tls, response].some((part) => Object.keys(part).length > 0);
}

/** Reports whether clients are asked for certificates from now on. */
export function asksClients({ tls: { clientCertificates } }: RuleChange): boolean {
  return clientCertificates === "ask" || clientCertificates === "require";
}

/** Returns the rules of a site after a change. Throws a usage Fault if they contradict each other. */
export function changedRules(
  { access, response }: SiteRules,
  change: RuleChange,
  input: FlagInput,
): SiteRules {
  const { realm, ...others } = change.access;
  const { basicAuth, sslFlags: _, ...rest } = merged(access ?? {}, others);
  const auth = withRealm(basicAuth, { realm, before: access?.basicAuth, input });
  const sslFlags = changedSslFlags(access?.sslFlags ?? [], change.tls);
  const after: SiteAccess = {
    ...rest,
    ...(auth === undefined ? {} : { basicAuth: auth }),
    ...(sslFlags.length === 0 ? {} : { sslFlags }),
  };
  const both = after.allow?.find((block) => after.deny?.includes(block));
  if (both !== undefined) {
    throw usageFault(
      `Cannot allow and deny ${quote(both)}: one of them only`,
      retype(input.commandLine, { flag: "deny", from: both, to: NONE }),
    );
  }
  const { burst, ...unlimited } = after;
  if (burst !== undefined && after.rate === undefined && change.access.rate !== null) {
    throw usageFault(
      `Cannot use "--burst" without a rate: it is part of one`,
      retype(input.commandLine, { add: ["--rate", "10/s"] }),
    );
  }
  return {
    access: after.rate === undefined ? unlimited : after,
    response: merged(response ?? {}, change.response),
  };
}

/** Returns a site with its rules, but without those that say nothing. */
export function withRules<T extends object>(
  site: T,
  { access, response }: SiteRules,
): T & SiteRules {
  const { access: _access, response: _response, ...others } = site as T & SiteRules;
  return {
    ...others,
    ...(isEmpty(access) ? {} : { access }),
    ...(isEmpty(response) ? {} : { response }),
  } as T & SiteRules;
}

function isEmpty(value: object | undefined): boolean {
  return value === undefined || Object.keys(value).length === 0;
}

function changedSslFlags(
  before: readonly SslAccess[],
  { clientCertificates, requiresHttps }: RuleChange["tls"],
): readonly SslAccess[] {
  const asking = clientCertificates === undefined
    ? before
    : withClientCertificates(before, clientCertificates);
  if (requiresHttps === undefined) return asking;
  const others = asking.filter((name) => name !== "Ssl");
  return requiresHttps ? normalSslAccess([...others, "Ssl"]) : others;
}

function readWord(input: FlagInput, flag: "client-cert"): ClientCertificates | undefined {
  const text = input.text(flag);
  return text === null ? undefined : text as ClientCertificates; // one of its choices
}

function readSwitch(input: FlagInput, flag: string): boolean | undefined {
  const text = input.text(flag);
  return text === null ? undefined : text === "on";
}

function withRealm(
  auth: BasicAuth | undefined,
  { realm, before, input }: {
    readonly realm: string | null | undefined;
    readonly before: BasicAuth | undefined;
    readonly input: FlagInput;
  },
): BasicAuth | undefined {
  if (auth === undefined) {
    if (typeof realm !== "string") return undefined;
    throw usageFault(
      `Cannot use "--realm" without a password file: browsers show it when they ask`,
      retype(input.commandLine, { add: ["--auth", "/etc/httpcfg/users"] }),
    );
  }
  const kept = realm === undefined ? auth.realm ?? before?.realm : realm;
  return { file: auth.file, ...(typeof kept === "string" ? { realm: kept } : {}) };
}

function merged<T extends object>(before: T, changes: Changes<T>): T {
  const after = new Map<string, unknown>(Object.entries(before));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) after.delete(name);
    else after.set(name, value);
  }
  return Object.fromEntries(after) as T;
}

/** Nothing if the flag was not given. */
function given<Name extends string, T>(
  name: Name,
  value: T | undefined,
): { readonly [Field in Name]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Field in Name]?: T };
}

async function readOne<T>(
  input: FlagInput,
  flag: string,
  read: (text: string) => Promise<T>,
): Promise<T | null | undefined> {
  const text = input.text(flag);
  if (text === null) return undefined;
  return text === NONE ? null : await read(text);
}

function readParsed<T>(
  input: FlagInput,
  flag: string,
  parse: (text: string) => T | Problem,
  textOf: (parsed: T) => string,
): string | null | undefined {
  const text = input.text(flag);
  if (text === null) return undefined;
  return text === NONE ? null : textOf(checked(parse(text), { text, flag, input }));
}

function readCount(input: FlagInput, flag: string, max: number): number | null | undefined {
  const text = input.text(flag);
  if (text === null) return undefined;
  if (text === NONE) return null;
  const value = Number(text);
  if (/^[1-9][0-9]{0,9}$/.test(text) && value <= max) return value;
  throw usageFault(
    `Cannot use ${quote(text)} for "--${flag}": must be between 1 and ${max}`,
    retype(input.commandLine, { flag, to: nearestNumber(text, { min: 1, max, usual: 20 }) }),
  );
}

/** Returns what `read` makes of the values of a list flag; null if they are `none`. */
function readList<T>(
  input: FlagInput,
  flag: string,
  read: (texts: readonly string[]) => T,
): T | null | undefined {
  const texts = input.texts(flag);
  if (texts.length === 0) return undefined;
  return texts.length === 1 && texts[0] === NONE ? null : read(texts);
}

function readBlocks(
  input: FlagInput,
  flag: "allow" | "deny",
): readonly string[] | null | undefined {
  return readList(input, flag, (texts) => {
    const read = (text: string): readonly string[] => {
      return checked(parseClients(text), { text, flag, input });
    };
    return [...new Set(texts.flatMap(read))];
  });
}

function readHeaders(input: FlagInput): readonly string[] | null | undefined {
  const flag = "header";
  return readList(input, flag, (texts) => {
    return texts.map((text) => checked(parseResponseField(text), { text, flag, input }).text);
  });
}

function readMimeTypes(input: FlagInput): Readonly<Record<string, string>> | null | undefined {
  const flag = "mime";
  return readList(input, flag, (texts) => {
    return Object.fromEntries(texts.map((text) => {
      const [extension = "", ...rest] = text.split("=");
      const parsed = checked(parseMediaType(extension, rest.join("=")), { text, flag, input });
      return [parsed.extension, parsed.type];
    }));
  });
}

async function readErrorPages(
  input: FlagInput,
): Promise<Readonly<Record<string, ErrorPage>> | null | undefined> {
  const flag = "error-page";
  const texts = readList(input, flag, (values) => values);
  if (texts === null || texts === undefined) return texts;
  const pages: Record<string, ErrorPage> = {};
  for (const text of texts) {
    const [, statuses = "", page = ""] = /^([0-9,]+)=(.+)$/s.exec(text) ?? [];
    const list = statuses.split(",");
    if (!list.every((status) => ERROR_STATUS.test(status))) {
      throw usageFault(
        `Cannot use ${
          quote(text)
        } for "--${flag}": expected a status from 400 to 599, = and a file`,
        retype(input.commandLine, { flag, from: text, to: "404=text:Nothing here" }),
      );
    }
    const value = page.startsWith(TEXT)
      ? { text: page.slice(TEXT.length) }
      : { file: await checkErrorPage(page) };
    for (const status of list) pages[status] = value;
  }
  return pages;
}

/** Precedes an error page that is no file. */
const TEXT = "text:";

function readFallback(input: FlagInput): string | null | undefined {
  const text = input.text("fallback");
  if (text === null) return undefined;
  if (text === NONE) return null;
  if (isFallback(text)) return text;
  throw usageFault(
    `Cannot fall back to ${quote(text)}: expected the path of a file, as in a URL`,
    retype(input.commandLine, { flag: "fallback", to: "/index.html" }),
  );
}

function readRealm(input: FlagInput): string | null | undefined {
  const text = input.text("realm");
  if (text === null) return undefined;
  if (text === NONE) return null;
  if (isRealm(text)) return text;
  throw usageFault(
    `Cannot use ${quote(text)} for "--realm": must be ASCII without " and \\`,
    retype(input.commandLine, { flag: "realm", to: "Members" }),
  );
}

function checked<T>(
  parsed: T | Problem,
  { text, flag, input }: {
    readonly text: string;
    readonly flag: string;
    readonly input: FlagInput;
  },
): T {
  if (!isProblem(parsed)) return parsed;
  throw usageFault(
    `Cannot use ${quote(text)} for "--${flag}": ${parsed.reason}`,
    retype(input.commandLine, {
      flag,
      from: text,
      to: parsed.hint?.split("\n")[0] ?? SAMPLES[flag] ?? NONE,
    }),
  );
}
