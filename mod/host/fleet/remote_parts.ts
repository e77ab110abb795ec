/**
 * The parts of a service that an agent in another process uses: what the commands of an administrator
 * do, it does over the control socket. A service that does not run is no failure: a revision is stored
 * then, and applied when the service starts.
 *
 * @module
 */
import { Fault } from "../../base/fault.ts";
import { OneByOne } from "../../base/work/one_by_one.ts";
import type { Paths } from "../../config/store/paths.ts";
import type { Store } from "../../config/store/store.ts";
import { sleep } from "../../base/work/sleep.ts";
import type { Control } from "../control/control.ts";
import type { AgentReport } from "../control/control_protocol.ts";
import { isServiceUp, type ServiceStatus } from "../control/status.ts";
import { stoppedStatus } from "../inspect/stopped_status.ts";
import type { MachineParts } from "./service_machine.ts";

/** Milliseconds between two looks at a change that waits to be confirmed. */
const PENDING_MS = 1_000;

interface RemoteOptions {
  readonly paths: Paths;
  readonly version: string;
  readonly store: Store;
  readonly control: Pick<Control, "ask">;
  /** Aborts when the agent ends. */
  readonly signal: AbortSignal;
  log(line: string): void;
}

/** The parts of the service that `control` reaches. */
export class RemoteParts implements MachineParts {
  readonly paths: Paths;
  readonly version: string;
  readonly store: Store;
  readonly controller: MachineParts["controller"];
  readonly confirmation: MachineParts["confirmation"];
  readonly #options: RemoteOptions;
  readonly #turns = new OneByOne();
  /** What the service has said last; null if none runs. */
  #last: ServiceStatus | null = null;

  constructor(options: RemoteOptions) {
    this.#options = options;
    this.paths = options.paths;
    this.version = options.version;
    this.store = options.store;
    const until = (): string | null => this.#last?.unconfirmedUntil ?? null;
    this.confirmation = {
      get until(): string | null {
        return until();
      },
      whenSettled: () => this.#whenSettled(),
    };
    this.controller = {
      exclusive: (work) => this.#exclusive(work),
      isUp: (name) => isServiceUp(this.#last, name),
    };
  }

  /**
   * Resolves when the configuration is applied. The service answers only when the connections to
   * closed sockets have ended, but says before that what it has changed.
   */
  async reload(): Promise<void> {
    const { control, log } = this.#options;
    const applied = Promise.withResolvers<void>();
    const request = { op: "reload", confirmSeconds: null, strict: false, brief: true } as const;
    let isApplied = false;
    const answered = control.ask(request, () => {
      isApplied = true;
      applied.resolve();
    }).then(() => {}, (error) => {
      if (!isApplied) throw error;
      log(`the service was not heard to the end: ${error}`);
    });
    await Promise.race([answered, applied.promise]);
  }

  async status(): Promise<ServiceStatus> {
    this.#last = await this.#options.control.ask({ op: "status" });
    return this.#last ?? await stoppedStatus(this.store);
  }

  async hasClient(client: string): Promise<boolean> {
    const status = await this.#options.control.ask({ op: "client", client, brief: true });
    return status?.hasClient ?? false;
  }

  /**
   * Tells the service how the agent is, which is all that its status says of the fleet; false if no
   * service runs.
   */
  async report(report: AgentReport | null): Promise<boolean> {
    const request = { op: "fleet", verb: "report", report, brief: true } as const;
    this.#last = await this.#options.control.ask(request);
    return this.#last !== null;
  }

  log(line: string): void {
    this.#options.log(line);
  }

  /** Calls `work` when no change waits to be confirmed: a revert would undo it. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      await this.#look();
      await this.#whenSettled();
      if (this.#options.signal.aborted) throw new Fault("Cannot follow the fleet: the agent ends");
      return await work();
    });
  }

  async #whenSettled(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted && this.confirmation.until !== null) {
      await sleep(PENDING_MS, signal);
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    this.#last = await this.#options.control.ask({ op: "status", brief: true });
  }
}
