/**
 * Host names as used in bindings, UrlPrefixes and SNI records: DNS labels in lower case, without a
 * trailing dot. An underscore is allowed because intranets use it.
 *
 * @module
 */

const HOST_NAME_MAX = 253;
const HOST_LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Reports whether `text`, which must be in lower case, is a canonical host name. */
export function isHostName(text: string): boolean {
  return text.length <= HOST_NAME_MAX && text.split(".").every((label) => HOST_LABEL.test(label));
}
