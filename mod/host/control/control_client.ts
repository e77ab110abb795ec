/**
 * The client side of the control socket.
 *
 * @module
 */
import { DeniedFault, Fault, quote, shellWord } from "../../base/fault.ts";
import type { Progress } from "../../base/progress.ts";
import { dialControl } from "./control_address.ts";
import {
  CONTROL_LINE_BYTES_MAX,
  type ControlEvent,
  type ControlFault,
  type ControlRequest,
} from "./control_protocol.ts";
import { readLines, writeLine } from "./json_lines.ts";
import { limitReply } from "./reply_limit.ts";
import type { ServiceStatus } from "./status.ts";

/** Milliseconds for the service to say how it is: one that hangs must not hang its callers. */
const STATUS_MS = 10_000;

/** What a user who may not connect to a service can see of it. */
export type SeenService =
  /** `pid` is null if the service does not say it. */
  | { readonly state: "running"; readonly pid: number | null }
  /** A killed service left its sockets behind. */
  | { readonly state: "ended" }
  /** There is none, or it cannot be seen. */
  | { readonly state: "unseen" };

/** The service has not replied in time; it may still do what it was asked for. */
export class LateFault extends Fault {}

interface ControlClientOptions {
  /** What messages call the service: `the service`, `the system service`. */
  readonly name?: string;
  /** Looks for the service if this user may not connect to it. */
  readonly look?: (run: string) => Promise<SeenService>;
}

interface AskOptions {
  readonly progress?: Progress | undefined;
  /** Milliseconds for the reply; null is without a limit. By default, one for `status` alone. */
  readonly limitMs?: number | null;
}

export class ControlClient {
  /** Run directory, which contains the socket of the running service. */
  readonly run: string;
  readonly #name: string;
  readonly #look: (run: string) => Promise<SeenService>;

  constructor(run: string, { name = "the service", look }: ControlClientOptions = {}) {
    this.run = run;
    this.#name = name;
    this.#look = look ?? (() => Promise.resolve({ state: "unseen" }));
  }

  /**
   * Sends `request` to the running service; null if none is running. Resolves when the service has
   * closed the connection, so that a service that was told to end has ended by then. Throws the
   * Fault that the service replies with, or a LateFault if that takes longer than `limitMs`: any
   * request but `status` may take as long as the work that it asks for. `progress` is told how far a
   * start or a reload is.
   */
  async ask(
    request: ControlRequest,
    onEvent: (event: ControlEvent) => void = () => {},
    { progress, limitMs = request.op === "status" ? STATUS_MS : null }: AskOptions = {},
  ): Promise<ServiceStatus | null> {
    const dialed = await this.#dial();
    if (dialed === null) return null;
    using conn = dialed.conn;
    let result: ServiceStatus | undefined;
    let fault: Fault | undefined;
    // Loaded here, because most commands that scripts call in loops need no service.
    const { parseControlAnswer } = await import("./control_schema.ts");
    using limit = limitMs === null ? null : limitReply(conn, limitMs);
    try {
      const watched = progress === undefined ? {} : { progress: true };
      await writeLine(conn, { ...request, ...watched, token: dialed.token });
      for await (const line of readLines(conn, CONTROL_LINE_BYTES_MAX)) {
        const answer = parseControlAnswer(line);
        if (answer === null) throw this.#unreadableFault();
        if (answer.kind === "stage") {
          progress?.(answer.doing, answer.things, answer.done, answer.total);
        } else if (answer.kind === "result") result = answer.status;
        else if (answer.kind === "fault") fault = toFault(answer);
        else onEvent(answer);
      }
    } catch (error) {
      if (limit?.isOver) throw this.#lateFault(limitMs ?? 0);
      const isDisconnect = error instanceof Deno.errors.BrokenPipe ||
        error instanceof Deno.errors.ConnectionReset;
      if (!isDisconnect) throw error;
    }
    if (fault !== undefined) throw fault;
    if (result === undefined) throw this.#endedFault();
    return result;
  }

  #lateFault(limitMs: number): LateFault {
    const message = `Cannot ask ${this.#name} in ${quote(this.run)}: no answer within ${
      limitMs / 1000
    } s`;
    return new LateFault(message, {
      hint: `ps -o pid,stat,cmd -p "$(cat ${shellWord(`${this.run}/httpcfg.pid`)})"; ls -l ${
        shellWord(this.run)
      }`,
    });
  }

  async #dial(): ReturnType<typeof dialControl> {
    try {
      return await dialControl(this.run) ?? await this.#dialLater();
    } catch (error) {
      if (!(error instanceof DeniedFault)) throw error;
      const seen = await this.#look(this.run);
      if (seen.state === "ended") return null;
      if (seen.state === "unseen") throw error;
      const which = seen.pid === null ? "runs" : `runs as process ${seen.pid}`;
      const message = `Cannot reach ${this.#name} in ${quote(this.run)}, which ${which}: ` +
        "permission denied";
      throw new DeniedFault(message, { ...(error.hint && { hint: error.hint }), cause: error });
    }
  }

  /** Returns the connection to a service that runs without a socket so far; null if none runs. */
  async #dialLater(): ReturnType<typeof dialControl> {
    const look = async (): Promise<{ readonly pid: number | null } | null> => {
      const seen = await this.#look(this.run);
      return seen.state === "running" ? seen : null;
    };
    if (await look() === null) return null;
    const { dialHidden } = await import("./hidden_service.ts");
    return await dialHidden(this.run, { name: this.#name, look });
  }

  #unreadableFault(): Fault {
    const message = `Cannot read the reply of the service in ${quote(this.run)}: ` +
      "the service is a different version";
    return new Fault(message, { hint: "httpcfg net stop http /y; httpcfg net start w3svc" });
  }

  #endedFault(): Fault {
    const message = `Cannot reach the service in ${quote(this.run)}: ` +
      "it ended before its reply was complete";
    return new Fault(message, { hint: "httpcfg status" });
  }
}

function toFault({ message, hint }: ControlFault): Fault {
  return new Fault(message, hint === undefined ? {} : { hint });
}
