/**
 * Checks a document and reports all of its problems at once, each with its path:
 * `sites[1].bindings[0]`.
 *
 * @module
 */
import * as v from "valibot";
import { isWildcard, parseIp, zoneOf } from "../../base/address.ts";
import { quote } from "../../base/fault.ts";
import { isHostName } from "../../base/host_name.ts";
import { isProblem } from "../../base/problem.ts";
import { parseSddl } from "../../base/sddl.ts";
import { formatUrlPrefix, parseUrlPrefix, unservedHost } from "../../base/url_prefix.ts";
import { applicationKey } from "./application.ts";
import type { ConfigDocument, SiteRecord } from "./document.ts";
import type { DocumentProblem } from "./document_problems.ts";
import { normaliseDocument } from "./normalise.ts";
import { type ContentSchema, documentSchema } from "./schema.ts";
import { LIST_MAX, NAME_MAX } from "./shape.ts";
import type { SiteContent } from "./site_content.ts";
import { fileRuleProblems } from "./site_rules.ts";

/**
 * The rules of the kinds of site content. They are passed in, because the document knows no kind.
 */
export interface ContentRules {
  readonly schema: ContentSchema;
  /** Returns the problems of a content of that shape, each with its path inside the content. */
  check(content: SiteContent): readonly DocumentProblem[];
  /** Reports whether a registered program may be at `target`. */
  isProgram(target: string): boolean;
}

/** A document that may be stored and run, in its one spelling, if it has no problem. */
export interface CheckedDocument {
  readonly document: ConfigDocument;
  readonly problems: readonly DocumentProblem[];
}

/**
 * Returns `value` as a document, and every problem of it. `known` is a document that was returned
 * without a problem before: what is in it already is not read again.
 */
export function checkDocument(
  value: unknown,
  contents: ContentRules,
  known: ConfigDocument | null = null,
): CheckedDocument {
  const shape = withoutPlainList(value);
  const result = v.safeParse(documentSchema(contents.schema), shape, { abortPipeEarly: true });
  // The schema yields `?: T | undefined` for optional fields, and so the document declares them.
  const given = value as ConfigDocument;
  if (!result.success) return { document: given, problems: result.issues.map(problemOf) };
  const { document, problems } = normaliseDocument(given, known);
  return {
    document,
    problems: [
      ...problems,
      ...checkSites(document, contents),
      ...checkSsl(document),
      ...checkUrlAcl(document),
      ...checkAcme(document),
      ...checkRegistrations(document, contents),
    ],
  };
}

/**
 * Leaves a list of short texts out of `value`, which is what the schema would find it to be: one
 * after the other they cost the schema more than everything else costs a command.
 */
function withoutPlainList(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const { ipListen } = value as { readonly ipListen?: unknown };
  const isPlain = Array.isArray(ipListen) && ipListen.length <= LIST_MAX &&
    ipListen.every((text) => typeof text === "string" && text.length <= NAME_MAX);
  return isPlain ? { ...value, ipListen: [] } : value;
}

function problemOf(issue: v.BaseIssue<unknown>): DocumentProblem {
  const at = (issue.path ?? []).reduce((path, step) => joinPath(path, step.key), "");
  if (issue.type === "never") return { at, message: "unknown field" };
  if (issue.received === "undefined") return { at, message: "missing" };
  const isOwnMessage = issue.kind !== "schema" || issue.type === "custom";
  const wanted = isOwnMessage ? issue.message : `expected ${alternatives(issue.expected)}`;
  const message = `${wanted}, found ${describeValue(issue.input)}`;
  return typeof issue.input === "object"
    ? { at, message }
    : { at, message, value: String(issue.input) };
}

/** Turns the notation of the checks, `Array` or `("a" | "b")`, into a phrase. */
function alternatives(expected: string | null): string {
  const list = /^\((.+)\)$/.exec(expected ?? "")?.[1];
  if (list !== undefined) return `one of ${list.replaceAll(" | ", ", ")}`;
  return TYPE_NAMES[expected ?? ""] ?? expected ?? "another value";
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  Array: "a list",
  Object: "an object",
  string: "a string",
  number: "a number",
  boolean: "true or false",
};

function joinPath(path: string, key: unknown): string {
  if (typeof key === "number") return `${path}[${key}]`;
  const name = String(key);
  const step = /^[$A-Za-z_][\w$]*$/.test(name) ? name : `[${quote(name)}]`;
  return path === "" || step.startsWith("[") ? path + step : `${path}.${step}`;
}

function describeValue(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

function checkSites(document: ConfigDocument, contents: ContentRules): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  const ids = new Set<number>();
  const names = new Set<string>();
  document.sites.forEach((site, i) => {
    if (ids.has(site.id)) {
      problems.push({ at: `sites[${i}].id`, message: `${site.id} is a duplicate site id` });
    }
    const name = site.name.toLowerCase();
    if (names.has(name)) {
      problems.push({
        at: `sites[${i}].name`,
        message: `${quote(site.name)} is a duplicate site name`,
      });
    }
    ids.add(site.id);
    names.add(name);
    for (const { at, message } of fileRuleProblems(site)) {
      problems.push({ at: `sites[${i}].${at}`, message });
    }
    for (const { at, message } of contents.check(site.content)) {
      problems.push({ at: joinPath(`sites[${i}].content`, at), message });
    }
    problems.push(...checkApplications(site, `sites[${i}].applications`, contents));
  });
  return problems;
}

function checkApplications(
  { applications = [] }: SiteRecord,
  at: string,
  contents: ContentRules,
): DocumentProblem[] {
  const seen = new Set<string>();
  return applications.flatMap(({ path, content }, i) => [
    ...duplicateProblems(seen, applicationKey(path), `${at}[${i}].path`),
    ...contents.check(content).map((problem) => {
      return { ...problem, at: joinPath(`${at}[${i}].content`, problem.at) };
    }),
  ]);
}

function checkSsl({ ssl }: ConfigDocument): DocumentProblem[] {
  const seen = new Set<string>();
  return ssl.flatMap(({ key }, i) => duplicateProblems(seen, key, `ssl[${i}].key`));
}

function checkRegistrations(
  { registrations = [] }: ConfigDocument,
  { isProgram }: Pick<ContentRules, "isProgram">,
): DocumentProblem[] {
  const seen = new Set<string>();
  return registrations.flatMap(({ url, to }, i) => {
    const at = `registrations[${i}]`;
    const prefix = parseUrlPrefix(url);
    const problems: DocumentProblem[] = prefix === null
      ? [{ at: `${at}.url`, message: `expected scheme://host:port/path/, found ${quote(url)}` }]
      : duplicateProblems(seen, formatUrlPrefix(prefix), `${at}.url`);
    const unserved = prefix === null ? null : unservedHost(prefix);
    if (unserved !== null) problems.push({ at: `${at}.url`, message: unserved });
    if (isProgram(to)) return problems;
    const message = `expected a loopback address or a Unix socket, found ${quote(to)}`;
    return [...problems, { at: `${at}.to`, message }];
  });
}

function checkUrlAcl({ urlAcl }: ConfigDocument): DocumentProblem[] {
  const seen = new Set<string>();
  return urlAcl.flatMap(({ url, sddl }, i) => {
    const at = `urlAcl[${i}]`;
    const prefix = parseUrlPrefix(url);
    const problems: DocumentProblem[] = prefix === null
      ? [{ at: `${at}.url`, message: `expected scheme://host:port/path/, found ${quote(url)}` }]
      : duplicateProblems(seen, formatUrlPrefix(prefix), `${at}.url`);
    if (!isProblem(parseSddl(sddl))) return problems;
    const message = `expected an access list of the form D:(…), found ${quote(sddl)}`;
    return [...problems, { at: `${at}.sddl`, message }];
  });
}

function checkAcme({ acme = [] }: ConfigDocument): DocumentProblem[] {
  const seen = new Set<string>();
  return acme.flatMap(({ certName, names, server }, i) => {
    const at = `acme[${i}]`;
    const problems = duplicateProblems(seen, certName, `${at}.certName`);
    if (!/^[a-z0-9_][a-z0-9_.-]{0,252}$/.test(certName)) {
      const message = `expected the name of a certificate, found ${quote(certName)}`;
      problems.push({ at: `${at}.certName`, message });
    }
    names.forEach((name, j) => {
      if (isCertifiable(name)) return;
      const message = `expected a host name or an IP address, found ${quote(name)}`;
      problems.push({ at: `${at}.names[${j}]`, message });
    });
    if (names.length === 0) {
      problems.push({ at: `${at}.names`, message: "expected at least one name" });
    }
    if (!URL.canParse(server) || new URL(server).protocol !== "https:") {
      const message = `expected an https URL, found ${quote(server)}`;
      problems.push({ at: `${at}.server`, message });
    }
    return problems;
  });
}

/** Reports whether a server can be asked to certify `name`: in canonical text, and no pattern. */
function isCertifiable(name: string): boolean {
  const ip = parseIp(name);
  if (ip !== null) return ip === name && zoneOf(ip) === "" && !isWildcard(ip);
  return isHostName(name) && !/^[0-9.]+$/.test(name);
}

function duplicateProblems(seen: Set<string>, key: string, at: string): DocumentProblem[] {
  const isDuplicate = seen.has(key);
  seen.add(key);
  return isDuplicate ? [{ at, message: `${quote(key)} is a duplicate` }] : [];
}
