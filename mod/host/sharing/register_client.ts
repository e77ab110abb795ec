/**
 * Edge: the client side of a registration.
 *
 * @module
 */
import { exitStatusOf } from "../../base/exit_status.ts";
import { Fault, messageOf, quote } from "../../base/fault.ts";
import { win32Reason } from "../../base/win32_text.ts";
import { readLines, writeLine } from "../control/json_lines.ts";
import {
  parseRegistrationAnswer,
  proofName,
  REGISTER_LINE_BYTES_MAX,
  type RegistrationAnswer,
  type RegistrationRequest,
} from "./register_protocol.ts";
import { createProof, type Proof } from "./register_proof.ts";
import { administratorSocket, registerSocket } from "./register_address.ts";

/**
 * Milliseconds during which a request is repeated: while others keep the service busy, it may
 * disconnect a caller before it has answered.
 */
const RETRY_MS = 20_000;
/**
 * Longest pause before the next attempt, in milliseconds: callers do not come all at once. Shorter
 * where the system had no place in the queue of the socket: whoever asks next gets the next one.
 */
const PAUSE_MS_MAX = { disconnected: 50, queueFull: 4 } as const;

/** A request that was granted. */
interface Granted {
  /** The prefix in canonical form. */
  readonly url: string;
  /** Resolves with the reason when the service ends the registration; never with `keep`. */
  readonly ended: Promise<string>;
  /** Closes the connection. */
  close(): void;
}

/** How a request is sent. */
interface SendOptions {
  /** The hint if there is no service. */
  readonly startHint?: string | undefined;
  /** Milliseconds during which a request is repeated. */
  readonly retryMs?: number;
}

/** The service ended the connection without an answer. */
class Disconnected extends Error {
  override readonly name = "Disconnected";
}

/**
 * Sends `request` to the first of `runs` (run directories) in which a service is listening. Throws
 * a Fault whose exit status is the Win32 code of the refusal.
 */
export async function sendRegistrationRequest(
  runs: readonly string[],
  request: RegistrationRequest,
  { startHint = "httpcfg net start w3svc", retryMs = RETRY_MS }: SendOptions = {},
): Promise<Granted> {
  for (const end = Date.now() + retryMs;;) {
    let pauseMs: number = PAUSE_MS_MAX.disconnected;
    try {
      return await sendOnce(runs, request, startHint);
    } catch (error) {
      if (error instanceof Fault) throw error;
      if (error instanceof Deno.errors.WouldBlock) pauseMs = PAUSE_MS_MAX.queueFull;
      else if (!(error instanceof Disconnected)) throw cannot(request, messageOf(error));
      if (Date.now() >= end) throw cannot(request, "the service closed the connection");
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * pauseMs));
  }
}

async function sendOnce(
  runs: readonly string[],
  request: RegistrationRequest,
  startHint: string,
): Promise<Granted> {
  const conn = await dial(runs);
  if (conn === null) {
    throw cannot(request, "no running service that this user can reach", startHint);
  }
  try {
    const { answer, next } = await converse(conn, request);
    if (answer.kind !== "done") throw refusal(request, answer);
    const ended = next().then(
      (last) => last?.kind === "ended" ? last.reason : "the service ended",
      () => "the service ended",
    );
    return { url: answer.url, ended, close: () => conn.close() };
  } catch (error) {
    conn.close();
    throw error;
  }
}

/** Sends the request, with a proof if the service wants one, and returns the answer. */
async function converse(
  conn: Deno.Conn,
  request: RegistrationRequest,
): Promise<{ answer: RegistrationAnswer; next: () => Promise<RegistrationAnswer | null> }> {
  const lines = readLines(conn, REGISTER_LINE_BYTES_MAX);
  const next = async (): Promise<RegistrationAnswer | null> => {
    return parseRegistrationAnswer((await lines.next()).value);
  };
  const exchange = async (message: unknown): Promise<RegistrationAnswer> => {
    const answer = await writeLine(conn, message).then(next).catch(asDisconnected);
    return answer ?? asDisconnected();
  };
  const answer = await exchange({ ...request, uid: Deno.uid() ?? undefined });
  if (answer.kind !== "prove") return { answer, next };
  await using proof = await proofFor(answer, request);
  return { answer: await exchange({ op: "proved", folder: proof.folder }), next };
}

async function proofFor(
  { nonce, folders }: RegistrationAnswer & { readonly kind: "prove" },
  request: RegistrationRequest,
): Promise<Proof> {
  try {
    return await createProof(folders, await proofName(nonce, request));
  } catch (error) {
    const why = `no file that shows who you are can be created in ${folders.join(" or ")}: ${
      messageOf(error)
    }`;
    throw cannot(request, why, `ls -ld ${folders.join(" ")}; df ${folders.join(" ")}`);
  }
}

function asDisconnected(error?: unknown): never {
  const isDisconnect = error === undefined || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset;
  throw isDisconnect ? new Disconnected() : error;
}

/** Connects to the socket of administrators if this user may, to that of everyone otherwise. */
async function dial(runs: readonly string[]): Promise<Deno.Conn | null> {
  for (const path of runs.flatMap((run) => [administratorSocket(run), registerSocket(run)])) {
    try {
      return await Deno.connect({ transport: "unix", path });
    } catch (error) {
      // No socket, the socket of a killed process, or a private directory of another user.
      const isAbsent = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.ConnectionRefused ||
        error instanceof Deno.errors.PermissionDenied;
      if (!isAbsent) throw error;
    }
  }
  return null;
}

function refusal(request: RegistrationRequest, answer: RegistrationAnswer): Fault {
  if (answer.kind !== "refused") return cannot(request, "the service closed the connection");
  const { code, reason } = answer;
  const text = win32Reason(code);
  const why = text === undefined ? reason : `${text} (${code}): ${reason}`;
  return cannot(request, why, answer.hint, exitStatusOf(code, Deno.build.os));
}

function cannot({ op, url }: RegistrationRequest, why: string, hint?: string, exit = 1): Fault {
  const message = `Cannot ${op} ${quote(url)}: ${why}`;
  return new Fault(message, hint === undefined ? { exit } : { exit, hint });
}
