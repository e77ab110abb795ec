/**
 * `site set|start|stop|pause|continue`: changes or controls one Web site.
 *
 * @module
 */
import { siteTrustNotices } from "../../../admin/client_trust_notices.ts";
import { changeSites } from "../../../admin/change_sites.ts";
import { controlSite, setAutoStart, STATE_AFTER } from "../../../admin/site_control.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, quote, shellWord, usageFault } from "../../../base/fault.ts";
import { win32Reason } from "../../../base/win32_text.ts";
import { retype } from "../../../base/hints/retype.ts";
import type { ConfigDocument, SiteRecord } from "../../../config/document/document.ts";
import { findSite, replaceSite } from "../../../config/document/edit.ts";
import type { SiteVerb } from "../../../host/control/control_protocol.ts";
import { isServiceUp } from "../../../host/control/status.ts";
import { hasContentFlag, kindFlagList, readContent } from "../../../site/kinds/kind_flags.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { CHANGE_FLAGS, finishChange } from "../../core/outcome.ts";
import { report } from "../../core/report.ts";
import { asksClients, changedRules, hasRuleChange, readRules, withRules } from "./rule_flags.ts";
import { descriptionFlags, descriptionHelp } from "./site_description.ts";
import {
  checkSiteName,
  hasLogFlag,
  readAccessLog,
  readBindings,
  readCompression,
  readLimits,
  siteOf,
} from "./site_flags.ts";
import { exposureNotices } from "./site_exposure.ts";
import { MAP_CHANGE_FLAGS, readMaps, withMaps } from "./site_maps.ts";

const siteSet: CommandSpec = {
  name: "site set",
  usage: "NAME",
  summary: "Change a Web site; what is not given stays as it is",
  details: [
    "--bind replaces all plain bindings, --bind-tls all TLS bindings, and one of " +
    `${kindFlagList()} replaces the content of the site. --map adds an application or replaces ` +
    "the one at its path, and --unmap ends one.",
    ...descriptionHelp(),
  ],
  examples: [
    { line: "httpcfg site set ping --bind :8081: --bind :8082:", shows: "bind it to two ports" },
    { line: "httpcfg site set ping --name pong", shows: "rename it; the id stays" },
    { line: "httpcfg site set ping --map /files/=/srv/files", shows: "add an application" },
    {
      line: "httpcfg site set ping --allow 10.0.0.0/8 --rate 20/s",
      shows: "only for these clients, and 20 requests a second for each",
    },
  ],
  flags: {
    name: { kind: "string", value: "NEW", summary: "new name" },
    ...descriptionFlags(MAP_CHANGE_FLAGS),
    ...CHANGE_FLAGS,
  },
  words: { min: 1, max: 1 },
  completes: ["site"],
  async run(input, io): Promise<number> {
    const change = await readChange(input);
    const maps = await readMaps(input);
    const ruleChange = await readRules(input);
    const count = Object.keys(change).length + maps.mapped.length + maps.unmapped.length;
    if (count === 0 && !hasRuleChange(ruleChange) && !hasLogFlag(input)) {
      throw usageFault(
        `Cannot change ${quote(input.words[0]!)}: no flag is given`,
        "httpcfg site set --help", // what may be changed
      );
    }
    let changed: SiteRecord | null = null;
    const result = await changeSites(io, (document) => {
      const site = siteOf(input, document);
      const other = change.name === undefined ? undefined : findSite(document, change.name);
      if (other !== undefined && other.id !== site.id) {
        throw new Fault(
          `Cannot rename the site to ${quote(change.name!)}: another site has this name`,
          {
            hint: retype(input.commandLine, { flag: "name", to: otherName(document, other.name) }),
          },
        );
      }
      const { accessLog, ...rest } = site;
      const logged = { ...rest, ...change, ...readAccessLog(input, accessLog) };
      const mapped = withMaps(logged, maps, input);
      changed = withRules(mapped, changedRules(site, ruleChange, input));
      return replaceSite(document, changed);
    });
    report(io, ruleChange.notices);
    if (changed !== null && result.problem === null) report(io, exposureNotices(changed));
    if (asksClients(ruleChange) && changed !== null) {
      report(io, siteTrustNotices(io, (await io.store.read()).ssl, changed));
    }
    return await finishChange(input, io, result, { site: changed });
  },
};

const siteStart = controlCommand("start", "Start a Web site, now and whenever the service starts");
const siteStop = controlCommand("stop", "Stop a Web site until it is started again");
const sitePause = controlCommand("pause", "Pause a Web site: it responds with 503 until continued");
const siteContinue = controlCommand("continue", "Continue a paused Web site");

/** The records of this file. */
export const commands: readonly CommandSpec[] = [
  siteSet,
  siteStart,
  siteStop,
  sitePause,
  siteContinue,
];

/** Returns what the flags change; empty if none is given. Throws a usage Fault. */
async function readChange(input: CommandInput): Promise<Partial<SiteRecord>> {
  const name = input.text("name");
  if (name !== null) checkSiteName(name, input, "name");
  const bindings = readBindings(input, "bind");
  const secureBindings = readBindings(input, "bind-tls");
  return {
    ...(name === null ? {} : { name }),
    ...(bindings.length === 0 ? {} : { bindings }),
    ...(secureBindings.length === 0 ? {} : { secureBindings }),
    ...(hasContentFlag(input) ? { content: await readContent(input) } : {}),
    ...readLimits(input),
    ...readCompression(input),
  };
}

function controlCommand(verb: SiteVerb, summary: string): CommandSpec {
  return {
    name: `site ${verb}`,
    usage: "NAME",
    summary,
    examples: [{ line: `httpcfg site ${verb} intranet`, shows: "by name; W3SVC/2 works too" }],
    flags: CHANGE_FLAGS,
    words: { min: 1, max: 1 },
    completes: ["site"],
    run: (input, io) => control(verb, input, io),
  };
}

async function control(verb: SiteVerb, input: CommandInput, io: CommandIo): Promise<number> {
  const { id, name } = siteOf(input, await io.store.read());
  const status = await io.control.ask({ op: "status" });
  if (!isServiceUp(status, "W3SVC")) return await decideForLater(verb, { id, name }, input, io);
  let result = await controlSite(io, verb, id);
  const { problem, notices } = result;
  if (input.flag("idempotent") && problem?.isSo && (verb === "start" || verb === "stop")) {
    // It is so now; whether the service starts it next time may still have to change.
    result = await setAutoStart(io, id, verb === "start");
  } else if (problem !== null && !(input.flag("idempotent") && problem.isSo)) {
    report(io, notices);
    if (notices.some(({ kind }) => kind === "error")) return EXIT.failed; // the service gave a reason
    const reason = win32Reason(problem.code) ?? problem.reason;
    // Only a started site can be paused, and only a paused one continued.
    const isStopped = status?.sites.find((site) => site.id === id)?.state === "stopped";
    const hint = isStopped && verb !== "stop"
      ? `httpcfg site start ${shellWord(name)}`
      : "httpcfg status";
    throw new Fault(`Cannot ${verb} the site ${quote(name)}: ${reason}`, { hint });
  }
  return await finishChange(input, io, result, { site: { id, name }, state: STATE_AFTER[verb] });
}

/** Returns a name that no site has. */
function otherName(document: ConfigDocument, taken: string): string {
  let number = 2;
  while (findSite(document, `${taken}-${number}`) !== undefined) number++;
  return `${taken}-${number}`;
}

/** Without a running service, start and stop decide whether the site starts with it next time. */
async function decideForLater(
  verb: SiteVerb,
  { id, name }: Pick<SiteRecord, "id" | "name">,
  input: CommandInput,
  io: CommandIo,
): Promise<number> {
  if (verb === "pause" || verb === "continue") {
    throw new Fault(`Cannot ${verb} the site ${quote(name)}: the Web service is not running`, {
      hint: "httpcfg net start w3svc",
    });
  }
  const result = await setAutoStart(io, id, verb === "start");
  if (result.problem !== null) {
    report(io, result.notices);
    throw new Fault(`Cannot ${verb} the site ${quote(name)}: ${result.problem.reason}`, {
      hint: "httpcfg site list",
    });
  }
  const status = await finishChange(input, io, result, { site: { id, name }, state: "stopped" });
  report(io, [{
    kind: "note",
    text: "stored; the Web service is not running",
    hint: "httpcfg net start w3svc",
  }]);
  return status;
}
