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
import { type LineStream, readLines, writeLine } from "./json_lines.ts";
import type { ServiceStatus } from "./status.ts";

/** Answers one request. Steps may be told on the way; a throw becomes a fault for the caller. */
export type ControlHandler = (
  request: ControlRequest,
  tell: (progress: ControlProgress) => void,
) => Promise<ServiceStatus>;

/** Runs when the answer is sent and before the connection closes: the caller waits for both. */
export type AfterAnswer = (request: ControlRequest) => Promise<void>;

/**
 * Serves one control connection to its end. `token` is what a caller has to know; "" where the
 * socket's file mode keeps others out. Never throws: the caller may go away at any time.
 */
export async function serveControl(
  stream: LineStream & { close(): void },
  token: string,
  handle: ControlHandler,
  afterAnswer: AfterAnswer = () => Promise.resolve(),
): Promise<void> {
  let sending = Promise.resolve();
  const send = (answer: ControlAnswer): Promise<void> => {
    sending = sending.then(() => writeLine(stream, answer)).catch(() => {});
    return sending;
  };
  try {
    for await (const line of readLines(stream, CONTROL_LINE_BYTES_MAX)) {
      const request = line as ControlRequest & { token?: string };
      if ((request.token ?? "") !== token) break;
      await send(await answered(request, handle, (progress) => void send(progress)));
      await afterAnswer(request);
      break;
    }
  } catch {
    // A caller that sends no JSON, too much of it, or goes away, is owed nothing.
  } finally {
    stream.close();
  }
}

async function answered(
  request: ControlRequest,
  handle: ControlHandler,
  tell: (progress: ControlProgress) => void,
): Promise<ControlAnswer> {
  try {
    return { kind: "result", status: await handle(request, tell) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = error instanceof Fault ? error.hint : undefined;
    return hint === undefined ? { kind: "fault", message } : { kind: "fault", message, hint };
  }
}
