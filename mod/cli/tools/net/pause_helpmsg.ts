/**
 * `net pause|continue|helpmsg`, with the output of net.exe.
 *
 * @module
 */
import { NET_EXIT } from "../../../base/exit_status.ts";
import { oneLine } from "../../../base/printable.ts";
import { serviceState, type ServiceStatus } from "../../../host/control/status.ts";
import { findService, type ServiceRow } from "../../../host/services/service_table.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { CHANGE_FLAGS, isJson, reportDone } from "../../core/outcome.ts";
import { withSystemError } from "./denied.ts";
import { withNetHelp } from "./help.ts";
import * as messages from "./messages.ts";

const netPause = withNetHelp("pause", {
  name: "net pause",
  usage: "SERVICE",
  summary: "Pause a service: it keeps listening and responds with 503",
  examples: [{ line: "httpcfg net pause w3svc", shows: "until net continue w3svc" }],
  flags: CHANGE_FLAGS,
  words: { min: 0, max: Infinity },
  legacy: true,
  completes: ["service"],
  run: withSystemError((input, io) => control("pause", input, io)),
});

const netContinue = withNetHelp("continue", {
  name: "net continue",
  usage: "SERVICE",
  summary: "Continue a paused service",
  examples: [{ line: "httpcfg net continue w3svc", shows: "serve requests again" }],
  flags: CHANGE_FLAGS,
  words: { min: 0, max: Infinity },
  legacy: true,
  completes: ["service"],
  run: withSystemError((input, io) => control("continue", input, io)),
});

const netHelpmsg = withNetHelp("helpmsg", {
  name: "net helpmsg",
  usage: "NUMBER",
  summary: "Explain a message number or a status code",
  examples: [
    { line: "httpcfg net helpmsg 2182", shows: "a message number from net" },
    { line: "httpcfg net helpmsg 1312", shows: "a code from Httpcfg.exe" },
  ],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  run(input, io): Promise<number> {
    const [number, more] = input.words;
    if (number === undefined || more !== undefined) return Promise.resolve(syntax("helpmsg", io));
    const text = messages.netHelpMessage(number);
    if (text !== null) {
      io.print(text);
      return Promise.resolve(NET_EXIT.ok);
    }
    io.note(messages.netError(messages.NET.BAD_NUMBER, oneLine(number)));
    return Promise.resolve(NET_EXIT.failed);
  },
});

/** The records of this file. */
export const commands: readonly CommandSpec[] = [netPause, netContinue, netHelpmsg];

/** The state of a service after each command. */
const STATE_AFTER = { pause: "paused", continue: "running" } as const;

async function control(
  verb: "pause" | "continue",
  input: CommandInput,
  io: CommandIo,
): Promise<number> {
  const option = input.words.find((word) => /^[/-]/.test(word));
  if (option !== undefined) {
    io.note(messages.netUnknownOption(verb, option));
    return NET_EXIT.syntax;
  }
  const name = input.words.join(" ");
  if (name === "") return syntax(verb, io);
  const row = findService(name);
  if (row === undefined) return refused(io, messages.netError(messages.NET.NAME_INVALID));
  const state = STATE_AFTER[verb];
  const status = await io.control.ask({ op: "status" });
  const isSo = row.canPause && serviceState(status, row.name) === state;
  const changed = !(isSo && input.flag("idempotent"));
  if (changed) {
    const text = refusalOf(verb, row, status);
    if (text !== null) return refused(io, text);
    await io.control.ask({ op: verb, service: row.name });
  }
  await reportDone(input, io, changed, { service: row.name, state });
  if (isJson(input) || !changed) return NET_EXIT.ok;
  io.print(verb === "pause" ? messages.netPaused(row.display) : messages.netContinued(row.display));
  return NET_EXIT.ok;
}

/** Returns why the service cannot be paused or continued now; null if it can. */
function refusalOf(
  verb: "pause" | "continue",
  row: ServiceRow,
  status: ServiceStatus | null,
): string | null {
  const state = serviceState(status, row.name);
  if (state === "stopped") {
    return messages.netError(messages.NET.NOT_STARTED, row.display);
  }
  if (!row.canPause) return messages.netError(messages.NET.CONTROL_INVALID);
  const wanted = verb === "pause" ? "running" : "paused";
  return state === wanted ? null : messages.netError(messages.NET.NOT_CONTROLLABLE);
}

function refused(io: CommandIo, text: string): number {
  io.note(text);
  return NET_EXIT.failed;
}

function syntax(verb: messages.NetVerb, io: CommandIo): number {
  io.note(messages.netSyntax(verb));
  return NET_EXIT.syntax;
}
