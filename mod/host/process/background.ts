/**
 * Edge: starts the service in a process of its own that outlives this one.
 *
 * The child says one word on its stdout when its control socket listens, or one line why it cannot;
 * then it drops its streams.
 *
 * @module
 */
import * as v from "valibot";
import { Fault } from "../../base/fault.ts";
import { dialControl } from "../control/control_address.ts";
import { AlreadyRunningFault } from "./instance.ts";
import { selfCommand } from "./self_command.ts";

/** What the child says when it can be spoken to. */
export const READY = "ready";

/** Milliseconds for a process that another command has just started to open its control socket. */
const OTHER_START_MS = 30_000;
/** Milliseconds between two looks at that socket. */
const POLL_MS = 20;

/**
 * Starts `httpcfg serve` in the background, for the run folder `run`; resolves when its control
 * socket listens. False where another command did the same a moment before: then that one's does.
 */
export async function startInBackground(
  leadingArgs: readonly string[],
  run: string,
): Promise<boolean> {
  const [program, ...rest] = selfCommand([...leadingArgs, "serve", "--background"]);
  const child = new Deno.Command(program!, {
    args: rest,
    env: { HTTPCFG_CALLED_AS: "httpcfg" }, // this call may have come through a link
    detached: true, // its own session: a closing terminal does not end it
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
  /** The home has its service already. */
  isRunning: v.boolean(),
});

/** The child's failure as one line: message and hint in JSON, so that both arrive whole. */
export function failureLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof Fault ? error.hint : undefined;
  const isRunning = error instanceof AlreadyRunningFault;
  return JSON.stringify(hint === undefined ? { message, isRunning } : { message, hint, isRunning });
}

/** What {@linkcode failureLine} was told; where `line` is none, that the process ended. */
export function parseFailure(line: string): { readonly fault: Fault; readonly isRunning: boolean } {
  try {
    const { message, hint, isRunning } = v.parse(failureSchema, JSON.parse(line));
    return { fault: new Fault(message, hint === undefined ? {} : { hint }), isRunning };
  } catch {
    const message = "Cannot start httpcfg in the background: the process ended immediately";
    return { fault: new Fault(message, { hint: "httpcfg serve" }), isRunning: false };
  }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (
    const part of stream.pipeThrough(
      new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>,
    )
  ) {
    text += part;
    if (text.includes("\n")) break;
  }
  return text.split("\n", 1)[0]!;
}
