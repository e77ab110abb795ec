/**
 * Edge: runs the service in a process of its own, which this one starts and ends.
 *
 * Windows ends a process as soon as its handler of a closing console returns, and that of the runtime
 * returns at once, so a service could finish nothing. This process has the console; the service has
 * none, and learns from the end of its stdin that this process is to end, or has ended.
 *
 * @module
 */
import { linesOf } from "../../wire/text_lines.ts";
import { messageOf } from "../../base/fault.ts";
import { writeToStdout } from "../../telemetry/logs/stdout_stream.ts";
import { READY } from "./background.ts";
import { RUNTIME_ENVIRONMENT } from "./runtime_environment.ts";
import { endSignals } from "./signals.ts";

interface SupervisorOptions {
  /** Runs the service; it writes {@linkcode READY} to stdout when it serves. */
  readonly command: readonly string[];
  /** Starts the service again whenever it fails, instead of ending like it. */
  readonly restarts: boolean;
  /** When it settles, this process is to end. */
  readonly until: Promise<unknown> | null;
  /** Writes one line for whoever runs this process. Never throws. */
  note(line: string): void;
}

/** A service process. */
interface Child {
  /** Ends it like Ctrl+C; a second call kills it. */
  end(): void;
  readonly ended: Promise<{ readonly code: number; readonly hasServed: boolean }>;
}

const DELAY_MS = { first: 1000, longest: 60_000 } as const;

/** Returns the milliseconds before the start after the nth failure in a row. */
export function restartDelay(failures: number): number {
  return Math.min(DELAY_MS.first * 2 ** (failures - 1), DELAY_MS.longest);
}

/** Runs the service until it ends or this process is told to; returns the exit status. */
export async function supervise(options: SupervisorOptions): Promise<number> {
  const { command, restarts, until, note } = options;
  let [isAsked, failures] = [false, 0];
  let child = startChild(command, note);
  let wake = (): void => {};
  const end = (): void => {
    isAsked = true;
    child.end();
    wake();
  };
  for (const signal of endSignals(Deno.build.os)) Deno.addSignalListener(signal, end);
  void until?.finally(end);
  for (;;) {
    const { code, hasServed } = await child.ended;
    if (isAsked || code === 0 || !restarts) return code;
    failures = hasServed ? 1 : failures + 1;
    const delay = restartDelay(failures);
    note(`the service ended with exit status ${code}; it starts again in ${delay / 1000} s`);
    await new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, delay);
    });
    if (isAsked) return code;
    child = startChild(command, note);
  }
}

function startChild([program, ...args]: readonly string[], note: (line: string) => void): Child {
  const child = new Deno.Command(program!, {
    args,
    env: { ...RUNTIME_ENVIRONMENT, HTTPCFG_CALLED_AS: "httpcfg" },
    detached: true, // without this console, and without the signals of its keys
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let [isEnding, hasServed] = [false, false];
  const reading = async (): Promise<void> => {
    const encoder = new TextEncoder();
    let isShown = true;
    for await (const line of linesOf(child.stdout)) {
      if (line === READY) hasServed = true;
      else if (isShown) { // a line of an access log
        await writeToStdout(encoder.encode(`${line}\n`)).catch((error) => {
          isShown = false;
          note(`the access log cannot be written to stdout: ${messageOf(error)}`);
        });
      }
    }
  };
  const showing = async (): Promise<void> => {
    for await (const line of linesOf(child.stderr)) note(line);
  };
  return {
    end(): void {
      if (isEnding) return killChild(child);
      isEnding = true;
      void child.stdin.close().catch(() => {}); // it has ended by itself
    },
    ended: Promise.all([child.status, reading(), showing()]).then(([{ code }]) => {
      return { code, hasServed };
    }),
  };
}

function killChild(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // it has ended
  }
}
