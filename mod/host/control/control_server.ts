/**
 * The server side of the control socket: each connection carries one request and its answer.
 *
 * @module
 */
import { Fault, messageOf } from "../../base/fault.ts";
import {
  CONTROL_LINE_BYTES_MAX,
  type ControlAnswer,
  type ControlProgress,
  type ControlRequest,
  UNKNOWN_REQUEST,
} from "./control_protocol.ts";
import { parseControlRequest } from "./control_schema.ts";
import { type LineStream, readLines } from "./json_lines.ts";
import { writeLines } from "./long_lines.ts";
import type { ServiceStatus } from "./status.ts";

/** Executes one request. Progress may be reported; an error is sent to the client as a fault. */
export type ControlHandler = (
  request: ControlRequest,
  report: (progress: ControlProgress) => void,
) => Promise<ServiceStatus>;

/** Runs after the answer is sent and before the connection closes: the client waits for both. */
type AfterAnswer = (request: ControlRequest) => Promise<void>;

/** The handlers for control connections. */
export interface ControlService {
  handle: ControlHandler;
  afterAnswer?: AfterAnswer;
  /** Called for an internal error. */
  onFailure?: (error: unknown) => void;
}

/**
 * Serves one control connection to its end. `token` is the secret that a client must send; "" if
 * the mode of the socket file restricts access. Never throws: the client may disconnect at any
 * time.
 */
export async function serveControl(
  stream: LineStream & { close(): void },
  token: string,
  { handle, afterAnswer, onFailure = () => {} }: ControlService,
): Promise<void> {
  let waiting: ControlAnswer[] = [];
  let sending: Promise<void> | null = null;
  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const answers = waiting;
      waiting = [];
      // A client that has disconnected gets no answer; its request is executed all the same.
      await writeLines(stream, answers).catch(() => {});
    }
    sending = null;
  };
  // A reload may tell of 100,000 addresses at once: what waits is sent together.
  const send = (answer: ControlAnswer): Promise<void> => {
    waiting.push(answer);
    return sending ??= sendAll();
  };
  try {
    const line = await firstLine(stream);
    if (line === null || tokenOf(line) !== token) return;
    const request = parseControlRequest(line);
    if (request === null) return await send(UNKNOWN_ANSWER);
    await send(await answerFor(request, (progress) => void send(progress), { handle, onFailure }));
    await afterAnswer?.(request);
  } catch (error) {
    onFailure(error);
  } finally {
    stream.close();
  }
}

const UNKNOWN_ANSWER: ControlAnswer = {
  kind: "fault",
  message: UNKNOWN_REQUEST,
  hint: "httpcfg --version; if the service is a different version: httpcfg net stop http /y",
};

/** Reads the first line; null if there is none, or if it is not JSON. */
async function firstLine(stream: LineStream): Promise<unknown> {
  try {
    for await (const line of readLines(stream, CONTROL_LINE_BYTES_MAX)) return line;
  } catch {
    // A client that sends no JSON, or too much of it, or disconnects, gets no answer.
  }
  return null;
}

function tokenOf(line: unknown): string {
  const hasToken = typeof line === "object" && line !== null && "token" in line;
  return hasToken && typeof line.token === "string" ? line.token : "";
}

/** The answer of the handler; an error becomes a fault, and is reported if it is internal. */
async function answerFor(
  request: ControlRequest,
  report: (progress: ControlProgress) => void,
  { handle, onFailure }: Required<Pick<ControlService, "handle" | "onFailure">>,
): Promise<ControlAnswer> {
  try {
    return { kind: "result", status: await handle(request, report) };
  } catch (error) {
    if (!(error instanceof Fault)) onFailure(error);
    const message = messageOf(error);
    const hint = error instanceof Fault ? error.hint : undefined;
    return hint === undefined ? { kind: "fault", message } : { kind: "fault", message, hint };
  }
}
