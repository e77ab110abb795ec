/**
 * Host names as bindings, UrlPrefixes and SNI records have them: DNS labels, lower case, no trailing
 * dot; an underscore is allowed because intranets use it.
 *
 * @module
 */

const HOST_NAME_MAX = 253;
const HOST_LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** True for a host name in canonical form; `text` must be lower case already. */
export function isHostName(text: string): boolean {
  return text.length <= HOST_NAME_MAX && text.split(".").every((label) => HOST_LABEL.test(label));
}
