/**
 * What `httpcfg` alone shows: the state of the service in a few lines, and the three next steps
 * that fit it.
 *
 * @module
 */
import { formatEndpoint, type Ip } from "../../base/address.ts";
import { DeniedFault, Fault } from "../../base/fault.ts";
import { hintLines } from "../../base/hints/hints.ts";
import { oneLine } from "../../base/printable.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../config/document/document.ts";
import { isServiceUp, type ServiceStatus } from "../../host/control/status.ts";
import type { CommandIo } from "../core/command.ts";
import { onSystem } from "../core/format.ts";
import { isServiceInstalled } from "./service/service_files.ts";

/** What the next steps depend on. */
export interface Situation {
  /** Null if no service is running, or none that this user may ask. */
  readonly status: ServiceStatus | null;
  /** What is stored; null if it cannot be read. */
  readonly document: ConfigDocument | null;
  /** Why the service or the document cannot be seen, and what shows more. */
  readonly problems: readonly Pick<Fault, "message" | "hint">[];
  /** The line of an administrator, who would see what this user is denied; null if nothing is. */
  readonly deniedLine: string | null;
  /** Null if this machine starts no service of this home at boot. */
  readonly isInstalled: boolean | null;
  /** Returns the line of an administrator who may do what this user may not. */
  asAdministrator(words: readonly string[]): string | null;
}

/** A line to type, and what it is good for. */
interface Step {
  readonly line: string;
  readonly why: string;
}

const STEPS_SHOWN = 3;
/** Addresses and sites that are named; the others are counted. */
const NAMES_SHOWN = 4;

/** Shows the state and the next steps. */
export async function showFront(io: CommandIo): Promise<void> {
  const problems: Fault[] = [];
  const orNull = async <T>(asked: Promise<T>): Promise<T | null> => {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      problems.push(error);
      return null;
    }
  };
  const status = await orNull(io.control.ask({ op: "status" }));
  const document = await orNull(io.store.read());
  const isInstalled = io.home.owner === "system" ? await isServiceInstalled() : null;
  const asAdministrator = (words: readonly string[]): string | null => {
    return io.home.owner === "system" ? io.asAdministrator(words) : null;
  };
  const isDenied = problems.some((problem) => problem instanceof DeniedFault);
  const deniedLine = isDenied ? io.asAdministrator([])?.trimEnd() ?? null : null;
  const shown = problems.map(({ message, hint }) => ({ message, hint }));
  const situation = { status, document, problems: shown, deniedLine, isInstalled };
  io.out(frontText({ ...await onSystem(situation, io.os), asAdministrator }));
}

/** Returns the whole text. */
export function frontText(situation: Situation): string {
  const steps = nextSteps(situation).slice(0, STEPS_SHOWN);
  return [
    ...stateLines(situation),
    "",
    "Next:",
    ...steps.flatMap(({ line, why }) => [`  ${line}`, `      ${why}`]),
    "",
    "All commands: httpcfg --help",
  ].join("\n");
}

function stateLines({ status, document, problems }: Situation): string[] {
  return [
    ...problems.flatMap(({ message, hint }) => {
      return [message, ...hintLines(hint ?? undefined).map((line) => `hint: ${line}`)];
    }),
    ...(status === null
      ? problems.length === 0 ? ["httpcfg is not running."] : []
      : runningLines(status)),
    ...(status === null && document !== null ? storedLines(document) : []),
  ];
}

function runningLines(status: ServiceStatus): string[] {
  const { endpoints, sites } = status;
  const inState = (wanted: string): string[] => {
    return endpoints.filter(({ state }) => state === wanted)
      .map(({ ip, port }) => formatEndpoint({ ip: ip as Ip, port }));
  };
  const [open, wait, refused] = [inState("open"), inState("wait"), inState("refused")];
  const named = (wanted: string): string[] => {
    return sites.filter(({ state }) => state === wanted).map(({ name }) => oneLine(name));
  };
  return [
    `httpcfg is running as process ${status.pid}.`,
    `Listening: ${open.length === 0 ? "nowhere" : some(open)}`,
    ...(wait.length === 0 ? [] : [`Waiting: ${some(wait)}`]),
    ...(refused.length === 0 ? [] : [`Refused: ${some(refused)}`]),
    `Sites: ${some(named("started")) || "none started"}`,
    ...["paused", "stopped"].flatMap((state) => {
      const found = named(state);
      const title = state === "paused" ? "Paused" : "Stopped";
      return found.length === 0 ? [] : [`${title}: ${some(found)}`];
    }),
  ];
}

function storedLines({ ipListen, sites }: ConfigDocument): string[] {
  return [
    `IP inclusion list: ${ipListen.length === 0 ? "empty, every address" : some(ipListen)}`,
    `Sites: ${some(sites.map(({ name }) => oneLine(name))) || "none"}`,
  ];
}

function some(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Returns what to do, the most urgent first; at least three steps. */
export function nextSteps(situation: Situation): Step[] {
  const { status, document, problems, deniedLine, isInstalled, asAdministrator } = situation;
  const change = (line: string, why: string): Step => {
    return { line: asAdministrator(line.split(" ")) ?? `httpcfg ${line}`, why };
  };
  const down = status?.sites.filter(({ reason }) => reason !== null).length ?? 0;
  const isUp = isServiceUp(status, "W3SVC");
  const isNew = document?.sites.every(isBuiltIn) ?? false;
  const isListEmpty = document?.ipListen.length === 0;
  return [
    ...when(deniedLine !== null, { line: deniedLine ?? "", why: "see it as an administrator" }),
    ...when(document === null, look("config check", "check the document again")),
    ...when(document === null, look("history", "show its earlier versions")),
    ...when(!isUp && problems.length === 0, change("net start w3svc", "start the service")),
    ...when(
      typeof status?.unconfirmedUntil === "string",
      change("confirm", "keep the last reload, which reverts by itself"),
    ),
    ...unappliedSteps(status, change),
    ...when(down === 1, look("status", "see why a site does not run")),
    ...when(down > 1, look("status", `see why ${down} sites do not run`)),
    ...when(isNew, change("site add NAME --bind :80: --root DIR", "serve a directory")),
    ...when(
      isListEmpty,
      change("set iplisten -i ADDRESS", "listen on this address only, and leave the others free"),
    ),
    ...when(
      isInstalled === false,
      look("service install --print", "see how the service would start at boot"),
    ),
    ...when(isUp && down === 0, look("status", "show every address and site")),
    look("plan", "show what a reload would change, and why"),
    look(`explain ${urlOf(status)}`, "show which site responds to a request, and why"),
    look("who 80", "show which programs listen on a port"),
  ];
}

function when(condition: boolean, step: Step): Step[] {
  return condition ? [step] : [];
}

/** Returns the step of a command that changes nothing, which every user may run. */
function look(line: string, why: string): Step {
  return { line: `httpcfg ${line}`, why };
}

function unappliedSteps(
  status: ServiceStatus | null,
  change: (line: string, why: string) => Step,
): Step[] {
  const stored = status?.stored;
  if (stored === undefined || stored.changes === 0) return [];
  if (stored.changes === null) {
    return [{
      line: stored.hint?.split("\n", 1)[0] ?? "httpcfg config check",
      why: oneLine(stored.problem),
    }];
  }
  const count = stored.changes === 1 ? "the change" : `the ${stored.changes} changes`;
  return [change("reload", `apply ${count} that httpcfg plan shows`)];
}

function urlOf(status: ServiceStatus | null): string {
  const open = status?.endpoints.find(({ state }) => state === "open");
  if (open === undefined) return "http://127.0.0.1/";
  const { scheme, ip, port } = open;
  return `${scheme}://${
    formatEndpoint({ ip: (ip === "0.0.0.0" || ip === "::" ? "127.0.0.1" : ip) as Ip, port })
  }/`;
}

/** Reports whether `site` is as a new machine has it. */
function isBuiltIn(site: ConfigDocument["sites"][number]): boolean {
  return DEFAULT_DOCUMENT.sites.some((own) => JSON.stringify(own) === JSON.stringify(site));
}
