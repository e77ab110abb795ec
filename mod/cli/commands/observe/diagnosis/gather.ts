/**
 * Edge: gathers what a report of this machine needs. Each part is gathered for itself, within a limit
 * of time: what fails or hangs is said in its place, and the others are there.
 *
 * @module
 */
import { joinPath } from "../../../../base/files/join_path.ts";
import { Fault, messageOf } from "../../../../base/fault.ts";
import { COMMIT, VERSION } from "../../../../base/version.ts";
import { within } from "../../../../base/work/time_limit.ts";
import type { ServiceStatus } from "../../../../host/control/status.ts";
import { programFile } from "../../../../host/process/self_command.ts";
import type { Listeners } from "../../../../listen/machine/listeners.ts";
import type { MachineAddress } from "../../../../listen/machine/machine_addresses.ts";
import type { Plan } from "../../../../listen/plan/make_plan.ts";
import { THIS_MACHINE } from "../../../../listen/plan/plan_input.ts";
import type { ServiceEvent } from "../../../../telemetry/events/event.ts";
import { readEvents } from "../../../../telemetry/events/event_log.ts";
import { LogTail } from "../../../../telemetry/logs/log_tail.ts";
import type { CommandIo } from "../../../core/command.ts";
import { hostName } from "../../../core/this_machine.ts";
import { readStoredPlan } from "../../plan.ts";
import { askTotals } from "../ask_totals.ts";
import { runQuestion, type ScriptOutput } from "./run_script.ts";
import { type FactSource, factSources } from "./system_facts.ts";

/** Milliseconds for one part. */
const PART_MS = 8_000;
/** Milliseconds for one program. */
const PROGRAM_MS = 5_000;
const EVENTS_MAX = 60;
const REFUSED_MAX = 20;

/** A part of the report, or why it is not there. */
export type Part<T> =
  | { readonly value: T; readonly problem: null }
  | { readonly value: null; readonly problem: string };

/** One file or directory of ours. */
export interface SeenFile {
  readonly path: string;
  readonly label: string;
  readonly kind: "file" | "directory" | "socket" | "link" | "other" | "not there";
  /** Permission bits; null where the system has none. */
  readonly mode: number | null;
  readonly owner: number | null;
  readonly bytes: number | null;
}

/** The text of the document, and what it is worth. */
export interface SeenDocument {
  /** Null if nothing has been stored. */
  readonly text: string | null;
  /** Its value, also of one that breaks a rule; undefined if it is no JSON. */
  readonly value: unknown;
  /** Why the program cannot use it; null if it can. */
  readonly trouble: string | null;
}

/** Everything that was gathered. */
export interface Facts {
  readonly nowMs: number;
  /** Minutes that local time is ahead of UTC. */
  readonly zoneMinutes: number;
  readonly program: readonly (readonly [string, string])[];
  readonly hostName: string;
  readonly files: Part<readonly SeenFile[]>;
  readonly document: Part<SeenDocument>;
  /** Null if no service runs. */
  readonly status: Part<ServiceStatus | null>;
  readonly metrics: Part<ServiceStatus | null>;
  /** Null for a document that cannot be used. */
  readonly plan: Part<Plan | null>;
  readonly listeners: Part<Listeners>;
  readonly addresses: Part<readonly MachineAddress[]>;
  readonly events: Part<readonly ServiceEvent[]>;
  readonly refused: Part<{ readonly fields: string | null; readonly lines: readonly string[] }>;
  readonly system: readonly { readonly source: FactSource; readonly output: ScriptOutput }[];
}

/** What the command line knows. */
type Asker = Pick<
  CommandIo,
  "paths" | "store" | "control" | "os" | "uid" | "env" | "now" | "machine" | "progress" | "home"
>;

/** Gathers everything. Never rejects. */
export async function gatherFacts(io: CommandIo): Promise<Facts> {
  const { progress } = io;
  progress?.("asking", "the service");
  const status = await part(io.control.ask({ op: "status" }, undefined, { limitMs: PROGRAM_MS }));
  const pid = status.value?.pid ?? null;
  // What the running service has not written yet.
  if (status.value !== null) {
    await part(io.control.ask({ op: "flushLogs" }, undefined, { limitMs: PROGRAM_MS }));
  }
  progress?.("asking", "the system");
  const document = await part(readDocument(io));
  const view = io.machine ?? THIS_MACHINE;
  const sources = factSources({ os: io.os, pid, logFolder: io.paths.log });
  const [metrics, plan, listeners, machine, files, events, refused, ...outputs] = await Promise.all(
    [
      status.value === null ? status : part(askTotals(io.control, PROGRAM_MS)),
      planOf(io, status, document),
      part(view.findListeners(null)),
      part(Promise.resolve(view.readMachine())),
      part(seenFiles(io)),
      part(readEvents(io.paths.log, EVENTS_MAX, (fault) => {
        throw fault;
      })),
      part(new LogTail(joinPath(io.paths.log, "HTTPERR")).newest(REFUSED_MAX)),
      ...sources.map((source) => runQuestion(source.question, PROGRAM_MS)),
    ],
  );
  return {
    nowMs: io.now(),
    zoneMinutes: -new Date(io.now()).getTimezoneOffset(),
    program: programFacts(),
    hostName: hostName(),
    document,
    status,
    metrics,
    plan,
    listeners,
    addresses: machine.value === null ? machine : { value: machine.value.addresses, problem: null },
    files,
    events,
    refused,
    system: sources.map((source, i) => ({ source, output: outputs[i]! })),
  };
}

/** The plan asks the service again, and reads the document: only where both answer. */
async function planOf(
  io: CommandIo,
  status: Part<ServiceStatus | null>,
  document: Part<SeenDocument>,
): Promise<Part<Plan | null>> {
  if (document.problem !== null) return document;
  if (document.value.trouble !== null) return { value: null, problem: null };
  const control = { ...io.control, ask: () => Promise.resolve(status.value) };
  return await part(
    readStoredPlan({ ...io, control, progress: undefined }).then(({ plan }) => plan),
  );
}

/** Waits for `asked` within the limit; what goes wrong becomes text. */
async function part<T>(asked: Promise<T>): Promise<Part<T>> {
  const late = (): Part<T> => ({ value: null, problem: `not within ${PART_MS / 1000} s` });
  const done = asked.then(
    (value): Part<T> => ({ value, problem: null }),
    (error): Part<T> => ({ value: null, problem: messageOf(error) }),
  );
  return await within(PART_MS, done, late);
}

async function readDocument({ store }: Asker): Promise<SeenDocument> {
  let text: string;
  try {
    const { isFile } = await Deno.stat(store.file);
    if (!isFile) return { text: null, value: undefined, trouble: "it is no regular file" };
    text = await Deno.readTextFile(store.file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { text: null, value: undefined, trouble: null };
    }
    throw error;
  }
  let value: unknown;
  try {
    value = await store.parseJson(text);
    await store.parse(text);
    return { text, value, trouble: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { text, value, trouble: error.message };
  }
}

async function seenFiles({ paths, env }: Asker): Promise<SeenFile[]> {
  const home = env("HTTPCFG_HOME");
  const named: (readonly [string, string])[] = [
    ...(home ? [["home", home] as const] : []),
    ["document", paths.config],
    ["run", paths.run],
    ["log", paths.log],
    ["history", paths.history],
    ["certificates", paths.certs],
  ];
  const seen: SeenFile[] = [];
  for (const [label, path] of named) {
    seen.push(await seenFile(label, path));
    if (label === "run" || label === "certificates") {
      seen.push(...await seenBelow(path, label === "run" ? 1 : 2));
    }
  }
  return seen;
}

/** Files that a directory is shown with. */
const BELOW_MAX = 60;

async function seenBelow(folder: string, depth: number): Promise<SeenFile[]> {
  const seen: SeenFile[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (seen.length >= BELOW_MAX) break;
      const path = joinPath(folder, name);
      seen.push(await seenFile("", path));
      if (isDirectory && depth > 1) seen.push(...await seenBelow(path, depth - 1));
    }
  } catch {
    // What the directory itself shows says why: it is not there, or not ours to read.
  }
  return seen.toSorted((a, b) => a.path < b.path ? -1 : 1);
}

async function seenFile(label: string, path: string): Promise<SeenFile> {
  try {
    const info = await Deno.lstat(path);
    const kind = info.isFile
      ? "file"
      : info.isDirectory
      ? "directory"
      : info.isSymlink
      ? "link"
      : info.isSocket
      ? "socket"
      : "other";
    const mode = info.mode === null ? null : info.mode & 0o7777;
    return { label, path, kind, mode, owner: info.uid, bytes: info.isFile ? info.size : null };
  } catch (error) {
    if (
      !(error instanceof Deno.errors.NotFound) && !(error instanceof Deno.errors.PermissionDenied)
    ) throw error;
    const kind = error instanceof Deno.errors.NotFound ? "not there" : "other";
    return { label, path, kind, mode: null, owner: null, bytes: null };
  }
}

function programFacts(): [string, string][] {
  const { deno, v8 } = Deno.version;
  const { os, arch, target, standalone } = Deno.build;
  const form = standalone ? "one executable" : programFile() === null ? "from source" : "portable";
  return [
    ["httpcfg", `${VERSION} (${COMMIT})`],
    ["form", form],
    ["runtime", `Deno ${deno}, V8 ${v8}`],
    ["built for", `${os} ${arch} (${target})`],
  ];
}
