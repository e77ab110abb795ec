/**
 * `site set|start|stop|pause|continue`: one Web site, changed or controlled.
 *
 * @module
 */
import { changeSites } from "../../../admin/change_sites.ts";
import { controlSite, setAutoStart } from "../../../admin/site_control.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, quote, shellWord, usageFault } from "../../../base/fault.ts";
import { win32Text } from "../../../base/win32.ts";
import type { SiteRecord } from "../../../config/document/document.ts";
import { findSite, namedSite, replaceSite } from "../../../config/document/edit.ts";
import type { SiteVerb } from "../../../host/control/control_protocol.ts";
import {
  choosingFlags,
  contentFlags,
  contentHelp,
  namesContent,
  readContent,
} from "../../../site/kinds/kind_flags.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { finish, report } from "../../core/report.ts";
import {
  BINDING_FLAGS,
  checkSiteName,
  LIMIT_FLAGS,
  readBindings,
  readLimits,
} from "./site_flags.ts";

const siteSet: CommandSpec = {
  name: "site set",
  usage: "NAME",
  summary: "Change a Web site; what is not named stays",
  details: [
    "--bind replaces all plain bindings, --bind-tls all secure ones, and one of " +
    `${choosingFlags()} replaces what the site answers.`,
    ...contentHelp(),
  ],
  examples: [
    { line: "httpcfg site set ping --bind :8081: --bind :8082:", tells: "answer on two ports" },
    { line: "httpcfg site set ping --name pong", tells: "another name, the same id" },
  ],
  flags: {
    name: { kind: "string", value: "NEW", summary: "its new name" },
    ...BINDING_FLAGS,
    ...contentFlags(),
    ...LIMIT_FLAGS,
  },
  words: { min: 1, max: 1 },
  completes: ["site"],
  async run(input, io): Promise<number> {
    const change = await readChange(input);
    if (Object.keys(change).length === 0) {
      throw usageFault(
        `Cannot change ${quote(input.words[0]!)}: nothing says what`,
        "httpcfg site set --help",
      );
    }
    const result = await changeSites(io, (document) => {
      const site = namedSite(document, input.words[0]!);
      const other = change.name === undefined ? undefined : findSite(document, change.name);
      if (other !== undefined && other.id !== site.id) {
        throw new Fault(`Cannot call the site ${quote(change.name!)}: another has the name`, {
          hint: `httpcfg site show ${shellWord(change.name!)}`,
        });
      }
      return replaceSite(document, { ...site, ...change });
    });
    return finish(io, result);
  },
};

const siteStart = controlCommand("start", "Start a Web site, now and with the service");
const siteStop = controlCommand("stop", "Stop a Web site, now and until it is started again");
const sitePause = controlCommand("pause", "Let a Web site answer 503 until it is continued");
const siteContinue = controlCommand("continue", "Let a paused Web site answer again");

/** The records of this file. */
export const commands: readonly CommandSpec[] = [
  siteSet,
  siteStart,
  siteStop,
  sitePause,
  siteContinue,
];

/** What the flags change; empty where none is given. Throws a usage Fault. */
async function readChange(input: CommandInput): Promise<Partial<SiteRecord>> {
  const name = input.text("name");
  if (name !== null) checkSiteName(name);
  const bindings = readBindings(input, "bind");
  const secureBindings = readBindings(input, "bind-tls");
  const line = `httpcfg site set ${shellWord(input.words[0]!)}`;
  return {
    ...(name === null ? {} : { name }),
    ...(bindings.length === 0 ? {} : { bindings }),
    ...(secureBindings.length === 0 ? {} : { secureBindings }),
    ...(namesContent(input) ? { content: await readContent(input, line) } : {}),
    ...readLimits(input),
  };
}

function controlCommand(verb: SiteVerb, summary: string): CommandSpec {
  return {
    name: `site ${verb}`,
    usage: "NAME",
    summary,
    examples: [{ line: `httpcfg site ${verb} intranet`, tells: "by name, or W3SVC/2" }],
    flags: {},
    words: { min: 1, max: 1 },
    completes: ["site"],
    run: (input, io) => control(verb, input.words[0]!, io),
  };
}

async function control(verb: SiteVerb, text: string, io: CommandIo): Promise<number> {
  const { id, name } = namedSite(await io.store.read(), text);
  const status = await io.control.ask({ op: "status" });
  const w3svc = status?.services.find((service) => service.name === "W3SVC")?.state ?? "stopped";
  if (w3svc === "stopped") return await decideForLater(verb, { id, name }, io);
  const { problem, notices } = await controlSite(io, verb, id);
  report(io, notices);
  if (problem === null) return EXIT.ok;
  const reason = win32Text(problem.code)?.replace(/\.$/, "") ?? problem.reason;
  throw new Fault(`Cannot ${verb} the site ${quote(name)}: ${reason}`, { hint: "httpcfg status" });
}

/** Without a running service, start and stop decide what the next start of it does. */
async function decideForLater(
  verb: SiteVerb,
  { id, name }: Pick<SiteRecord, "id" | "name">,
  io: CommandIo,
): Promise<number> {
  if (verb === "pause" || verb === "continue") {
    throw new Fault(`Cannot ${verb} the site ${quote(name)}: the Web service does not run`, {
      hint: "httpcfg net start w3svc",
    });
  }
  const { problem, notices } = await setAutoStart(io, id, verb === "start");
  report(io, notices);
  if (problem !== null) {
    throw new Fault(`Cannot ${verb} the site ${quote(name)}: ${problem.reason}`, {
      hint: "httpcfg site list",
    });
  }
  report(io, [{
    kind: "note",
    text: "stored; the Web service does not run",
    hint: "httpcfg net start w3svc",
  }]);
  return EXIT.ok;
}
