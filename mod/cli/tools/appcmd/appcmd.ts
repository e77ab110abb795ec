/**
 * `appcmd list|add|set|delete|start|stop site`: the sites, with the output of appcmd.exe.
 *
 * Errors go to stdout, as those of appcmd.exe do; what has to be said beyond them goes to stderr. What
 * appcmd.exe does for application pools, applications and sections of its configuration is refused.
 *
 * @module
 */
import { codeOf } from "../../../admin/admin_io.ts";
import { changeSites } from "../../../admin/change_sites.ts";
import { controlSite, siteStates } from "../../../admin/site_control.ts";
import { EXIT, exitStatusOf } from "../../../base/exit_status.ts";
import { retype } from "../../../base/hints/retype.ts";
import { isProblem, Problem } from "../../../base/problem.ts";
import { WIN32 } from "../../../base/win32.ts";
import type { ConfigDocument, SiteRecord } from "../../../config/document/document.ts";
import {
  addSite,
  findSite,
  nextSiteId,
  removeSite,
  replaceSite,
} from "../../../config/document/edit.ts";
import { isWholePath, resolveFolder } from "../../../config/store/resolve_folder.ts";
import { folderContent } from "../../../config/document/site_content.ts";
import type { SiteStates } from "../../../config/metabase/tree.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { noteUnapplied } from "../../core/notices/stored_notice.ts";
import { report, reportHint } from "../../core/report.ts";
import { type AppcmdCall, readAppcmd, type SiteBinding } from "./args.ts";
import * as messages from "./text.ts";

const appcmd: CommandSpec = {
  name: "appcmd",
  usage: "list | add | set | delete | start | stop site [NAME] [/NAME:VALUE …]",
  summary: "List and change sites and their bindings, as appcmd.exe did",
  details: [
    "add takes /name, /bindings, /physicalPath, /id and /serverAutoStart; set takes /name, " +
    "/bindings, /+bindings.[…], /-bindings.[…] and /serverAutoStart; list takes /text. Other " +
    "objects and parameters are refused.",
    "The exit status is the code of the error, or 1 for codes above 255, which only Windows has.",
  ],
  examples: [
    { line: "httpcfg appcmd list sites", shows: "names, ids, bindings and states" },
    {
      line: "httpcfg appcmd add site /name:shop '/bindings:http/*:81:' /physicalPath:/srv/shop",
      shows: "a site that serves files",
    },
    {
      line: "httpcfg appcmd set site shop " +
        "\"/+bindings.[protocol='http',bindingInformation='*:8080:']\"",
      shows: "bind it to one more port",
    },
  ],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  ownHelp: true,
  run,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [appcmd];

async function run(input: CommandInput, io: CommandIo): Promise<number> {
  const { words } = input;
  if (words.length === 0 || words.some((word) => /^[/-](?:\?|help)$/i.test(word))) {
    io.print(messages.APPCMD_USAGE);
    return EXIT.ok;
  }
  const call = readAppcmd(words, isWholePath);
  if (isProblem(call)) {
    io.print(messages.appcmdError(`${call.reason}.`));
    reportHint(io, call.hint ?? "httpcfg appcmd /?");
    return exitStatusOf(WIN32.INVALID_PARAMETER, io.os);
  }
  switch (call.verb) {
    case "list":
      return await list(call, io);
    case "add":
      return await add(call, input, io);
    case "start":
    case "stop":
      return await control(call.verb, call, io);
    default:
      return await change(call, io);
  }
}

async function list(call: AppcmdCall, io: CommandIo): Promise<number> {
  const { sites } = await io.store.read();
  const states = await siteStates(io);
  const chosen = sites.filter(({ id, name }) => {
    return (call.id === null || id === call.id) &&
      (call.site === null || name.toLowerCase() === call.site.toLowerCase());
  });
  for (const site of chosen) {
    const state = stateOf(site, states);
    io.print(
      call.text === null
        ? messages.siteLine(site, state)
        : messages.siteText(site, state, call.text),
    );
  }
  await noteUnapplied(io);
  // As with appcmd.exe, a list in which nothing is found is empty, and a failure.
  return chosen.length > 0 || (call.site === null && call.id === null) ? EXIT.ok : EXIT.failed;
}

function stateOf({ id }: SiteRecord, states: SiteStates): messages.SiteState {
  const state = states(id);
  return state === 2 ? "Started" : state === 6 ? "Paused" : "Stopped";
}

async function add(
  call: AppcmdCall,
  { commandLine }: CommandInput,
  io: CommandIo,
): Promise<number> {
  const { name, physicalPath, bindings } = call;
  if (name === null) return refused(io, 'Must specify the required parameter "name".');
  if (call.site !== null) return refused(io, `The name of a new site is "/name:${call.site}".`);
  if (physicalPath === null) {
    // A site without content could not respond.
    return refused(io, 'Must specify the required parameter "physicalPath".');
  }
  if (/^w3svc\/\d+$/i.test(name)) return refused(io, `The name "${name}" is the path of a site.`);
  const folder = await resolveFolder(physicalPath, (path) => {
    return retype(commandLine, {
      word: `/physicalPath:${physicalPath}`,
      to: [`/physicalPath:${path}`],
    });
  });
  let id = 0;
  const result = await changeSites(io, (document): ConfigDocument | Problem => {
    id = call.id ?? nextSiteId(document);
    if (findSite(document, name) !== undefined || document.sites.some((one) => one.id === id)) {
      return new Problem("exists", { code: WIN32.ALREADY_EXISTS });
    }
    return addSite(document, {
      id,
      name,
      ...split(bindings ?? []),
      autoStart: call.autoStart ?? true,
      content: folderContent(folder),
    });
  });
  if (result.problem !== null) {
    if (result.problem.code === WIN32.ALREADY_EXISTS) {
      io.print(
        messages.appcmdError(
          `Failed to add duplicate collection element of type 'site' with unique key attribute ` +
            `'name' set to '${name}'.`,
        ),
      );
    }
    report(io, result.notices);
    return exitStatusOf(codeOf(result), io.os);
  }
  io.print(messages.objectDone("SITE", name, "added"));
  io.print(messages.objectDone("APP", `${name}/`, "added"));
  io.print(messages.objectDone("VDIR", `${name}/`, "added"));
  report(io, result.notices);
  return EXIT.ok;
}

/** `set` and `delete`. */
async function change(call: AppcmdCall, io: CommandIo): Promise<number> {
  const { site: wanted } = call;
  if (wanted === null) return refused(io, "Must specify the SITE object: its name.");
  if (call.verb === "set" && !hasChange(call)) {
    return refused(io, "Must specify what to set: /name, /bindings or /serverAutoStart.");
  }
  let text = "";
  const result = await changeSites(io, (document): ConfigDocument | Problem => {
    const site = siteNamed(document, wanted);
    if (site === undefined) {
      text = messages.siteNotFound(wanted);
      return new Problem("no such site", { code: WIN32.NOT_FOUND });
    }
    text = messages.objectDone("SITE", site.name, call.verb === "set" ? "changed" : "deleted");
    if (call.verb === "delete") return removeSite(document, site.id);
    const changed = changedSite(site, call);
    if (isProblem(changed)) {
      text = messages.appcmdError(`${changed.reason}.`);
      return changed;
    }
    const other = findSite(document, changed.name);
    if (other === undefined || other.id === site.id) return replaceSite(document, changed);
    text = messages.appcmdError(`Cannot set the name: another site is called "${changed.name}".`);
    return new Problem("exists", { code: WIN32.ALREADY_EXISTS });
  });
  io.print(text);
  report(io, result.notices);
  return exitStatusOf(codeOf(result), io.os);
}

function hasChange({ name, bindings, added, removed, autoStart }: AppcmdCall): boolean {
  return name !== null || bindings !== null || autoStart !== null ||
    added.length + removed.length > 0;
}

function siteNamed(document: ConfigDocument, name: string): SiteRecord | undefined {
  return document.sites.find((site) => site.name.toLowerCase() === name.toLowerCase());
}

/** Returns a site with what a line sets; a problem if a binding to add is there, or one to remove not. */
function changedSite(site: SiteRecord, call: AppcmdCall): SiteRecord | Problem {
  let all = call.bindings ?? [
    ...site.bindings.map((text): SiteBinding => ({ protocol: "http", text })),
    ...site.secureBindings.map((text): SiteBinding => ({ protocol: "https", text })),
  ];
  for (const removed of call.removed) {
    const left = all.filter((one) => !isSame(one, removed));
    if (left.length === all.length) {
      const text = `Cannot find the binding ${messages.bindingText(removed)}`;
      return new Problem(text, { code: WIN32.NOT_FOUND });
    }
    all = left;
  }
  for (const added of call.added) {
    if (all.some((one) => isSame(one, added))) {
      const text = `Failed to add duplicate collection element "${messages.bindingText(added)}"`;
      return new Problem(text, { code: WIN32.ALREADY_EXISTS });
    }
    all = [...all, added];
  }
  return {
    ...site,
    ...split(all),
    name: call.name ?? site.name,
    autoStart: call.autoStart ?? site.autoStart,
  };
}

function isSame(a: SiteBinding, b: SiteBinding): boolean {
  return a.protocol === b.protocol && a.text === b.text;
}

function split(all: readonly SiteBinding[]): Pick<SiteRecord, "bindings" | "secureBindings"> {
  const of = (wanted: SiteBinding["protocol"]): string[] => {
    return all.filter(({ protocol }) => protocol === wanted).map(({ text }) => text);
  };
  return { bindings: of("http"), secureBindings: of("https") };
}

async function control(
  verb: "start" | "stop",
  { site: wanted }: AppcmdCall,
  io: CommandIo,
): Promise<number> {
  if (wanted === null) return refused(io, "Must specify the SITE object: its name.");
  const site = siteNamed(await io.store.read(), wanted);
  if (site === undefined) {
    io.print(messages.siteNotFound(wanted));
    return exitStatusOf(WIN32.NOT_FOUND, io.os);
  }
  const result = await controlSite(io, verb, site.id);
  const isSo = result.problem?.isSo === true;
  if (result.problem === null || isSo) {
    io.print(messages.siteControlled(site.name, verb));
    report(io, result.notices);
    return EXIT.ok;
  }
  const code = codeOf(result);
  io.print(messages.executionFailed(code));
  report(io, result.notices);
  if (code === WIN32.SERVICE_NOT_ACTIVE) reportHint(io, "httpcfg net start w3svc");
  return exitStatusOf(code, io.os);
}

function refused(io: CommandIo, message: string): number {
  io.print(messages.appcmdError(message));
  reportHint(io, "httpcfg appcmd /?");
  return exitStatusOf(WIN32.INVALID_PARAMETER, io.os);
}
