/**
 * The field Forwarded (RFC 7239). Pure.
 *
 * @module
 */

/** What one proxy says of who came to it; null for what it does not say. */
interface ForwardedElement {
  readonly for: string | null;
  readonly host: string | null;
  readonly proto: string | null;
}

/** A parameter, or none, and what ends it. The value is a token or a quoted string, with escapes. */
const PART =
  /[ \t]*(?:([!#$%&'*+.^_`|~0-9a-zA-Z-]+)=(?:"((?:[^"\\]|\\[^])*)"|([!#$%&'*+.^_`|~0-9a-zA-Z-]+))[ \t]*)?([;,]|$)/y;

/**
 * Returns the elements of a field, in order; null if it violates the grammar. Then none of it can be
 * believed: a client can begin a quoted string in which what a proxy adds would disappear.
 */
export function readForwarded(text: string): ForwardedElement[] | null {
  const elements: ForwardedElement[] = [];
  let parameters = new Map<string, string>();
  PART.lastIndex = 0;
  for (;;) {
    const [part, name, quoted, token, end] = PART.exec(text) ?? [];
    if (part === undefined) return null;
    if (name !== undefined) {
      const key = name.toLowerCase();
      if (parameters.has(key)) return null; // each at most once (RFC 7239 4)
      parameters.set(key, quoted?.replace(/\\([^])/g, "$1") ?? token!);
    }
    if (end === ";") continue;
    if (parameters.size > 0) elements.push(elementOf(parameters));
    parameters = new Map();
    if (end === "") return elements;
  }
}

function elementOf(parameters: ReadonlyMap<string, string>): ForwardedElement {
  const of = (name: string): string | null => parameters.get(name) ?? null;
  return { for: of("for"), host: of("host"), proto: of("proto") };
}
