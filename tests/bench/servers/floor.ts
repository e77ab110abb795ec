/**
 * The floor: a bare loop on the runtime, with the flags and the environment of httpcfg, in a process
 * of its own.
 */
import { RUNTIME_FLAGS } from "../../../dist/runtime_flags.ts";
import { RUNTIME_ENVIRONMENT } from "../../../mod/host/process/runtime_environment.ts";
import type { Scope } from "../machine/scope.ts";
import type { Order } from "./floor_server.ts";
import { placeFor, type RunningServer, startServer, type Work } from "./server.ts";

const SCRIPT = `${import.meta.dirname}/floor_server.ts`;

/** What the loop does for each connection. */
export interface Loop {
  /** What httpcfg responds to each request, byte for byte. */
  readonly answer?: Uint8Array;
  readonly closes?: boolean;
  /** Forwards to the program of the work instead. */
  readonly forwards?: boolean;
  readonly bufferBytes?: number;
}

/** Returns the command that runs a script as httpcfg is run. */
export function scriptCommand(script: string): string[] {
  return [Deno.execPath(), "run", "-A", "--no-prompt", ...RUNTIME_FLAGS, script];
}

export async function startFloor(scope: Scope, work: Work, loop: Loop): Promise<RunningServer> {
  const at = placeFor(scope, "floor", "127.0.0.6", work);
  const { workers = 1, hostnames = [at.hostname], programPort } = work;
  const file = `${at.home}/answer`;
  if (loop.answer !== undefined) Deno.writeFileSync(file, loop.answer);
  const order: Order = {
    hostnames,
    port: at.port,
    bufferBytes: loop.bufferBytes ?? 1024,
    reusePort: workers > 1,
    ...(work.tls === undefined ? {} : { tls: { pem: at.pem, key: at.key } }),
    ...(loop.answer === undefined ? {} : { answer: file }),
    ...(loop.closes === undefined ? {} : { closes: loop.closes }),
    ...(loop.forwards === true && programPort !== undefined ? { forward: programPort } : {}),
  };
  // Too long for a command line: 10,000 addresses.
  const orderFile = `${at.home}/order.json`;
  Deno.writeTextFileSync(orderFile, JSON.stringify(order));
  const command = [...scriptCommand(SCRIPT), orderFile];
  const words = workers === 1 ? command : severalOf(command, workers);
  return await startServer(scope, at, words, RUNTIME_ENVIRONMENT);
}

/** Returns a command that runs another one several times at once. */
function severalOf(command: readonly string[], count: number): string[] {
  const script = `trap 'kill $all' TERM
for i in $(seq ${count}); do "$@" & all="$all $!"; done
wait; wait`;
  return ["sh", "-c", script, "sh", ...command];
}
