/**
 * The report of `diagnose` as text: its sections in order, each masked. Pure.
 *
 * @module
 */
import type { Facts, Part } from "./gather.ts";
import type { Masker } from "./masker.ts";
import {
  addressLine,
  clockLines,
  documentLines,
  eventLine,
  fileLine,
  limited,
  refusedLines,
} from "./section_lines.ts";
import {
  differenceLines,
  metricsLines,
  planLines,
  socketLines,
  statusLines,
} from "./service_lines.ts";
import { factLines, type FactSection } from "./system_facts.ts";

interface ReportInput {
  readonly facts: Facts;
  readonly masker: Masker;
  readonly words: ReadonlySet<string>;
  /** Whose document and service, and why. */
  readonly home: { readonly owner: string; readonly why: string };
  readonly caller: readonly (readonly [string, string])[];
  readonly withNames: boolean;
}

interface Report {
  readonly text: string;
  /** Sections that could not be collected. */
  readonly missing: readonly string[];
}

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
  /** Null for one that was collected. */
  readonly problem: string | null;
}

/** Puts the report together. */
export function makeReport(input: ReportInput): Report {
  const { facts, masker } = input;
  const of = <T>(
    title: string,
    { value, problem }: Part<T>,
    show: (value: T) => readonly string[],
  ): Section => {
    if (problem !== null) return { title, lines: [], problem: masker.sentence(problem) };
    return { title, lines: show(value), problem: null };
  };
  // The document comes first, because its names and secrets are what sentences must not have.
  const document = of("Document", facts.document, (seen) => documentLines(seen, input));
  for (const { name } of facts.status.value?.sites ?? []) masker.site(name);
  const sections: Section[] = [
    whole("Program", [...pairs(facts.program), ...clockLines(facts)]),
    ...systemSections(["System"], input),
    whole("Caller and home", [
      ...pairs(input.caller),
      `home: the ${input.home.owner}'s, because ${masker.sentence(input.home.why)}`,
    ]),
    of("Files", facts.files, (files) => files.map((file) => fileLine(file, masker))),
    ...systemSections(["Disk"], input),
    document,
    of("Service", facts.status, (status) => statusLines(status, masker)),
    of("Stored and in force", facts.status, (status) => {
      return differenceLines(status, facts.document.value?.value, input);
    }),
    of("Plan", facts.plan, (plan) => {
      const unasked = facts.status.problem === null ? [] : [UNASKED];
      return [...unasked, ...planLines(plan, masker)];
    }),
    of("Listening sockets", facts.listeners, (seen) => socketLines(seen, facts, masker)),
    of("Metrics", facts.metrics, (answer) => metricsLines(answer, masker)),
    of("Events", facts.events, (events) => events.map((event) => eventLine(event, masker))),
    of("HTTPERR", facts.refused, (log) => refusedLines(log, masker)),
    of("Addresses", facts.addresses, (addresses) => {
      return limited(addresses.map((one) => addressLine(one, masker)));
    }),
    ...systemSections(["Routes", "Kernel", "Limits", "Service manager"], input),
  ];
  const legend = limited(masker.legend());
  const all = legend.length === 0 ? sections : [...sections, whole("Pseudonyms", legend)];
  const body = all.map(({ title, lines, problem }) => {
    const shown = problem === null ? lines : [...lines, `not collected: ${problem}`];
    return [`== ${title} ==`, ...(shown.length === 0 ? ["none"] : shown)].join("\n");
  });
  const text = [headOf(input.withNames), ...body].join("\n\n");
  return {
    // Three of them would end a block of code in which this is pasted.
    text: `${text.replace(/`{3,}/g, "'''")}\n`,
    missing: sections.filter(({ problem }) => problem !== null).map(({ title }) => title),
  };
}

/** A plan without the service takes its sockets for those of another program. */
const UNASKED = "made without the service, which could not be asked what it has open";

function pairs(rows: readonly (readonly [string, string])[]): string[] {
  return rows.map(([name, value]) => `${name}: ${value}`);
}

function headOf(withNames: boolean): string {
  const names = withNames
    ? "Addresses and names are as they are: read it before you show it."
    : "Addresses, host names, sites, paths and users have pseudonyms.";
  return [
    "httpcfg diagnose, for a bug report. Passwords, keys, tokens, header values, texts, paths of",
    `URLs and what is not known to be harmless are masked. ${names}`,
  ].join("\n");
}

function whole(title: string, lines: readonly string[]): Section {
  return { title, lines, problem: null };
}

function systemSections(wanted: readonly FactSection[], { facts, masker }: ReportInput): Section[] {
  return wanted.flatMap((title): Section[] => {
    const own = facts.system.filter(({ source }) => source.section === title);
    if (own.length === 0) return [];
    const lines = own.flatMap(({ source, output }) => {
      const all = factLines(output.text);
      return source.isPlain ? all : all.map((line) => masker.sentence(line));
    });
    const problems = own.flatMap(({ output: { problem } }) => problem ?? []);
    return [{
      title,
      lines,
      problem: problems.length === 0 ? null : masker.sentence(problems[0]!),
    }];
  });
}
