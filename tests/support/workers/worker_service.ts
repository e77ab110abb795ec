/**
 * A service with worker processes, and what a test does to them from outside.
 *
 * @module
 */
import { assert } from "@std/assert";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { ControlClient } from "../../../mod/host/control/control_client.ts";
import type { ControlEvent } from "../../../mod/host/control/control_protocol.ts";
import type { ServiceStatus } from "../../../mod/host/control/status.ts";
import { freePort } from "../ports.ts";
import { type Foreground, Program, type SpawnOptions } from "../program.ts";
import { waitFor } from "../wait.ts";

export const HOST = "127.0.0.2";

export interface WorkerServiceOptions {
  readonly workers?: ConfigDocument["settings"]["Workers"];
  readonly list?: readonly string[];
  readonly settings?: ConfigDocument["settings"];
  readonly sites?: readonly Partial<ConfigDocument["sites"][number]>[];
  readonly spawn?: SpawnOptions;
  /** Changes the document before the service starts. */
  edit?(document: ConfigDocument, port: number): ConfigDocument;
}

/** A service in the foreground. */
export class WorkerService implements AsyncDisposable {
  readonly program: Program;
  readonly port: number;
  readonly served: Foreground;
  readonly control: ControlClient;

  private constructor(program: Program, port: number, served: Foreground) {
    this.program = program;
    this.port = port;
    this.served = served;
    this.control = new ControlClient(`${program.home}/run`);
  }

  /** Starts a service with one site, and waits until it has all workers. */
  static async start(options: WorkerServiceOptions = {}): Promise<WorkerService> {
    const program = await Program.make();
    const port = freePort();
    await Deno.writeTextFile(program.config, JSON.stringify(documentOf(options, port)));
    const served = await program.serve(options.spawn);
    return new WorkerService(program, port, served);
  }

  /** Writes the document anew, as `edit` returns it. */
  async edit(edit: (document: ConfigDocument) => ConfigDocument): Promise<void> {
    const document = JSON.parse(await Deno.readTextFile(this.program.config)) as ConfigDocument;
    const next = `${this.program.config}.next`;
    await Deno.writeTextFile(next, JSON.stringify(edit(document)));
    await Deno.rename(next, this.program.config);
  }

  /** Applies what is stored; returns what the service says about it. */
  async reload(): Promise<ControlEvent[]> {
    const events: ControlEvent[] = [];
    await this.control.ask(
      { op: "reload", confirmSeconds: null, strict: false },
      (event) => void events.push(event),
    );
    return events;
  }

  /** Serves with `workers` from now on. */
  async resize(workers: number): Promise<ControlEvent[]> {
    await this.edit((document) => {
      return { ...document, settings: { ...document.settings, Workers: workers } };
    });
    return await this.reload();
  }

  async status(): Promise<ServiceStatus> {
    return (await this.control.ask({ op: "status" }))!;
  }

  /** The processes that serve. */
  async pids(): Promise<number[]> {
    const { workers = [] } = await this.status();
    return workers.filter(({ state }) => state === "serving").map(({ pid }) => pid);
  }

  /** Waits until `count` worker processes serve; returns them. */
  async settled(count: number): Promise<number[]> {
    let pids: number[] = [];
    await waitFor(async () => {
      pids = await this.pids();
      return pids.length === count && (count === 1 || !pids.includes(this.served.pid));
    }, `${count} workers`);
    return pids;
  }

  /** Kills a worker; returns the remote ports of the connections that it had accepted. */
  async kill(pid: number): Promise<number[]> {
    Deno.kill(pid, "SIGSTOP"); // so that it accepts no more
    await waitFor(() => stateOf(pid) === "T", `${pid} to stop`);
    const ports = await clientPortsOf(pid);
    Deno.kill(pid, "SIGKILL");
    return ports;
  }

  /** Returns the event log as text. */
  async events(): Promise<string> {
    return (await this.program.do("events")).out;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.program[Symbol.asyncDispose]();
  }
}

function documentOf(
  { workers = 2, list = [HOST], settings = {}, sites = [{}], edit }: WorkerServiceOptions,
  port: number,
): ConfigDocument {
  const document: ConfigDocument = {
    ...DEFAULT_DOCUMENT,
    ipListen: [...list],
    settings: { Workers: workers, ...settings },
    sites: sites.map((site, i) => ({
      ...DEFAULT_DOCUMENT.sites[0]!,
      id: i + 1,
      name: `site ${i + 1}`,
      bindings: [`:${port}:`],
      content: { kind: "respond", text: `site ${i + 1}` },
      ...site,
    })),
  };
  return edit === undefined ? document : edit(document, port);
}

/** Returns the state of a process as `ps` shows it; "" if there is none. */
export function stateOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /s, "")[0] ?? "";
  } catch {
    return "";
  }
}

/** Reports whether a process runs, other than as a zombie. */
export function isAlive(pid: number): boolean {
  return !["", "Z", "X"].includes(stateOf(pid));
}

/** Returns the child processes of `pid`. */
export function childrenOf(pid: number): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((child) => {
    if (!Number.isInteger(child)) return false;
    try {
      const fields = Deno.readTextFileSync(`/proc/${child}/stat`).replace(/^.*\) /s, "");
      return Number(fields.split(" ")[1]) === pid;
    } catch {
      return false;
    }
  });
}

/** Returns the shell that starts workers; null if there is none. */
export function spawnerOf(servicePid: number): number | null {
  const found = childrenOf(servicePid).filter((pid) => {
    return isAlive(pid) && Deno.readTextFileSync(`/proc/${pid}/comm`) === "httpcfg: shell\n";
  });
  assert(found.length <= 1, `${found}`);
  return found[0] ?? null;
}

/** Returns the remote ports of the connections that a process has accepted. */
async function clientPortsOf(pid: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("ss", {
    args: ["-Htnp", "state", "established"],
  }).output();
  return new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
    if (!line.includes(`pid=${pid},`)) return [];
    const [, , , peer = ""] = line.trim().split(/\s+/);
    return [Number(peer.replace(/^.*:/, ""))];
  });
}
