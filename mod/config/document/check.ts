/**
 * Is this a document? All problems at once, each with its path: `sites[1].bindings[0]`.
 *
 * @module
 */
import * as v from "valibot";
import { quote } from "../../base/fault.ts";
import { formatBinding, parseBinding } from "./binding.ts";
import { checkRecords } from "./check_records.ts";
import type { ConfigDocument } from "./document.ts";
import type { Problem } from "./document_problems.ts";
import { documentSchema } from "./schema.ts";

/** Canonical text of a list entry, or the reason why it is none: `listen/` knows what an entry is. */
export type EntryCheck = (text: string) => { readonly canonical: string } | {
  readonly reason: string;
};

/** Every problem of `value`; none means that it may be stored and run. */
export function checkDocument(value: unknown, checkEntry: EntryCheck): Problem[] {
  const result = v.safeParse(documentSchema(), value);
  if (!result.success) return result.issues.map(problemOf);
  // Optional fields are declared `?: T | undefined`, which is what the schema yields.
  const document = value as ConfigDocument;
  return [...checkList(document, checkEntry), ...checkSites(document), ...checkRecords(document)];
}

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  const at = (issue.path ?? []).reduce((path, step) => joined(path, step.key), "");
  if (issue.type === "never") return { at, message: "unknown field" };
  if (issue.received === "undefined") return { at, message: "missing" };
  const isOwnMessage = issue.kind !== "schema" || issue.type === "custom";
  const wanted = isOwnMessage ? issue.message : `expected ${issue.expected ?? "something else"}`;
  return { at, message: `${wanted}, found ${shown(issue.input)}` };
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

function checkList(document: ConfigDocument, checkEntry: EntryCheck): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  document.ipListen.forEach((entry, i) => {
    const at = `ipListen[${i}]`;
    const checked = checkEntry(entry);
    if ("reason" in checked) {
      problems.push({ at, message: `${quote(entry)} is no entry: ${checked.reason}` });
    } else if (checked.canonical !== entry) {
      problems.push({
        at,
        message: `${quote(entry)} is to be written ${quote(checked.canonical)}`,
      });
    } else if (seen.has(entry)) {
      problems.push({ at, message: `${quote(entry)} stands in the list twice` });
    }
    seen.add(entry);
  });
  return problems;
}

function checkSites(document: ConfigDocument): Problem[] {
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
  });
  return problems;
}

function bindingProblem(text: string): string | null {
  const binding = parseBinding(text);
  if (typeof binding === "string") return `${quote(text)} is no binding: ${binding}`;
  const canonical = formatBinding(binding);
  return canonical === text ? null : `${quote(text)} is to be written ${quote(canonical)}`;
}
