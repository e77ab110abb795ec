/**
 * Edge: starts the service in a background process that outlives this one.
 *
 * The child writes one line to its stdout: "ready" when its control socket is listening, or the
 * reason why it cannot. After that its streams are not used.
 *
 * @module
 */
import * as v from "valibot";
import { DeniedFault, Fault, messageOf } from "../../base/fault.ts";
import { linesOf } from "../../wire/text_lines.ts";
import { dialControl } from "../control/control_address.ts";
import { AlreadyRunningFault } from "./instance.ts";
import { RUNTIME_ENVIRONMENT } from "./runtime_environment.ts";
import { selfCommand } from "./self_command.ts";

/** The line of a child whose control socket is listening. */
export const READY = "ready";

/** Milliseconds for a process that another command has just started to open its control socket. */
const OTHER_START_MS = 30_000;
/** Milliseconds between two attempts to connect to that socket. */
const POLL_MS = 20;

/**
 * Starts `httpcfg serve` in the background, for the run directory `run`; resolves when its control
 * socket is listening. False if another command did the same a moment before: the control socket of
 * that process is listening then.
 */
export async function startInBackground(
  leadingArgs: readonly string[],
  run: string,
): Promise<boolean> {
  const [program, ...rest] = selfCommand([...leadingArgs, "serve", "--background"]);
  const child = new Deno.Command(program!, {
    args: rest,
    // This call may have come through a link.
    env: { ...RUNTIME_ENVIRONMENT, HTTPCFG_CALLED_AS: "httpcfg" },
    // Its own session; on Windows no console: nothing that closes ends it. The runtime lets no
    // process inherit its stdin, stdout and stderr, so that a caller who captures them sees them end.
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const line = await firstLine(child.stdout);
  child.unref();
  if (line === READY) return true;
  const { fault, isRunning } = parseFailure(line);
  if (!isRunning || !(await waitUntilListening(run))) throw fault;
  return false;
}

async function waitUntilListening(run: string): Promise<boolean> {
  for (const end = Date.now() + OTHER_START_MS; Date.now() < end;) {
    const dialed = await dialControl(run);
    dialed?.conn.close();
    if (dialed !== null) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}

const failureSchema = v.object({
  message: v.string(),
  hint: v.exactOptional(v.string()),
  /** The service of this home is already running. */
  isRunning: v.boolean(),
  /** This user may not run the service. */
  isDenied: v.boolean(),
});

/** Returns the child's error as one line: message and hint in JSON, so that both arrive intact. */
export function failureLine(error: unknown): string {
  const message = messageOf(error);
  const hint = error instanceof Fault ? error.hint : undefined;
  const isRunning = error instanceof AlreadyRunningFault;
  const isDenied = error instanceof DeniedFault;
  return JSON.stringify({ message, ...(hint && { hint }), isRunning, isDenied });
}

/** Parses the line of {@linkcode failureLine}; any other line means that the process ended. */
export function parseFailure(line: string): { readonly fault: Fault; readonly isRunning: boolean } {
  try {
    const { message, hint, isRunning, isDenied } = v.parse(failureSchema, JSON.parse(line));
    const Kind = isDenied ? DeniedFault : Fault;
    return { fault: new Kind(message, hint === undefined ? {} : { hint }), isRunning };
  } catch {
    const message = "Cannot start httpcfg in the background: the process ended immediately";
    return { fault: new Fault(message, { hint: "httpcfg serve" }), isRunning: false };
  }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  for await (const line of linesOf(stream)) return line;
  return "";
}
