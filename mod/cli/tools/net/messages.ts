/**
 * The output of net.exe: its message table and the layouts of `net start`, `net stop`, `net pause`,
 * `net continue` and `net helpmsg`, as text that ends with a line feed.
 *
 * Sources: the public table of network messages, captures of net.exe, KB 969864. Where they are
 * silent: ARCHITECTURE.md, "Decisions".
 *
 * @module
 */
import { invariant } from "../../../base/invariant.ts";
import { oneLine } from "../../../base/printable.ts";
import { win32Text } from "../../../base/win32_text.ts";

/** Numbers of the messages that are used, by name. */
export const NET = {
  ALREADY_STARTED: 2182,
  NAME_INVALID: 2185,
  NOT_CONTROLLABLE: 2189,
  CONTROL_INVALID: 2191,
  STARTED_LIST: 3520,
  NOT_STARTED: 3521,
  BUSY: 3533,
  NO_ERROR_REPORTED: 3534,
  OPTION_UNKNOWN: 3506,
  BAD_NUMBER: 3871,
} as const;

const MESSAGES: ReadonlyMap<number, string> = new Map([
  [2182, "The requested service has already been started."],
  [2184, "The service has not been started."],
  [2185, "The service name is invalid."],
  [2186, "The service is not responding to the control function."],
  [2189, "The service could not be controlled in its present state."],
  [2191, "The requested pause or stop is not valid for this service."],
  [3500, "The command completed successfully."],
  [3502, "System error %1 has occurred."],
  [3506, "The option %1 is unknown."],
  [3514, "More help is available by typing NET HELPMSG %1."],
  [3520, "These services are started:"],
  [3521, "The %1 service is not started."],
  [3522, "The %1 service is starting"],
  [3523, "The %1 service could not be started."],
  [3524, "The %1 service was started successfully."],
  [3527, "The %1 service is stopping"],
  [3528, "The %1 service could not be stopped."],
  [3529, "The %1 service was stopped successfully."],
  [
    3530,
    "The following services are dependent on the %1 service.\n" +
    "Stopping the %1 service will also stop these services.",
  ],
  [3533, "The service is starting or stopping.  Please try again later."],
  [3534, "The service did not report an error."],
  [3536, "The %1 service was continued successfully."],
  [3537, "The %1 service was paused successfully."],
  [3544, "The %1 service has been started by another process and is pending."],
  [3547, "A service specific error occurred: %1."],
  [3871, "%1 is not a valid Windows network message number."],
]);

/** The question of `net stop` if other running services depend on the one to stop. */
export const STOP_QUESTION = "Do you want to continue this operation? (Y/N) [N]: ";

/** The commands of net.exe that this program has, as the syntax screen lists them. */
const NET_SYNTAX = `The syntax of this command is:

NET
    [ CONTINUE | HELP | HELPMSG | PAUSE | START | STOP ]
`;

/** The operands of each command, as the syntax screens show them. */
const OPERANDS = {
  start: "[service]",
  stop: "service [/Y]",
  pause: "service",
  continue: "service",
  help: "command",
  helpmsg: "message#",
} as const;

export type NetVerb = keyof typeof OPERANDS;

/** Reports whether net.exe has the command, and this program too. */
export function isNetVerb(word: string): word is NetVerb {
  return Object.hasOwn(OPERANDS, word);
}

/** Returns message `number` with %1 replaced; undefined if it is not in the table. */
function netMessage(number: number, value = ""): string | undefined {
  return MESSAGES.get(number)?.replaceAll("%1", value);
}

/**
 * An error with its pointer to NET HELPMSG, for stderr: the message, an empty line, the pointer, an
 * empty line. `display` is the display name if the message contains one.
 */
export function netError(number: number, display = ""): string {
  return `${known(number, display)}\n\n${known(3514, String(number))}\n\n`;
}

/** `System error 1058 has occurred.` and the text of the system, for stderr. */
export function netSystemError(code: number): string {
  return `${known(3502, String(code))}\n\n${win32Text(code) ?? ""}\n\n`;
}

/** `net start` without a name: the display names of what is running; the caller leaves HTTP out. */
export function netStartedList(displays: readonly string[]): string {
  const list = displays.map((display) => `   ${display}\n`).join("");
  return `${known(3520)}\n\n${list}\n${known(3500)}\n\n`;
}

/**
 * First half of a start, without a line feed: dots follow while it is pending, the first at once.
 */
export function netStarting(display: string): string {
  return `${known(3522, display)}.`;
}

/** Second half of a start that succeeded; begins with the line feed that ends the dots. */
export function netStarted(display: string): string {
  return `\n${known(3524, display)}\n\n`;
}

/**
 * Second half of a start that failed, the part on stdout. The reason follows on stderr, from
 * {@linkcode netStartReason}.
 */
export function netNotStarted(display: string): string {
  return `\n${known(3523, display)}\n\n`;
}

/**
 * Why a start failed, for stderr: the text of the system for `code`, or "did not report an error".
 */
export function netStartReason(code: number | null): string {
  return code === null || win32Text(code) === undefined
    ? netError(NET.NO_ERROR_REPORTED)
    : netSystemError(code);
}

/** First half of a stop, without a line feed. */
export function netStopping(display: string): string {
  return `${known(3527, display)}.`;
}

/** Second half of a stop that succeeded. */
export function netStopped(display: string): string {
  return `\n${known(3529, display)}\n\n`;
}

/** The warning before a stop that also stops running dependents; without the question. */
export function netDependents(display: string, dependents: readonly string[]): string {
  const list = dependents.map((name) => `   ${name}\n`).join("");
  return `${known(3530, display)}\n\n${list}\n`;
}

/** The end of a question without an answer, for stderr. */
export function netNoResponse(): string {
  return "No valid response was provided.\n\n";
}

export function netPaused(display: string): string {
  return `${known(3537, display)}\n\n`;
}

export function netContinued(display: string): string {
  return `${known(3536, display)}\n\n`;
}

/** `net helpmsg N`: a network message, else one of the system; null if there is neither. */
export function netHelpMessage(text: string): string | null {
  const number = /^[0-9]{1,5}$/.test(text) ? Number(text) : NaN;
  const message = MESSAGES.get(number)?.replaceAll("%1", "***") ?? win32Text(number);
  return message === undefined ? null : `\n${message}\n\n`;
}

/** The syntax screen of one command, or of `net` itself. */
export function netSyntax(verb: NetVerb | null): string {
  if (verb === null) return `${NET_SYNTAX}\n`;
  return `The syntax of this command is:\n\nNET ${verb.toUpperCase()}\n${OPERANDS[verb]}\n\n`;
}

/** An option that the command does not have, for stderr. */
export function netUnknownOption(verb: NetVerb, option: string): string {
  return `${known(3506, oneLine(option))}\n\n${netSyntax(verb)}${known(3514, "3506")}\n\n`;
}

function known(number: number, value = ""): string {
  const message = netMessage(number, value);
  invariant(message !== undefined, `message ${number} is in the table`);
  return message;
}
