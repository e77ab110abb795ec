/**
 * Edge: one request to the running service, and its answer.
 *
 * @module
 */
import { DeniedFault, Fault, quote, shellWord } from "../../base/fault.ts";
import { dialControl } from "./control_address.ts";
import {
  CONTROL_LINE_BYTES_MAX,
  type ControlFault,
  type ControlProgress,
  type ControlRequest,
} from "./control_protocol.ts";
import { parseControlAnswer } from "./control_schema.ts";
import { dialHidden } from "./hidden_service.ts";
import { readLines, writeLine } from "./json_lines.ts";
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

/** The service that is asked. */
export interface AskedService {
  /** Run directory, which contains its socket. */
  readonly run: string;
  /** What messages call it: `the service`, `the system service`. */
  readonly name: string;
  /** Looks for it if this user may not connect to it. */
  readonly look: (run: string) => Promise<SeenService>;
}

/** Does what `ControlClient.ask` says. */
export async function askService(
  service: AskedService,
  request: ControlRequest,
  onProgress: (progress: ControlProgress) => void,
): Promise<ServiceStatus | null> {
  const dialed = await dial(service);
  if (dialed === null) return null;
  using conn = dialed.conn;
  let result: ServiceStatus | undefined;
  let fault: Fault | undefined;
  let isLate = false;
  // Any other request may take as long as the work that it asks for.
  const timer = request.op !== "status" ? undefined : setTimeout(() => {
    isLate = true;
    conn.close();
  }, STATUS_MS);
  try {
    await writeLine(conn, { ...request, token: dialed.token });
    for await (const line of readLines(conn, CONTROL_LINE_BYTES_MAX)) {
      const answer = parseControlAnswer(line);
      if (answer === null) throw unreadableFault(service);
      if (answer.kind === "step" || answer.kind === "change") onProgress(answer);
      else if (answer.kind === "result") result = answer.status;
      else fault = toFault(answer);
    }
  } catch (error) {
    if (isLate) throw lateFault(service);
    const isDisconnect = error instanceof Deno.errors.BrokenPipe ||
      error instanceof Deno.errors.ConnectionReset;
    if (!isDisconnect) throw error;
  } finally {
    clearTimeout(timer);
  }
  if (fault !== undefined) throw fault;
  if (result === undefined) throw endedFault(service);
  return result;
}

async function dial(service: AskedService): ReturnType<typeof dialControl> {
  const { run, name } = service;
  try {
    return await dialControl(run) ?? await dialLater(service);
  } catch (error) {
    if (!(error instanceof DeniedFault)) throw error;
    const seen = await service.look(run);
    if (seen.state === "ended") return null;
    if (seen.state === "unseen") throw error;
    const which = seen.pid === null ? "runs" : `runs as process ${seen.pid}`;
    const message = `Cannot reach ${name} in ${quote(run)}, which ${which}: permission denied`;
    throw new DeniedFault(message, { ...(error.hint && { hint: error.hint }), cause: error });
  }
}

/** Returns the connection to a service that runs without a socket so far; null if none runs. */
async function dialLater(service: AskedService): ReturnType<typeof dialControl> {
  const { run, name } = service;
  const look = async (): Promise<{ readonly pid: number | null } | null> => {
    const seen = await service.look(run);
    return seen.state === "running" ? seen : null;
  };
  return await look() === null ? null : await dialHidden(run, { name, look });
}

function lateFault({ run, name }: AskedService): Fault {
  const message = `Cannot ask ${name} in ${quote(run)}: no answer within ${STATUS_MS / 1000} s`;
  return new Fault(message, {
    hint: `ps -o pid,stat,cmd -p "$(cat ${shellWord(`${run}/httpcfg.pid`)})"; ls -l ${
      shellWord(run)
    }`,
  });
}

function unreadableFault({ run }: AskedService): Fault {
  const message = `Cannot read the reply of the service in ${quote(run)}: ` +
    "the service is a different version";
  return new Fault(message, { hint: "httpcfg net stop http /y; httpcfg net start w3svc" });
}

function endedFault({ run }: AskedService): Fault {
  const message = `Cannot reach the service in ${quote(run)}: ` +
    "it ended before its reply was complete";
  return new Fault(message, { hint: "httpcfg status" });
}

function toFault({ message, hint }: ControlFault): Fault {
  return new Fault(message, hint === undefined ? {} : { hint });
}
