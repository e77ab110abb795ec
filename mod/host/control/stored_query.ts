/**
 * Asks the running service whether what is stored is in force, for commands that print what is
 * stored.
 *
 * Scripts call them in loops, so that this loads nothing, waits for a limited time, and fails never:
 * whatever is wrong with the service, the command has its answer.
 *
 * @module
 */
import { dialControl } from "./control_address.ts";
import { CONTROL_LINE_BYTES_MAX } from "./control_protocol.ts";
import { readLines, writeLine } from "./json_lines.ts";
import { limitReply } from "./reply_limit.ts";
import type { StoredState } from "./status.ts";

/** Milliseconds for the reply: a service that is stopped by a signal never sends one. */
const REPLY_MS = 2000;

/** Returns what the service in the directory `run` says of the stored document; null if nothing. */
export async function queryStored(
  run: string,
  replyMs = REPLY_MS,
): Promise<StoredState | null> {
  try {
    const dialed = await dialControl(run);
    if (dialed === null) return null;
    using conn = dialed.conn;
    using _limit = limitReply(conn, replyMs);
    await writeLine(conn, { op: "status", brief: true, token: dialed.token });
    for await (const answer of readLines(conn, CONTROL_LINE_BYTES_MAX)) return storedOf(answer);
    return null;
  } catch {
    return null;
  }
}

/** Reads the field of a status; null if the answer, perhaps of another version, has none. */
function storedOf(answer: unknown): StoredState | null {
  const { status } = fieldsOf(answer);
  const { file, changes, problem, hint } = fieldsOf(fieldsOf(status).stored);
  const cure = typeof hint === "string" ? hint : null;
  if (typeof file !== "string") return null;
  if (typeof problem === "string") return { file, changes: null, problem, hint: cure };
  return typeof changes === "number" ? { file, changes, problem: null, hint: cure } : null;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
