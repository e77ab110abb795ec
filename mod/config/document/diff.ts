/**
 * What differs between two documents, place by place. Pure.
 *
 * Lists are compared by what their members are, not by where they stand: one address taken out of
 * the middle of a list is one change.
 *
 * @module
 */

/** One difference; `before` is undefined for what came, `after` for what went. */
interface Change {
  /** Place in the document: `ipListen`, `sites[W3SVC/2].bindings`, `settings.applyChanges`. */
  readonly at: string;
  readonly before: unknown;
  readonly after: unknown;
}

type Members = Map<string, { readonly at: string; readonly value: unknown }>;

/** Every change that makes `after` of `before`, in the order of the document. */
export function diffValues(before: unknown, after: unknown, at = ""): Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(before, after, at);
  if (!isRecord(before) || !isRecord(after)) return [{ at, before, after }];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) =>
    diffValues(before[name], after[name], at === "" ? name : `${at}.${name}`)
  );
}

/** One line a change, as `diff` marks them: `-` what went, `+` what came. */
export function changeLines(changes: readonly Change[]): string[] {
  return changes.flatMap(({ at, before, after }) => [
    ...(before === undefined ? [] : [`- ${at}: ${JSON.stringify(before)}`]),
    ...(after === undefined ? [] : [`+ ${at}: ${JSON.stringify(after)}`]),
  ]);
}

function diffLists(before: readonly unknown[], after: readonly unknown[], at: string): Change[] {
  const old = membersOf(before, at);
  const fresh = membersOf(after, at);
  const changes: Change[] = [];
  for (const [key, { at: place, value }] of old) {
    const other = fresh.get(key);
    if (other === undefined) changes.push({ at: place, before: value, after: undefined });
    else changes.push(...diffValues(value, other.value, place));
  }
  for (const [key, { at: place, value }] of fresh) {
    if (!old.has(key)) changes.push({ at: place, before: undefined, after: value });
  }
  // The same members in another order: that matters in a list where the first match decides.
  return changes.length > 0 ? changes : [{ at, before, after }];
}

function membersOf(list: readonly unknown[], at: string): Members {
  return new Map(list.map((value) => {
    const name = memberName(value);
    return [name ?? JSON.stringify(value), { at: name === null ? at : `${at}[${name}]`, value }];
  }));
}

/** What a record of the document is known by: a site's id, a certificate's key, a reservation's URL. */
function memberName(value: unknown): string | null {
  if (!isRecord(value)) return null;
  if (typeof value.id === "number") return `W3SVC/${value.id}`;
  const name = value.key ?? value.url;
  return typeof name === "string" ? name : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
