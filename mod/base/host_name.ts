/**
 * Host names as used in bindings, UrlPrefixes and SNI records: DNS labels in lower case, without a
 * trailing dot. An underscore is allowed because intranets use it.
 *
 * Where a name says for whom something is, it may be a wildcard: `*.example.com` is for every name
 * below `example.com`, at any depth, but not for `example.com` itself (source: "Wildcard Host
 * Header Support", IIS 10).
 *
 * @module
 */

const HOST_NAME_MAX = 253;
const HOST_LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Reports whether `text`, which must be in lower case, is a canonical host name. */
export function isHostName(text: string): boolean {
  return text.length <= HOST_NAME_MAX && text.split(".").every((label) => HOST_LABEL.test(label));
}

/** Reports whether `text`, which must be in lower case, is a canonical host name or a wildcard. */
export function isHostPattern(text: string): boolean {
  if (!isWildcardHost(text)) return isHostName(text);
  const below = text.slice(2);
  // What is below an address of digits is no name.
  return text.length <= HOST_NAME_MAX && isHostName(below) && !/^[0-9.]+$/.test(below);
}

/** Reports whether a host name or wildcard is a wildcard. */
export function isWildcardHost(text: string): boolean {
  return text.startsWith("*.");
}

/** Returns the wildcards that are for `name`, in order of precedence: the longest first. */
export function wildcardsFor(name: string): string[] {
  const wildcards: string[] = [];
  for (let dot = name.indexOf("."); dot > 0; dot = name.indexOf(".", dot + 1)) {
    wildcards.push(`*${name.slice(dot)}`);
  }
  return wildcards;
}

/** Reports whether `pattern`, a host name or a wildcard, is for `name`. */
export function isHostFor(pattern: string, name: string): boolean {
  if (!isWildcardHost(pattern)) return pattern === name;
  return name.length >= pattern.length && name.endsWith(pattern.slice(1));
}

/** Returns the wildcard that a text with a `*` elsewhere may have meant; other text as it is. */
export function nearestWildcard(text: string): string {
  return text.replace(/^.*\*[^.]*\./, "*.");
}

/** Returns why `text` is not a host name or a wildcard, as the end of a sentence. */
export function hostProblem(text: string): string {
  if (!text.includes("*")) return "is not a host name";
  return 'is not a host name: a "*" can only be its whole first label, as in *.example.com';
}
