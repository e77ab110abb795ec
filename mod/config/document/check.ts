/**
 * Checks a document and reports all of its problems at once, each with its path:
 * `sites[1].bindings[0]`.
 *
 * @module
 */
import * as v from "valibot";
import { quote } from "../../base/fault.ts";
import { isProblem } from "../../base/problem.ts";
import { parseSddl } from "../../base/sddl.ts";
import { formatUrlPrefix, parseUrlPrefix } from "../../base/url_prefix.ts";
import { formatBinding, parseBinding } from "./binding.ts";
import type { ConfigDocument } from "./document.ts";
import type { DocumentProblem } from "./document_problems.ts";
import { sslKeyOfAddress, sslKeyOfName } from "./http_records.ts";
import { parseEntry } from "./list_entry.ts";
import { type ContentSchema, documentSchema } from "./schema.ts";
import type { SiteContent } from "./site_content.ts";

/**
 * The rules of the kinds of site content. They are passed in, because the document knows no kind.
 */
export interface ContentRules {
  readonly schema: ContentSchema;
  /** Returns the problems of a content of that shape, each with its path inside the content. */
  check(content: SiteContent): readonly DocumentProblem[];
}

/** Returns every problem of `value`; a value without problems may be stored and run. */
export function checkDocument(value: unknown, contents: ContentRules): DocumentProblem[] {
  const result = v.safeParse(documentSchema(contents.schema), value, { abortPipeEarly: true });
  if (!result.success) return result.issues.map(problemOf);
  // The schema yields `?: T | undefined` for optional fields, and so the document declares them.
  const document = value as ConfigDocument;
  return [
    ...checkList(document),
    ...checkSites(document, contents),
    ...checkSsl(document),
    ...checkUrlAcl(document),
  ];
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

function checkList(document: ConfigDocument): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  const seen = new Set<string>();
  document.ipListen.forEach((entry, i) => {
    const at = `ipListen[${i}]`;
    const checked = parseEntry(entry);
    if (isProblem(checked)) {
      const message = `${quote(entry)} is not a valid entry: ${checked.reason}`;
      problems.push({ at, message, value: entry });
    } else if (checked.text !== entry) {
      problems.push({
        at,
        message: `${quote(entry)} must be written as ${quote(checked.text)}`,
        value: entry,
      });
    } else if (seen.has(entry)) {
      problems.push({ at, message: `${quote(entry)} is a duplicate entry`, value: entry });
    }
    seen.add(entry);
  });
  return problems;
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
    for (const list of ["bindings", "secureBindings"] as const) {
      site[list].forEach((text, j) => {
        const message = bindingProblem(text);
        if (message === null) return;
        problems.push({ at: `sites[${i}].${list}[${j}]`, message, value: text });
      });
    }
    for (const { at, message } of contents.check(site.content)) {
      problems.push({ at: joinPath(`sites[${i}].content`, at), message });
    }
  });
  return problems;
}

function bindingProblem(text: string): string | null {
  const binding = parseBinding(text);
  if (isProblem(binding)) return `${quote(text)} is not a valid binding: ${binding.reason}`;
  const canonical = formatBinding(binding);
  return canonical === text ? null : `${quote(text)} must be written as ${quote(canonical)}`;
}

function checkSsl({ ssl }: ConfigDocument): DocumentProblem[] {
  const seen = new Set<string>();
  return ssl.flatMap(({ key }, i) => {
    const at = `ssl[${i}].key`;
    const canonical = sslKeyOfAddress(key) ?? sslKeyOfName(key);
    if (canonical === null) {
      return [{ at, message: `expected IP:port or name:port, found ${quote(key)}` }];
    }
    if (canonical !== key) {
      return [{ at, message: `${quote(key)} must be written as ${quote(canonical)}` }];
    }
    return duplicateProblems(seen, key, at);
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

function duplicateProblems(seen: Set<string>, key: string, at: string): DocumentProblem[] {
  const isDuplicate = seen.has(key);
  seen.add(key);
  return isDuplicate ? [{ at, message: `${quote(key)} is a duplicate` }] : [];
}
