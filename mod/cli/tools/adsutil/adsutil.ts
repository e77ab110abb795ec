/**
 * `adsutil COMMAND [PATH [VALUE…]]`: adsutil.vbs over the stored document and the running service.
 *
 * Notes go to stderr: that a value is only kept, and, for DisableSocketPooling, what KB 813368 says.
 *
 * @module
 */
import { exitStatusOf, WIN32 } from "../../../base/win32.ts";
import { HRESULT } from "../../../config/metabase/edit.ts";
import { hasEffect } from "../../../config/metabase/values.ts";
import type { AdsutilAnswer, ServerAction } from "./answer.ts";
import { mayEdit, runAdsutil } from "./run.ts";
import { errorText, serverDone, serverFailed } from "./text.ts";
import { tellHowToApply } from "../../apply_note.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { isDenied, printable } from "../../http_store.ts";
import { poolingNote } from "./pooling_note.ts";
import { controlSite, siteStates } from "../../site_control.ts";

const adsutil: CommandSpec = {
  name: "adsutil",
  usage: "COMMAND [PATH [VALUE …]]",
  summary: "Read and change the metabase, as adsutil.vbs did",
  details: [
    "COMMAND is GET, SET, ENUM, ENUM_ALL, DELETE, CREATE, CREATE_VSERV, COPY, MOVE, FIND, " +
    "START_SERVER, STOP_SERVER, PAUSE_SERVER, CONTINUE_SERVER or HELP; PATH is W3SVC, W3SVC/n, " +
    "W3SVC/Info, W3SVC/AppPools and what is below, a property behind the last slash.",
    "The metabase and the sites are one: W3SVC/1/ServerBindings is the bindings of site 1.",
  ],
  examples: [
    { line: "httpcfg adsutil get w3svc/1/ServerBindings", tells: "one property" },
    { line: "httpcfg adsutil set w3svc/1/ServerBindings :81:", tells: "bind site 1 to port 81" },
    { line: "httpcfg adsutil enum w3svc", tells: "what is set at a key, and the keys below" },
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
  const answer = mayEdit(input.words)
    ? await runUnderLock(input.words, io, states)
    : runAdsutil(input.words, await io.store.read(), states);
  io.print(printable(answer.text));
  if (answer.stored !== undefined) await tellAboutStored(answer.stored, io);
  if (answer.action !== undefined) return await act(answer.action, io);
  return exitStatusOf(answer.exit >>> 0, io.os);
}

async function runUnderLock(
  words: readonly string[],
  io: CommandIo,
  states: (siteId: number) => number | undefined,
): Promise<AdsutilAnswer> {
  let answer: AdsutilAnswer = { text: "", exit: 0 };
  try {
    const { changed } = await io.store.update((document) => {
      answer = runAdsutil(words, document, states);
      return answer.document ?? document;
    });
    if (changed) await tellHowToApply(io, "W3SVC");
  } catch (error) {
    if (!isDenied(error)) throw error;
    const text = errorText(HRESULT.ACCESS_DENIED, `Error Trying To SET the Property: ${words[1]}`);
    return { text, exit: HRESULT.ACCESS_DENIED };
  }
  return answer;
}

async function tellAboutStored(
  { path, name }: { readonly path: string; readonly name: string },
  io: CommandIo,
): Promise<void> {
  if (name === "DisableSocketPooling") io.note(poolingNote(await io.store.read(), path));
  else if (!hasEffect(path, name)) io.note(`note: ${name} is kept at ${path} and has no effect`);
}

async function act({ verb, siteId, path }: ServerAction, io: CommandIo): Promise<number> {
  const code = await controlSite(io, verb, siteId);
  if (code === WIN32.NO_ERROR) {
    io.print(serverDone(verb, path));
    return 0;
  }
  const hresult = (0x80070000 + code) | 0;
  io.print(serverFailed(verb, path, hresult));
  return exitStatusOf(hresult >>> 0, io.os);
}
