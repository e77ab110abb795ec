/**
 * The words that the schema of the document itself has: names of fields, and the values of choices.
 * They say nothing of a machine, so that a report may have them; a new field or choice is among
 * them without a list to add it to. Pure.
 *
 * @module
 */

/** Words that the report needs besides: ours, and those of the old tools. */
const OTHER_WORDS = [
  ...["MY", "CA", "ACME", "ROOT", "HTTP", "HTTPS", "HTTPFilter", "W3SVC", "IISADMIN"],
  ...["Default Web Site", "localhost", "root", "httpcfg", "_httpcfg", "www-data", "nobody"],
  ...["{upstream}", "SYSTEM", "LocalService", "index.html", "index.htm", "default.htm"],
];

/** A schema of valibot, as far as it has parts. */
interface SchemaParts {
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly pipe?: readonly unknown[];
  readonly item?: unknown;
  readonly wrapped?: unknown;
  readonly key?: unknown;
  readonly value?: unknown;
}

/** Returns the words of `schema`, and of what the report says itself. */
export function vocabularyOf(schema: unknown, others: Iterable<string> = []): ReadonlySet<string> {
  const words = new Set<string>([...OTHER_WORDS, ...others]);
  const seen = new Set<unknown>();
  const walk = (part: unknown): void => {
    if (typeof part === "string") words.add(part);
    if (typeof part !== "object" || part === null || seen.has(part)) return;
    seen.add(part);
    const { entries = {}, options = [], literal, pipe = [], item, wrapped, key, value } =
      part as SchemaParts;
    for (const [name, entry] of Object.entries(entries)) {
      words.add(name);
      walk(entry);
    }
    for (const each of [...options, literal, ...pipe, item, wrapped, key, value]) walk(each);
  };
  walk(schema);
  return words;
}
