/**
 * The running service's side of the control socket: each connection asks once and is answered.
 *
 * @module
 */
import { Fault } from "../../base/fault.ts";
import {
  CONTROL_LINE_BYTES_MAX,
  type ControlAnswer,
  type ControlProgress,
  type ControlRequest,
} from "./control_protocol.ts";
import { parseControlRequest } from "./control_schema.ts";
import { type LineStream, readLines, writeLine } from "./json_lines.ts";
import type { ServiceStatus } from "./status.ts";

/** Answers one request. Steps may be told on the way; a throw becomes a fault for the caller. */
export type ControlHandler = (
  request: ControlRequest,
  report: (progress: ControlProgress) => void,
) => Promise<ServiceStatus>;

/** Runs when the answer is sent and before the connection closes: the caller waits for both. */
type AfterAnswer = (request: ControlRequest) => Promise<void>;

/** What serves control connections. */
export interface ControlService {
  handle: ControlHandler;
  afterAnswer?: AfterAnswer;
  /** Told of a failure that is nobody's but this program's. */
  onFailure?: (error: unknown) => void;
}

/**
 * Serves one control connection to its end. `token` is what a caller has to know; "" where the
 * socket's file mode keeps others out. Never throws: the caller may go away at any time.
 */
export async function serveControl(
  stream: LineStream & { close(): void },
  token: string,
  { handle, afterAnswer, onFailure = () => {} }: ControlService,
): Promise<void> {
  let sending = Promise.resolve();
  const send = (answer: ControlAnswer): Promise<void> => {
    // A caller that has gone is owed no answer; what it asked for is done all the same.
    sending = sending.then(() => writeLine(stream, answer)).catch(() => {});
    return sending;
  };
  try {
    const line = await firstLine(stream);
    if (line === null || tokenOf(line) !== token) return;
    const request = parseControlRequest(line);
    if (request === null) return await send(UNKNOWN_REQUEST);
    await send(await runHandler(request, handle, (progress) => void send(progress)));
    await afterAnswer?.(request);
  } catch (error) {
    onFailure(error);
  } finally {
    stream.close();
  }
}

const UNKNOWN_REQUEST: ControlAnswer = {
  kind: "fault",
  message: "Cannot handle the request: unknown to the running service",
  hint: "httpcfg --version; if the service is a different version: httpcfg net stop http /y",
};

/** The first line; null where none comes, or what comes is no line of JSON. */
async function firstLine(stream: LineStream): Promise<unknown> {
  try {
    for await (const line of readLines(stream, CONTROL_LINE_BYTES_MAX)) return line;
  } catch {
    // A caller that sends no JSON, too much of it, or goes away, is owed nothing.
  }
  return null;
}

function tokenOf(line: unknown): string {
  const hasToken = typeof line === "object" && line !== null && "token" in line;
  return hasToken && typeof line.token === "string" ? line.token : "";
}

async function runHandler(
  request: ControlRequest,
  handle: ControlHandler,
  report: (progress: ControlProgress) => void,
): Promise<ControlAnswer> {
  try {
    return { kind: "result", status: await handle(request, report) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = error instanceof Fault ? error.hint : undefined;
    return hint === undefined ? { kind: "fault", message } : { kind: "fault", message, hint };
  }
}
