/**
 * Edge: whether a service is running, as every user of the machine can see it. The control socket
 * and the process file are private, but the socket for registrations is not.
 *
 * @module
 */
import { closeQuietly } from "../../wire/byte_stream.ts";
import type { SeenService } from "../control/control_client.ts";
import { readLines, writeLine } from "../control/json_lines.ts";
import { registerSocket } from "./register_address.ts";
import { parseRegistrationAnswer, REGISTER_LINE_BYTES_MAX } from "./register_protocol.ts";

/** Milliseconds for a service to say its process id: one that is stuck does not hold the caller. */
const ANSWER_MS = 5_000;

/** Looks for the service of the run directory `run`. */
export async function findRunningService(run: string): Promise<SeenService> {
  let conn: Deno.UnixConn;
  try {
    conn = await Deno.connect({ transport: "unix", path: registerSocket(run) });
  } catch (error) {
    // More callers wait than the system queues, but only a process that runs has a queue.
    if (error instanceof Deno.errors.WouldBlock) return { state: "running", pid: null };
    return { state: error instanceof Deno.errors.ConnectionRefused ? "ended" : "unseen" };
  }
  const timer = setTimeout(() => closeQuietly(conn), ANSWER_MS);
  try {
    return { state: "running", pid: await askProcess(conn) };
  } finally {
    clearTimeout(timer);
    closeQuietly(conn);
  }
}

/** Returns the process id; null if the service does not say it: it is busy, stuck or older. */
async function askProcess(conn: Deno.UnixConn): Promise<number | null> {
  try {
    await writeLine(conn, { op: "process" });
    const { value } = await readLines(conn, REGISTER_LINE_BYTES_MAX).next();
    const answer = parseRegistrationAnswer(value);
    return answer?.kind === "process" ? answer.pid : null;
  } catch {
    return null;
  }
}
