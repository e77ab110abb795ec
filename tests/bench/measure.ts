/** Helpers of the benches: CPU time of processes, wrk as the client, medians, tables. */

/** Clock ticks per second in /proc/PID/stat (USER_HZ), equal on every Linux that runs Deno. */
const TICKS_PER_SECOND = 100;

/** Returns the user and system CPU seconds of a process so far, including its threads. */
export function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Returns the private memory of a process in bytes, which excludes shared pages. */
export function privateBytes(pid: number): number {
  const rollup = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
  const sum = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(rollup)?.[1]);
  return (sum("Private_Clean") + sum("Private_Dirty")) * 1024;
}

/** Returns the resident memory of a process in bytes; cheap enough to ask often. */
export function residentBytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024;
}

/**
 * A command prefix that keeps a client off the first core if there are several. Servers run where
 * the system puts them: a runtime whose garbage collector has its own threads would stall on one
 * core.
 */
export const CLIENT_CORES: readonly string[] =
  navigator.hardwareConcurrency > 1 && await isInstalled("taskset")
    ? ["taskset", "-c", `1-${navigator.hardwareConcurrency - 1}`]
    : [];

export interface Load {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Responses other than 2xx and 3xx, and socket errors. */
  readonly errors: number;
}

/** Runs wrk for `seconds` with one thread and `connections` keep-alive connections. */
export async function wrk(url: string, seconds: number, connections = 64): Promise<Load> {
  const words = [
    ...CLIENT_CORES,
    "wrk",
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    "--latency",
    url,
  ];
  const { stdout } = await new Deno.Command(words[0]!, { args: words.slice(1) }).output();
  const text = new TextDecoder().decode(stdout);
  const [, requests = "0", took = "0"] = /(\d+) requests in ([\d.]+)s/.exec(text) ?? [];
  const socketErrors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(
    text,
  );
  const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  return {
    requests: Number(requests),
    seconds: Number(took),
    p50Ms: milliseconds(/50%\s+(\S+)/.exec(text)?.[1]),
    p99Ms: milliseconds(/99%\s+(\S+)/.exec(text)?.[1]),
    errors: bad + (socketErrors?.slice(1).reduce((all, one) => all + Number(one), 0) ?? 0),
  };
}

/**
 * Runs `command` in the home `home` and returns its wall-clock milliseconds; throws if its exit
 * status is another than those of `success`.
 */
export async function timed(
  command: readonly string[],
  home: string,
  success: readonly number[] = [0],
): Promise<number> {
  const [program = "", ...args] = command;
  const start = performance.now();
  const { code } = await new Deno.Command(program, {
    args,
    env: { HTTPCFG_HOME: home },
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success.includes(code)) throw new Error(`${command.join(" ")} failed`);
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Reports whether the program is on PATH. */
export async function isInstalled(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    stdout: "null",
  }).output();
  return success;
}

/** Prints rows as a table; the first row is the header. */
export function printTable(title: string, rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd()
  );
  say(`\n${title}\n${lines.join("\n")}`);
}

export function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

/** Resolves when a server accepts connections there; throws after ten seconds. */
export async function listening(hostname: string, port: number): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    try {
      (await Deno.connect({ hostname, port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error(`nothing listens on ${hostname}:${port}`);
}

function milliseconds(text = "NaN"): number {
  const value = parseFloat(text);
  return text.endsWith("us") ? value / 1000 : text.endsWith("ms") ? value : value * 1000;
}
