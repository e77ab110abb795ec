// @ts-check
/**
 * What the live page shows of the fleet that the machine is a member of. Pure; the browser and the
 * snapshot make their section of it, so that both show the same.
 *
 * @module
 */
import { count, NOTHING } from "./format.js";
import { lookOf } from "./tables.js";

/**
 * @typedef {import("../../about/dashboard_view.ts").FleetFacts} FleetFacts
 *
 * @typedef {object} Fact
 * @property {string} name
 * @property {string} title
 * @property {(fleet: FleetFacts) => string} text
 * @property {(fleet: FleetFacts) => string} [word] A state, which is shown before the text.
 * @property {boolean} [isWide] It takes the place of two.
 *
 * @typedef {object} Item An entry of a list.
 * @property {string | null} level The word that says what kind of entry it is; null for none.
 * @property {string} text
 * @property {string | null} code What can be typed; null for nothing.
 */

/** @type {(name: "revision" | "wanted" | "head", title: string) => Fact} */
const revisionFact = (name, title) => ({ name, title, text: (fleet) => count(fleet[name]) });

/** @type {readonly Fact[]} */
export const FLEET_FACTS = [
  { name: "name", title: "Member", text: ({ name }) => name },
  { name: "group", title: "Group", text: ({ group }) => group ?? NOTHING },
  revisionFact("revision", "Runs revision"),
  revisionFact("wanted", "Should run"),
  revisionFact("head", "Newest"),
  { name: "outcome", title: "Outcome", text: () => "", word: ({ outcome }) => outcome },
  {
    name: "store",
    title: "Store",
    text: ({ store, reason }) => reason ?? store, // a reason names the store
    word: ({ isStoreUp }) => isStoreUp ? "up" : "down",
    isWide: true,
  },
];

/** @type {readonly { name: "problems" | "overrides", title: string }[]} */
export const FLEET_LISTS = [
  { name: "problems", title: "Problems" },
  { name: "overrides", title: "Only here" },
];

/**
 * Returns the look and the word of a fact that is a state; null for another.
 *
 * @param {Fact} fact
 * @param {FleetFacts} fleet
 * @returns {{ look: import("./tables.js").Look, word: string } | null}
 */
export function stateOf({ word }, fleet) {
  return word === undefined ? null : { look: lookOf(word(fleet)), word: word(fleet) };
}

/**
 * Returns the entries of a list of the section.
 *
 * @param {"problems" | "overrides"} name
 * @param {FleetFacts | null} fleet
 * @returns {Item[]}
 */
export function fleetItems(name, fleet) {
  if (fleet === null) return [];
  const { counts, hint } = fleet;
  const more = counts[name] - fleet[name].length;
  const rest = more > 0 ? [{ level: null, text: `and ${count(more)} more`, code: null }] : [];
  if (name === "overrides") {
    return [...fleet.overrides.map((code) => ({ level: null, text: "", code })), ...rest];
  }
  const hints = hint === null ? [] : hint.split("\n");
  return [
    ...fleet.problems.map((text) => ({ level: "problem", text, code: null })),
    ...rest,
    ...hints.map((code) => ({ level: null, text: "Try", code })),
  ];
}
