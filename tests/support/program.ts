/**
 * The real program, started as a user starts it: `deno run -A main.ts …`, or the file that
 * HTTPCFG_PROGRAM names. It has a home of its own, which is removed with every process when the
 * test ends.
 *
 * @module
 */
import { RUNTIME_FLAGS } from "../../dist/runtime_flags.ts";
import { endWithTest } from "./ending/test_end.ts";
import { endAll, processesAt } from "./ending/processes.ts";
import { waitFor } from "./wait.ts";

const MAIN = `${import.meta.dirname}/../../main.ts`;
const PROGRAM = Deno.env.get("HTTPCFG_PROGRAM");
/** The program and the first arguments of every call. */
export const CALL: readonly string[] = PROGRAM
  ? [PROGRAM]
  : [Deno.execPath(), "run", "-A", "--no-prompt", ...RUNTIME_FLAGS, MAIN];

/** What stderr has when this user starts a service: root is told that it stays root. */
export const START_NOTE = Deno.uid() === 0
  ? "note: the service runs as root, and stays root\n" +
    "hint: httpcfg service install | sh\n"
  : "";

const IS_WINDOWS = Deno.build.os === "windows";
/** Milliseconds for any command, also on a busy machine. */
const RUN_MS = 90_000;
/** Milliseconds for a process to end after SIGTERM, before SIGKILL. */
const END_MS = 15_000;

export interface Result {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
}

export interface SpawnOptions extends RunOptions {
  /** Limit of open files of the process; by default the system's own limit. */
  readonly openFilesMax?: number;
  /** The file that stdout is written to; nowhere by default. */
  readonly stdoutFile?: string;
}

/** A service in the foreground. */
export interface Foreground {
  readonly pid: number;
  /** What it has written to stderr so far. */
  stderr(): string;
  /** Resolves with its exit status; 128 plus the signal's number if a signal ended it. */
  readonly ended: Promise<number>;
  hasEnded(): boolean;
  signal(signal: Deno.Signal): void;
}

export class Program implements AsyncDisposable {
  readonly home: string;
  readonly [Symbol.asyncDispose]: () => Promise<void> = endWithTest(() => this.#end());
  readonly #children = new Set<Deno.ChildProcess>();

  private constructor(home: string) {
    this.home = home;
  }

  /** Makes a program with an empty home. In {@linkcode shell}, `httpcfg` is this program. */
  static async make(): Promise<Program> {
    const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "httpcfg-e2e-" }));
    await Deno.mkdir(`${home}/bin`);
    if (IS_WINDOWS) return new Program(home);
    await Deno.chmod(home, 0o755); // tests as another user read it
    const words = CALL.map((word) => `'${word}'`).join(" ");
    await Deno.writeTextFile(`${home}/bin/httpcfg`, `#!/bin/sh\nexec ${words} "$@"\n`);
    await Deno.chmod(`${home}/bin/httpcfg`, 0o755);
    return new Program(home);
  }

  get config(): string {
    return `${this.home}/config.json`;
  }

  /** Runs `httpcfg` to its end, with the words of `line`. */
  run(line: string | readonly string[], options: RunOptions = {}): Promise<Result> {
    const words = typeof line === "string" ? line.split(" ") : line;
    const [program, ...args] = [...CALL, ...words];
    return this.#output(program!, args, options);
  }

  /** Like {@linkcode run}, but throws if the exit status is not 0. */
  async do(line: string | readonly string[]): Promise<Result> {
    const result = await this.run(line);
    if (result.status === 0) return result;
    throw new Error(`${line}: ${result.status}\n${result.out}${result.err}`);
  }

  /** Runs a bash script in which `httpcfg` is this program. */
  shell(script: string, options: RunOptions = {}): Promise<Result> {
    return this.#output("bash", ["-c", script], options);
  }

  /** Starts `httpcfg serve` and waits until it listens or has ended. */
  async serve(options: SpawnOptions = {}): Promise<Foreground> {
    const served = this.spawn("serve", options);
    await waitFor(() => served.stderr().includes("istening on ") || served.hasEnded(), "serve");
    return served;
  }

  /** Starts `httpcfg` and does not wait for it. */
  spawn(line: string, { openFilesMax, stdoutFile, env = {} }: SpawnOptions = {}): Foreground {
    const limit = openFilesMax === undefined ? "" : `ulimit -n ${openFilesMax}; `;
    const to = stdoutFile === undefined ? "" : ` >'${stdoutFile}'`;
    const shell = limit + to === "" ? [] : ["sh", "-c", `${limit}exec "$@"${to}`, "sh"];
    const [program = "", ...args] = [...shell, ...CALL, ...line.split(" ")];
    const child = new Deno.Command(program, {
      args,
      env: this.#environment(env),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#children.add(child);
    let [stderr, hasEnded] = ["", false];
    const reading = (async (): Promise<void> => {
      const decoder = new TextDecoder();
      for await (const part of child.stderr) stderr += decoder.decode(part, { stream: true });
    })();
    const ended = Promise.all([child.status, reading]).then(([{ code }]) => {
      hasEnded = true;
      this.#children.delete(child);
      return code;
    });
    return {
      pid: child.pid,
      stderr: () => stderr,
      ended,
      hasEnded: () => hasEnded,
      signal: (signal) => kill(child, signal),
    };
  }

  /** Returns the output of `status --format json`. */
  async status(): Promise<Status> {
    return JSON.parse((await this.run("status --format json")).out) as Status;
  }

  /** Returns the process id of the service of this home, however it was started. */
  servicePid(): number | null {
    try {
      return Number(Deno.readTextFileSync(`${this.home}/run/httpcfg.pid`)) || null;
    } catch {
      return null;
    }
  }

  async #end(): Promise<void> {
    if (Deno.build.os === "linux") {
      const find = (): number[] => processesAt(this.home);
      await endAll(find, "SIGTERM", END_MS).catch(() => endAll(find, "SIGKILL", END_MS));
    } else this.#killKnown();
    await Promise.all([...this.#children].map((child) => child.status));
    // Windows lets go of a file some time after the process that had it open.
    await waitFor(() => this.#isRemoved(), `the end of what uses ${this.home}`);
  }

  /** Kills what is known where processes cannot be found by their home. */
  #killKnown(): void {
    for (const child of this.#children) kill(child, "SIGKILL");
    const pid = this.servicePid();
    if (pid !== null) kill({ pid, kill: (signal) => Deno.kill(pid, signal) }, "SIGKILL");
  }

  async #isRemoved(): Promise<boolean> {
    try {
      await Deno.remove(this.home, { recursive: true });
    } catch (error) {
      if (!IS_WINDOWS || error instanceof Deno.errors.NotFound) throw error;
      return false;
    }
    return true;
  }

  async #output(
    program: string,
    args: readonly string[],
    { env = {} }: RunOptions,
  ): Promise<Result> {
    const signal = AbortSignal.timeout(RUN_MS);
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      env: this.#environment(env),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal,
    }).output();
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    if (signal.aborted) throw new Error(`${args.join(" ")}: not done after ${RUN_MS} ms`);
    return { status: code, out: text(stdout), err: text(stderr) };
  }

  #environment(more: Readonly<Record<string, string>>): Record<string, string> {
    const separator = IS_WINDOWS ? ";" : ":";
    const path = `${this.home}/bin${separator}${Deno.env.get("PATH") ?? "/usr/bin:/bin"}`;
    return { HTTPCFG_HOME: this.home, PATH: path, NO_COLOR: "1", ...more };
  }
}

/** Sends `signal` to a process that may have ended already. */
export function kill(child: Pick<Deno.ChildProcess, "kill" | "pid">, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The part of `status --format json` that tests use. */
export interface Status {
  readonly pid: number | null;
  readonly services: readonly { readonly name: string; readonly state: string }[];
  readonly ipListen: readonly string[];
  readonly tunnels?: number;
  readonly registrations?: readonly { readonly url: string; readonly tunnels?: number }[];
  readonly endpoints: readonly {
    readonly ip: string;
    readonly port: number;
    readonly scheme: string;
    readonly state: string;
    readonly cause: string | null;
  }[];
  readonly sites: readonly {
    readonly id: number;
    readonly name: string;
    readonly state: string;
    readonly reason: string | null;
  }[];
  readonly unconfirmedUntil: string | null;
}
