/**
 * What the running service has in its run directory: its process file, its control socket and its
 * socket for programs. Whatever removes or replaces one of them, the service notices it at its
 * next look, and makes again what can safely be made; what cannot is in the event log.
 *
 * @module
 */
import { Fault, messageOf } from "../../base/fault.ts";
import { runFolderRestored, runFolderTrouble } from "../../telemetry/events/event.ts";
import type { NewEvent } from "../../telemetry/events/event.ts";
import type { ServiceProblem } from "../control/status.ts";
import type { PortSharing } from "../sharing/port_sharing.ts";
import type { Instance } from "./instance.ts";

/** A socket in the run directory. */
export interface RunSocket {
  /** Reports whether its path still leads to it. */
  isInPlace(): Promise<boolean>;
  close(): Promise<void>;
}

interface RunFolderOptions {
  readonly instance: Instance;
  /** Throws a Fault if the path is taken. */
  openControl(): Promise<RunSocket>;
  /** Null where programs cannot share ports. */
  openSharing(): Promise<PortSharing | null>;
  event(event: NewEvent): void;
  /** Writes one line for whoever runs the process. */
  log(line: string): void;
}

/** The parts, each of which may be in trouble on its own. */
type Part = "process file" | "control socket" | "socket for programs";

export class RunFolder {
  readonly #options: RunFolderOptions;
  readonly #problems = new Map<Part, ServiceProblem>();
  #control: RunSocket | null = null;
  /** The last one is in use; the registrations of the others are on their connections. */
  readonly #sharing: PortSharing[] = [];
  #looking: Promise<void> | null = null;

  constructor(options: RunFolderOptions) {
    this.#options = options;
  }

  /** Opens the sockets: that of programs first, control last. The service works without the first. */
  async open(): Promise<void> {
    await this.#try("socket for programs", () => this.#openSharing());
    this.#control = await this.#options.openControl();
  }

  /** What is wrong now. */
  get problems(): readonly ServiceProblem[] {
    return [...this.#problems.values()];
  }

  /** Looks whether everything is in place. Never throws. */
  look(): Promise<void> {
    return this.#looking ??= this.#look().finally(() => this.#looking = null);
  }

  async closeSockets(): Promise<void> {
    await this.#looking;
    await this.#control?.close();
    for (const socket of this.#sharing) await socket.close();
    this.#control = null; // a look that comes later makes nothing again
  }

  /** Gives the home up, as the last step. */
  async release(): Promise<void> {
    await this.#options.instance.release();
  }

  async #look(): Promise<void> {
    if (this.#control === null) return;
    // Without the home nothing else is ours to make again.
    if (!(await this.#try("process file", () => this.#options.instance.renew()))) return;
    await this.#try("socket for programs", async () => {
      const socket = this.#sharing.at(-1);
      const isWanted = socket === undefined
        ? this.#problems.has("socket for programs")
        : !(await socket.isInPlace());
      if (!isWanted) return false;
      await socket?.withdraw();
      await this.#openSharing();
      return true;
    });
    await this.#try("control socket", async () => {
      const old = this.#control!;
      if (await old.isInPlace()) return false;
      this.#control = await this.#options.openControl();
      await old.close();
      return true;
    });
  }

  async #openSharing(): Promise<boolean> {
    const socket = await this.#options.openSharing();
    if (socket !== null) this.#sharing.push(socket);
    return false;
  }

  /** Runs `make`, which reports whether it has made `part` again; false if it failed. */
  async #try(part: Part, make: () => Promise<boolean>): Promise<boolean> {
    const { event, log } = this.#options;
    try {
      const isMade = await make();
      if (this.#problems.delete(part) || isMade) event(runFolderRestored(part));
      return true;
    } catch (error) {
      const text = messageOf(error);
      if (this.#problems.get(part)?.text !== text) { // once, not at each look
        event(runFolderTrouble(part, text));
        log(`${part}: ${text}`);
      }
      const hint = error instanceof Fault ? error.hint ?? null : null;
      this.#problems.set(part, { text, hint });
      return false;
    }
  }
}
