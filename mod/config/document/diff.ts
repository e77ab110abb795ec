/**
 * The differences between two documents, field by field. Pure.
 *
 * Lists are compared by what their members are, not by their positions: one address removed from
 * the middle of a list is one change.
 *
 * @module
 */

/** One difference; `before` is undefined for what was added, `after` for what was removed. */
export interface Change {
  /** Path in the document: `ipListen`, `sites[W3SVC/2].bindings`, `settings.applyChanges`. */
  readonly at: string;
  readonly before: unknown;
  readonly after: unknown;
}

type Members = Map<string, { readonly at: string; readonly value: unknown }>;

/** Returns every change from `before` to `after`, in the order of the document. */
export function diffValues(before: unknown, after: unknown, at = ""): Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(before, after, at);
  if (!isRecord(before) || !isRecord(after)) return [{ at, before, after }];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) =>
    diffValues(before[name], after[name], at === "" ? name : `${at}.${name}`)
  );
}

/**
 * Formats changes as `diff` does: a line with `-` for what was removed, with `+` for what was
 * added.
 */
export function changeLines(changes: readonly Change[]): string[] {
  return changes.flatMap(({ at, before, after }) => [
    ...(before === undefined ? [] : [`- ${at}: ${JSON.stringify(before)}`]),
    ...(after === undefined ? [] : [`+ ${at}: ${JSON.stringify(after)}`]),
  ]);
}

function diffLists(before: readonly unknown[], after: readonly unknown[], at: string): Change[] {
  const old = membersOf(before, at);
  const current = membersOf(after, at);
  const changes: Change[] = [];
  for (const [key, { at: place, value }] of old) {
    const other = current.get(key);
    if (other === undefined) changes.push({ at: place, before: value, after: undefined });
    else changes.push(...diffValues(value, other.value, place));
  }
  for (const [key, { at: place, value }] of current) {
    if (!old.has(key)) changes.push({ at: place, before: undefined, after: value });
  }
  if (changes.length > 0) return changes;
  // The same members in another order, which matters in a list of bindings; or fields of a member in
  // another order, which do not.
  const isSameOrder = [...old.keys()].join() === [...current.keys()].join();
  return isSameOrder && before.length === after.length ? [] : [{ at, before, after }];
}

function membersOf(list: readonly unknown[], at: string): Members {
  return new Map(list.map((value) => {
    const name = memberName(value);
    return [name ?? JSON.stringify(value), { at: name === null ? at : `${at}[${name}]`, value }];
  }));
}

/**
 * Returns what identifies a record: a site's id, an application's path, an ssl record's key, a
 * reservation's URL, the name of a certificate by ACME.
 */
function memberName(value: unknown): string | null {
  if (!isRecord(value)) return null;
  if (typeof value.id === "number") return `W3SVC/${value.id}`;
  const name = value.key ?? value.url ?? value.certName ??
    (isRecord(value.content) ? value.path : undefined);
  return typeof name === "string" ? name : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
