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
import { createProof } from "./register_proof.ts";
import { proofFolder, registerSocket } from "./register_address.ts";

/** A request that was granted. */
interface Granted {
  /** The prefix in canonical form. */
  readonly url: string;
  /** Resolves with the reason when the service ends the registration; never with `keep`. */
  readonly ended: Promise<string>;
  /** Closes the connection. */
  close(): void;
}

/**
 * Sends `request` to the first of `runs` (run directories) in which a service is listening. Throws
 * a Fault whose exit status is the Win32 code of the refusal; its hint is `startHint` if there is no
 * such service.
 */
export async function sendRegistrationRequest(
  runs: readonly string[],
  request: RegistrationRequest,
  startHint = "httpcfg net start w3svc",
): Promise<Granted> {
  const { conn, run } = await dial(runs, request, startHint);
  try {
    const lines = readLines(conn, REGISTER_LINE_BYTES_MAX);
    const next = async (): Promise<RegistrationAnswer | null> => {
      return parseRegistrationAnswer((await lines.next()).value);
    };
    await writeLine(conn, request);
    let answer = await next();
    if (answer?.kind === "prove") {
      await createProof(proofFolder(run), await proofName(answer.nonce, request));
      await writeLine(conn, { op: "proved" });
      answer = await next();
    }
    if (answer?.kind !== "done") throw refusal(request, answer);
    const ended = next().then(
      (last) => last?.kind === "ended" ? last.reason : "the service ended",
      () => "the service ended",
    );
    return { url: answer.url, ended, close: () => conn.close() };
  } catch (error) {
    conn.close();
    if (error instanceof Fault) throw error;
    throw cannot(request, messageOf(error));
  }
}

async function dial(
  runs: readonly string[],
  request: RegistrationRequest,
  startHint: string,
): Promise<{ conn: Deno.Conn; run: string }> {
  for (const run of runs) {
    try {
      return { conn: await Deno.connect({ transport: "unix", path: registerSocket(run) }), run };
    } catch (error) {
      // No socket, the socket of a killed process, or a private directory of another user.
      const isAbsent = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.ConnectionRefused ||
        error instanceof Deno.errors.PermissionDenied;
      if (!isAbsent) throw cannot(request, messageOf(error));
    }
  }
  throw cannot(request, "no running service that this user can reach", startHint);
}

function refusal(request: RegistrationRequest, answer: RegistrationAnswer | null): Fault {
  if (answer?.kind !== "refused") return cannot(request, "the service closed the connection");
  const { code, reason } = answer;
  const text = win32Reason(code);
  const why = text === undefined ? reason : `${text} (${code}): ${reason}`;
  return cannot(request, why, answer.hint, exitStatusOf(code, Deno.build.os));
}

function cannot({ op, url }: RegistrationRequest, why: string, hint?: string, exit = 1): Fault {
  const message = `Cannot ${op} ${quote(url)}: ${why}`;
  return new Fault(message, hint === undefined ? { exit } : { exit, hint });
}
