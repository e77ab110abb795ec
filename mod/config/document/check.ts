/**
 * Is this a document? All problems at once, each with its path: `sites[1].bindings[0]`.
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
import type { Problem } from "./document_problems.ts";
import { sslKeyOfAddress, sslKeyOfName } from "./http_records.ts";
import { parseEntry } from "./list_entry.ts";
import { type ContentSchema, documentSchema } from "./schema.ts";
import type { SiteContent } from "./site_content.ts";

/** What the kinds of site content ask of one. The document takes them as they are given. */
export interface ContentRules {
  readonly schema: ContentSchema;
  /** Problems of a content of that shape, each with its path inside the content. */
  check(content: SiteContent): readonly Problem[];
}

/** Every problem of `value`; none means that it may be stored and run. */
export function checkDocument(value: unknown, contents: ContentRules): Problem[] {
  const result = v.safeParse(documentSchema(contents.schema), value);
  if (!result.success) return result.issues.map(problemOf);
  // Optional fields are declared `?: T | undefined`, which is what the schema yields.
  const document = value as ConfigDocument;
  return [
    ...checkList(document),
    ...checkSites(document, contents),
    ...checkSsl(document),
    ...checkUrlAcl(document),
  ];
}

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  const at = (issue.path ?? []).reduce((path, step) => joined(path, step.key), "");
  if (issue.type === "never") return { at, message: "unknown field" };
  if (issue.received === "undefined") return { at, message: "missing" };
  const isOwnMessage = issue.kind !== "schema" || issue.type === "custom";
  const wanted = isOwnMessage ? issue.message : `expected ${alternatives(issue.expected)}`;
  return { at, message: `${wanted}, found ${shown(issue.input)}` };
}

/** What the checks write as `("a" | "b")`, as a sentence has it. */
function alternatives(expected: string | null): string {
  const list = /^\((.+)\)$/.exec(expected ?? "")?.[1];
  return list === undefined
    ? expected ?? "something else"
    : `one of ${list.replaceAll(" | ", ", ")}`;
}

function joined(path: string, key: unknown): string {
  if (typeof key === "number") return `${path}[${key}]`;
  const name = String(key);
  const step = /^[$A-Za-z_][\w$]*$/.test(name) ? name : `[${quote(name)}]`;
  return path === "" || step.startsWith("[") ? path + step : `${path}.${step}`;
}

function shown(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

function checkList(document: ConfigDocument): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  document.ipListen.forEach((entry, i) => {
    const at = `ipListen[${i}]`;
    const checked = parseEntry(entry);
    if (isProblem(checked)) {
      problems.push({ at, message: `${quote(entry)} is no entry: ${checked.reason}` });
    } else if (checked.text !== entry) {
      problems.push({
        at,
        message: `${quote(entry)} is to be written ${quote(checked.text)}`,
      });
    } else if (seen.has(entry)) {
      problems.push({ at, message: `${quote(entry)} stands in the list twice` });
    }
    seen.add(entry);
  });
  return problems;
}

function checkSites(document: ConfigDocument, contents: ContentRules): Problem[] {
  const problems: Problem[] = [];
  const ids = new Set<number>();
  const names = new Set<string>();
  document.sites.forEach((site, i) => {
    if (ids.has(site.id)) {
      problems.push({ at: `sites[${i}].id`, message: `site ${site.id} stands here twice` });
    }
    const name = site.name.toLowerCase();
    if (names.has(name)) {
      problems.push({
        at: `sites[${i}].name`,
        message: `two sites have the name ${quote(site.name)}`,
      });
    }
    ids.add(site.id);
    names.add(name);
    for (const list of ["bindings", "secureBindings"] as const) {
      site[list].forEach((text, j) => {
        const message = bindingProblem(text);
        if (message !== null) problems.push({ at: `sites[${i}].${list}[${j}]`, message });
      });
    }
    for (const { at, message } of contents.check(site.content)) {
      problems.push({ at: joined(`sites[${i}].content`, at), message });
    }
  });
  return problems;
}

function bindingProblem(text: string): string | null {
  const binding = parseBinding(text);
  if (isProblem(binding)) return `${quote(text)} is not a binding: ${binding.reason}`;
  const canonical = formatBinding(binding);
  return canonical === text ? null : `${quote(text)} is to be written ${quote(canonical)}`;
}

function checkSsl({ ssl }: ConfigDocument): Problem[] {
  const seen = new Set<string>();
  return ssl.flatMap(({ key }, i) => {
    const at = `ssl[${i}].key`;
    const canonical = sslKeyOfAddress(key) ?? sslKeyOfName(key);
    if (canonical === null) {
      return [{ at, message: `${quote(key)} is no IP:port and no name:port` }];
    }
    if (canonical !== key) {
      return [{ at, message: `${quote(key)} is to be written ${quote(canonical)}` }];
    }
    return repeated(seen, key, at);
  });
}

function checkUrlAcl({ urlAcl }: ConfigDocument): Problem[] {
  const seen = new Set<string>();
  return urlAcl.flatMap(({ url, sddl }, i) => {
    const at = `urlAcl[${i}]`;
    const prefix = parseUrlPrefix(url);
    const problems: Problem[] = prefix === null
      ? [{ at: `${at}.url`, message: `${quote(url)} is no scheme://host:port/path/` }]
      : repeated(seen, formatUrlPrefix(prefix), `${at}.url`);
    if (!isProblem(parseSddl(sddl))) return problems;
    return [...problems, { at: `${at}.sddl`, message: `${quote(sddl)} is no D:(…) list` }];
  });
}

function repeated(seen: Set<string>, key: string, at: string): Problem[] {
  const isRepeated = seen.has(key);
  seen.add(key);
  return isRepeated ? [{ at, message: `${quote(key)} stands here twice` }] : [];
}
