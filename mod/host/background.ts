/**
 * Edge: starts the service in a process of its own that outlives this one.
 *
 * The child says one word on its stdout when its control socket listens, or one line why it cannot;
 * then it drops its streams.
 *
 * @module
 */
import { Fault } from "../base/fault.ts";
import { selfCommand } from "./self_command.ts";

/** What the child says when it can be spoken to. */
export const READY = "ready";

/** Starts `httpcfg serve` in the background; resolves when its control socket listens. */
export async function startInBackground(before: readonly string[]): Promise<void> {
  const [program, ...rest] = selfCommand([...before, "serve", "--background"]);
  const child = new Deno.Command(program!, {
    args: rest,
    detached: true, // its own session: a closing terminal does not end it
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const word = await firstLine(child.stdout);
  child.unref();
  if (word === READY) return;
  throw parseFailure(word);
}

/** The child's failure as one line: message and hint in JSON, so that both arrive whole. */
export function failureLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return JSON.stringify({ message, hint: error instanceof Fault ? error.hint : undefined });
}

function parseFailure(line: string): Fault {
  try {
    const { message, hint } = JSON.parse(line) as { message: string; hint?: string };
    return new Fault(message, hint === undefined ? {} : { hint });
  } catch {
    return new Fault("Cannot start httpcfg in the background: its process ended at once", {
      hint: "httpcfg serve",
    });
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
