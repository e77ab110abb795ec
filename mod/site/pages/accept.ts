/**
 * The preferences of a client: what sites need of Accept.
 *
 * @module
 */

/** Longest field value that is read; a longer one is treated as absent. */
const VALUE_MAX = 1024;

/**
 * Reports whether `accept` names JSON and does not prefer HTML. A browser names `text/html`, curl
 * sends "*" and gets the page or text, an API client names `application/json`.
 */
export function prefersJson(accept: string | null): boolean {
  if (accept === null || accept.length > VALUE_MAX) return false;
  const weights = parseWeights(accept);
  const json = weights.get("application/json") ?? 0;
  return json > 0 && json >= (weights.get("text/html") ?? 0);
}

/** Reports whether `accept` names HTML, as that of every browser does. */
export function acceptsHtml(accept: string | null): boolean {
  if (accept === null || accept.length > VALUE_MAX) return false;
  return (parseWeights(accept).get("text/html") ?? 0) > 0;
}

/** Reports whether `accept` names OpenMetrics, as Prometheus does, and does not prefer plain text. */
export function prefersOpenMetrics(accept: string | null): boolean {
  if (accept === null || accept.length > VALUE_MAX) return false;
  const weights = parseWeights(accept);
  const open = weights.get("application/openmetrics-text") ?? 0;
  return open > 0 && open >= (weights.get("text/plain") ?? 0);
}

/** Weight from 0 to 1 by lower-case name; parameters other than `q` are ignored. */
function parseWeights(value: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const item of value.split(",")) {
    const [name = "", ...parameters] = item.split(";");
    const key = name.trim().toLowerCase();
    if (key !== "") weights.set(key, weightOf(parameters));
  }
  return weights;
}

function weightOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const match = /^\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*$/i.exec(parameter);
    if (match !== null) return Math.min(1, Number(match[1]));
    if (/^\s*q\s*=/i.test(parameter)) return 0; // an invalid weight counts as 0
  }
  return 1;
}
