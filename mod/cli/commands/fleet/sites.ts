/**
 * `fleet site …`: the Web sites that all members have.
 *
 * @module
 */
import { setAutoStart } from "../../../admin/site_control.ts";
import { SAMPLE_WORDS } from "../../../site/kinds/kind_flags.ts";
import type { CommandSpec } from "../../core/command.ts";
import { finishChange } from "../../core/outcome.ts";
import { commands as sites } from "../site/site.ts";
import { commands as changes } from "../site/site_change.ts";
import { siteOf } from "../site/site_flags.ts";
import { forFleet } from "./shared_change.ts";

const [add, list, show, remove] = sites as [CommandSpec, CommandSpec, CommandSpec, CommandSpec];
const [set, start, stop] = changes as [CommandSpec, CommandSpec, CommandSpec];

/** The records of this file. */
export const commands: readonly CommandSpec[] = [
  forFleet(add, {
    name: "site add",
    summary: "Add a Web site to all members",
    details: ["Files and certificates that the site names have to be on each member."],
    examples: [{
      line: `httpcfg fleet site add hello --bind :8081: ${SAMPLE_WORDS}`,
      shows: "on every member",
    }],
  }),
  forFleet(list, {
    name: "site list",
    summary: "List the Web sites of the fleet",
    examples: [{ line: "httpcfg fleet site list --format csv", shows: "for a spreadsheet" }],
    isQuery: true,
  }),
  forFleet(show, {
    name: "site show",
    summary: "Show one Web site of the fleet",
    examples: [{ line: "httpcfg fleet site show hello", shows: "by name; W3SVC/2 works too" }],
    isQuery: true,
  }),
  forFleet(set, {
    name: "site set",
    summary: "Change a Web site of the fleet; what is not given stays as it is",
    examples: [{ line: "httpcfg fleet site set hello --bind :8082:", shows: "bind it elsewhere" }],
  }),
  forFleet(remove, {
    name: "site remove",
    summary: "Remove a Web site from all members; its files are kept",
    examples: [{ line: "httpcfg fleet site remove hello", shows: "by name; W3SVC/2 works too" }],
  }),
  forFleet(switching(start, true), {
    name: "site start",
    summary: "Start a Web site on all members",
    examples: [{ line: "httpcfg fleet site start hello", shows: "by name; W3SVC/2 works too" }],
  }),
  forFleet(switching(stop, false), {
    name: "site stop",
    summary: "Stop a Web site on all members until it is started again",
    examples: [{ line: "httpcfg fleet site stop hello", shows: "by name; W3SVC/2 works too" }],
  }),
];

/** Returns the command that decides whether a site runs. The document alone says so in a fleet. */
function switching(local: CommandSpec, autoStart: boolean): CommandSpec {
  return {
    ...local,
    async run(input, io): Promise<number> {
      const { id, name } = siteOf(input, await io.store.read());
      const result = await setAutoStart(io, id, autoStart);
      return await finishChange(input, io, result, { site: { id, name, autoStart } });
    },
  };
}
