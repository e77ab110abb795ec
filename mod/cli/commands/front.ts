/**
 * What `httpcfg` alone shows: the state of the service in a few lines, and the three next steps
 * that fit it.
 *
 * @module
 */
import { formatEndpoint, type Ip } from "../../base/address.ts";
import { Fault } from "../../base/fault.ts";
import { oneLine } from "../../base/printable.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../config/document/document.ts";
import { isServiceUp, type ServiceStatus } from "../../host/control/status.ts";
import type { CommandIo } from "../core/command.ts";
import { isServiceInstalled } from "./service/service_files.ts";

/** What the next steps depend on. */
export interface Situation {
  /** Null if no service is running, or none that this user may ask. */
  readonly status: ServiceStatus | null;
  /** What is stored; null if it cannot be read. */
  readonly document: ConfigDocument | null;
  /** Why the service or the document cannot be seen, and what shows more. */
  readonly problems: readonly Pick<Fault, "message" | "hint">[];
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
  io.out(frontText({ status, document, problems, isInstalled, asAdministrator }));
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
      return hint === undefined ? [message] : [message, `hint: ${hint}`];
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
  const { status, document, problems, isInstalled, asAdministrator } = situation;
  const step = (why: string, ...words: string[]): Step => {
    return { line: asAdministrator(words) ?? `httpcfg ${words.join(" ")}`, why };
  };
  const down = status?.sites.filter(({ reason }) => reason !== null).length ?? 0;
  const hasOwnSite = document?.sites.some((site) => !isBuiltIn(site)) ?? true;
  const isUp = isServiceUp(status, "W3SVC");
  const isStartable = !isUp && problems.length === 0;
  return [
    ...(document === null
      ? [
        look("config check", "check the document again"),
        look("history", "show its earlier versions"),
      ]
      : []),
    ...(isStartable ? [step("start the service", "net", "start", "w3svc")] : []),
    ...(status?.unconfirmedUntil
      ? [step("keep the last reload, which reverts by itself", "confirm")]
      : []),
    ...unappliedSteps(status, step),
    ...(down === 0
      ? []
      : [look("status", `see why ${down === 1 ? "a site does" : `${down} sites do`} not run`)]),
    ...(hasOwnSite
      ? []
      : [step("serve a directory", "site", "add", "NAME", "--bind", ":80:", "--root", "DIR")]),
    ...(document?.ipListen.length === 0
      ? [
        step(
          "listen on this address only, and leave the others free",
          "set",
          "iplisten",
          "-i",
          "ADDRESS",
        ),
      ]
      : []),
    ...(isInstalled === false
      ? [look("service install --print", "see how the service would start at boot")]
      : []),
    ...(isUp && down === 0 ? [look("status", "show every address and site")] : []),
    look("plan", "show what a reload would change, and why"),
    look(`explain ${urlOf(status)}`, "show which site responds to a request, and why"),
    look("who 80", "show which programs listen on a port"),
  ];
}

/** Returns the step of a command that changes nothing, which every user may run. */
function look(line: string, why: string): Step {
  return { line: `httpcfg ${line}`, why };
}

function unappliedSteps(
  status: ServiceStatus | null,
  step: (why: string, ...words: string[]) => Step,
): Step[] {
  const stored = status?.stored;
  if (stored === undefined || stored.changes === 0) return [];
  if (stored.changes === null) {
    return [{ line: stored.hint ?? "httpcfg config check", why: oneLine(stored.problem) }];
  }
  const count = stored.changes === 1 ? "the change" : `the ${stored.changes} changes`;
  return [step(`apply ${count} that httpcfg plan shows`, "reload")];
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
