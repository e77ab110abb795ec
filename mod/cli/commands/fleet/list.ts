/**
 * `fleet set|delete|query iplisten`, `fleet settings …`: the list and the settings that all members have.
 *
 * @module
 */
import type { CommandSpec } from "../../core/command.ts";
import { commands as changes } from "../../tools/httpcfg/iplisten.ts";
import { commands as queries } from "../../tools/httpcfg/iplisten_query.ts";
import { commands as settings } from "../config/settings.ts";
import { forFleet } from "./shared_change.ts";

const [setIplisten, deleteIplisten] = changes as [CommandSpec, CommandSpec];
const [queryIplisten] = queries as [CommandSpec];
const [list, get, set, reset] = settings as [CommandSpec, CommandSpec, CommandSpec, CommandSpec];

/** The records of this file. */
export const commands: readonly CommandSpec[] = [
  forFleet(setIplisten, {
    name: "set iplisten",
    summary: "Add an address, a block or an interface to the list of the fleet",
    details: [
      "A block, an interface and an exclusion mean on each member what is its own; an address is " +
      "only on the machine that has it.",
    ],
    examples: [
      { line: "httpcfg fleet set iplisten -i 10.0.0.0/8", shows: "on each member, its own" },
      { line: "httpcfg fleet set iplisten -i eth1 --plan", shows: "only ask what it would do" },
    ],
    without: ["strict", "later"],
    given: ["later"],
  }),
  forFleet(deleteIplisten, {
    name: "delete iplisten",
    summary: "Remove an entry from the list of the fleet",
    examples: [{ line: "httpcfg fleet delete iplisten -i 10.0.0.0/8", shows: "on all members" }],
  }),
  forFleet(queryIplisten, {
    name: "query iplisten",
    summary: "Show the list of the fleet",
    examples: [{ line: "httpcfg fleet query iplisten", shows: "one entry per line" }],
    isQuery: true,
  }),
  forFleet(list, {
    name: "settings list",
    summary: "List the settings of the fleet",
    examples: [{ line: "httpcfg fleet settings list", shows: "every setting" }],
    isQuery: true,
  }),
  forFleet(get, {
    name: "settings get",
    summary: "Print the value of a setting of the fleet",
    examples: [{ line: "httpcfg fleet settings get ConnectionTimeout", shows: "the bare value" }],
    isQuery: true,
  }),
  forFleet(set, {
    name: "settings set",
    summary: "Store the value of a setting of the fleet",
    examples: [{
      line: "httpcfg fleet settings set ConnectionTimeout 60",
      shows: "close idle connections sooner, on all members",
    }],
  }),
  forFleet(reset, {
    name: "settings reset",
    summary: "Restore the default of a setting of the fleet",
    examples: [{ line: "httpcfg fleet settings reset ConnectionTimeout", shows: "one setting" }],
  }),
];
