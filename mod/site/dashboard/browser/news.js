// @ts-check
/**
 * What has changed from one view to the next, in words: for who listens to a page instead of looking
 * at it. Pure.
 *
 * @module
 */

/** Changes that are told one by one. */
const TOLD_MAX = 3;

/** @type {readonly (readonly [list: string, noun: string, name: string])[]} */
const TOLD = [
  ["sites", "Site", "name"],
  ["addresses", "Address", "address"],
  ["upstreams", "Upstream", "upstream"],
];

/**
 * Returns the changes of states as sentences; "" for none. Numbers are not told: they change always.
 *
 * @param {any} before
 * @param {any} after
 * @returns {string}
 */
export function newsOf(before, after) {
  /** @type {string[]} */
  const sentences = [];
  for (const [list, noun, name] of TOLD) {
    if (before[list] === after[list]) continue;
    const old = new Map(before[list].map((/** @type {any} */ row) => [row.key, row]));
    for (const row of after[list]) {
      const known = old.get(row.key);
      old.delete(row.key);
      const cause = row.cause ?? row.reason ?? null;
      if (known?.state === row.state) continue;
      sentences.push(`${noun} ${row[name]}: ${row.state}${cause === null ? "" : `, ${cause}`}.`);
    }
    for (const row of old.values()) sentences.push(`${noun} ${row[name]}: gone.`);
  }
  sentences.push(...fleetNews(before.fleet, after.fleet));
  const more = sentences.length - TOLD_MAX;
  const told = sentences.slice(0, TOLD_MAX).join(" ");
  return more > 0 ? `${told} And ${more} more.` : told;
}

/**
 * Returns what has changed of a member of a fleet, as sentences.
 *
 * @param {import("./fleet.js").FleetFacts | null} before
 * @param {import("./fleet.js").FleetFacts | null} after
 * @returns {string[]}
 */
function fleetNews(before, after) {
  if (after === null) return before === null ? [] : ["Fleet: left."];
  const { revision, outcome, problems, isStoreUp, reason } = after;
  /** @type {string[]} */
  const sentences = [];
  if (before?.revision !== revision || before.outcome !== outcome) {
    const why = problems[0] === undefined ? "" : `, ${problems[0]}`;
    sentences.push(`Fleet: revision ${revision ?? "none"}, ${outcome}${why}.`);
  }
  if ((before?.isStoreUp ?? true) !== isStoreUp) {
    sentences.push(
      `Store of the fleet: ${isStoreUp ? "up" : "down"}${reason === null ? "" : `, ${reason}`}.`,
    );
  }
  return sentences;
}
