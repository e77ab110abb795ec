/**
 * `adsutil COMMAND [PATH [VALUE…]]`: adsutil.vbs for the stored document and the running service.
 *
 * Notes go to stderr: that a value is stored but has no effect and, for DisableSocketPooling, what
 * KB 813368 says.
 *
 * @module
 */
import { changeSites } from "../../../admin/change_sites.ts";
import { controlSite, siteStates } from "../../../admin/site_control.ts";
import { oneLine } from "../../../base/printable.ts";
import type { SiteVerb } from "../../../host/control/control_protocol.ts";
import { ADSUTIL_EXIT, exitStatusOf } from "../../../base/exit_status.ts";
import { HRESULT, hresultOf } from "../../../config/metabase/edit.ts";
import { effectNote } from "../../../config/metabase/effects.ts";
import { propertyRow } from "../../../config/metabase/schema.ts";
import type { AdsutilAnswer, ServerAction } from "./answer.ts";
import { isView, mayEdit, runAdsutil } from "./run.ts";
import { errorText, serverDone, serverFailed } from "./text.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { report } from "../../core/report.ts";
import { noteUnapplied } from "../../core/notices/stored_notice.ts";
import { poolingNotes } from "./pooling_note.ts";

const adsutil: CommandSpec = {
  name: "adsutil",
  usage: "COMMAND [PATH [VALUE …]]",
  summary: "Read and change the metabase, as adsutil.vbs did",
  details: [
    "COMMAND is GET, SET, ENUM, ENUM_ALL, DELETE, CREATE, CREATE_VDIR, CREATE_VSERV, COPY, MOVE, " +
    "FIND, START_SERVER, STOP_SERVER, PAUSE_SERVER, CONTINUE_SERVER, APPCREATEINPROC, " +
    "APPCREATEOUTPROC, APPCREATEPOOLPROC, APPDELETE, APPUNLOAD, APPDISABLE, APPENABLE, " +
    "APPGETSTATUS or HELP; PATH is W3SVC, W3SVC/n, W3SVC/n/ROOT, W3SVC/Info, W3SVC/AppPools or " +
    "below, with a property after the last slash.",
    "The metabase is a view of the sites: W3SVC/1/ServerBindings is the bindings of site 1. Values " +
    "are inherited: from W3SVC by the sites, from a site by its ROOT, from there by virtual " +
    "directories, and by directories and files whose keys CREATE makes. All properties of IIS 6.0 " +
    "are known; whoever sets one that has no effect here is told.",
  ],
  examples: [
    { line: "httpcfg adsutil get w3svc/1/ServerBindings", shows: "show one property" },
    { line: "httpcfg adsutil set w3svc/1/ServerBindings :81:", shows: "bind site 1 to port 81" },
    {
      line: "httpcfg adsutil enum w3svc",
      shows: "show the properties of a key, and the keys below",
    },
  ],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  run,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [adsutil];

async function run(input: CommandInput, io: CommandIo): Promise<number> {
  const states = await siteStates(io);
  if (!mayEdit(input.words)) {
    const exit = await printAnswer(runAdsutil(input.words, await io.store.read(), states), io);
    if (isView(input.words)) await noteUnapplied(io);
    return exit;
  }
  let answer: AdsutilAnswer = { text: "", exit: ADSUTIL_EXIT.ok };
  const result = await changeSites(io, (document) => {
    answer = runAdsutil(input.words, document, states);
    return answer.document ?? document;
  });
  if (result.problem !== null) {
    const action = `Error Trying To SET the Property: ${oneLine(input.words[1] ?? "")}`;
    answer = {
      text: errorText(HRESULT.ACCESS_DENIED, action),
      exit: HRESULT.ACCESS_DENIED,
    };
  }
  const exit = await printAnswer(answer, io);
  report(io, result.notices);
  return exit;
}

async function printAnswer(answer: AdsutilAnswer, io: CommandIo): Promise<number> {
  io.print(answer.text);
  if (answer.notes !== undefined) report(io, answer.notes);
  if (answer.stored !== undefined) await noteStored(answer.stored, io);
  if (answer.action !== undefined) return await controlServer(answer.action, io);
  return exitStatusOf(answer.exit >>> 0, io.os);
}

async function noteStored(
  { path, name, value }: NonNullable<AdsutilAnswer["stored"]>,
  io: CommandIo,
): Promise<void> {
  if (name === "DisableSocketPooling") {
    return report(io, poolingNotes(await io.store.read(), path));
  }
  const text = effectNote(oneLine(path), propertyRow(name)!, value);
  if (text !== null) report(io, [{ kind: "note", text }]);
}

async function controlServer({ verb, siteId, path }: ServerAction, io: CommandIo): Promise<number> {
  const result = await controlSite(io, verb.toLowerCase() as SiteVerb, siteId);
  report(io, result.notices);
  if (result.problem === null) {
    io.print(serverDone(verb, path));
    return ADSUTIL_EXIT.ok;
  }
  const hresult = hresultOf(result.problem.code);
  io.print(serverFailed(verb, path, hresult));
  return exitStatusOf(hresult >>> 0, io.os);
}
