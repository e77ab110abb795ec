/**
 * A machine with Windows, as far as Wine is one: a directory in which Wine 10 runs, with processes of
 * its own, which end with it. Debian 13 has the first Wine with all that Deno needs; elsewhere it is
 * run from a root directory of Debian 13 that mmdebstrap makes. Needs root on Linux, and the network.
 * The network of the machine is that of this one.
 *
 * HTTPCFG_WINE_ROOT names such a root directory that was made before, and is kept.
 *
 * @module
 */
import { endSpace, firstProcess } from "../ending/processes.ts";
import { endWithTest } from "../ending/test_end.ts";
import type { Result } from "../program.ts";
import { have } from "../tools.ts";
import { waitFor } from "../wait.ts";

const RELEASE = "trixie";
/** Milliseconds until the packages are there: on a slow network the tests are skipped. */
const ROOT_MS = 300_000;
/** Milliseconds for a command of the story, also on a busy machine. */
const RUN_MS = 180_000;

/** $1 is the root directory, $2 the directory that both machines see at the same path. */
const SPACE = `
set -e
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mkdir -p "$1$2"
mount --bind "$2" "$1$2"
: >>"$1/etc/hosts"
mount --bind /etc/hosts "$1/etc/hosts"
exec sleep infinity
`;

/** What can be left out of the root: nobody reads it, and a third of the time is writing files. */
const LEFT_OUT = ["doc", "man", "locale", "info", "lintian"];

/** Returns what is missing for Wine to run here; null if nothing is, as far as can be known before. */
export function missingForWine(): string | null {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64" || Deno.uid() !== 0) {
    return "root on Linux for x64";
  }
  if (!have("unshare", "nsenter", "mount", "chroot")) return "unshare, nsenter";
  if (madeRoot() === null && !have("mmdebstrap")) return "mmdebstrap";
  const unshare = new Deno.Command("unshare", {
    args: ["-m", "-p", "-f", "true"],
    stderr: "null",
  });
  return unshare.outputSync().success ? null : "namespaces";
}

function madeRoot(): string | null {
  return Deno.env.get("HTTPCFG_WINE_ROOT") ?? null;
}

/**
 * Makes the root directory at `path`, or returns the one that was made before; null if the packages
 * cannot be had in time, which is a matter of the network.
 */
export async function makeWineRoot(path: string): Promise<string | null> {
  const made = madeRoot();
  if (made !== null) return made;
  const left = LEFT_OUT.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
  const { success } = await new Deno.Command("mmdebstrap", {
    args: ["--quiet", "--variant=minbase", "--include=wine,wine64", ...left, RELEASE, path],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(ROOT_MS),
  }).output();
  return success ? path : null;
}

/** Returns the path of a file of this machine as Windows programs see it. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll("/", "\\")}`;
}

export class WineMachine implements AsyncDisposable {
  readonly [Symbol.asyncDispose]: () => Promise<void> = endWithTest(() => endSpace(this.#holder));
  /** What both machines see. */
  readonly folder: string;
  /** The words that start a program in it. */
  readonly #inside: readonly string[];
  readonly #holder: Deno.ChildProcess;
  #runs = 0;

  private constructor(root: string, folder: string, holder: Deno.ChildProcess, first: number) {
    this.folder = folder;
    this.#inside = ["nsenter", "-t", `${first}`, "-m", "-p", "chroot", root];
    this.#holder = holder;
  }

  /** Starts the machine in the root directory `root`; `folder` is what both see. */
  static async start(root: string, folder: string): Promise<WineMachine> {
    const holder = new Deno.Command("unshare", {
      args: ["-m", "-p", "-f", "sh", "-c", SPACE, "sh", root, folder],
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    let first: number | null = null;
    await waitFor(() => {
      first = firstProcess(holder.pid);
      // The script has become `sleep` when everything is mounted.
      return first !== null && Deno.readTextFileSync(`/proc/${first}/comm`) === "sleep\n";
    }, "the machine");
    return new WineMachine(root, folder, holder, first!);
  }

  /**
   * Runs a Windows program to its end, at most for `limitMs` milliseconds, with nothing on stdin. Only
   * the last 8 bits of its exit status are known: what starts it is a program of Linux. Its output goes
   * to files, so that a process that it leaves behind is waited for only if it waits itself.
   */
  async run(
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
    limitMs = RUN_MS,
  ): Promise<Result> {
    const base = `${this.folder}/run-${++this.#runs}`;
    const script = `exec wine "$@" </dev/null >${base}.out 2>${base}.err`;
    const [program = "", ...args] = [...this.#inside, "sh", "-c", script, "wine", ...words];
    const signal = AbortSignal.timeout(limitMs);
    const { code } = await new Deno.Command(program, {
      args,
      clearEnv: true,
      env: { ...this.#environment(), ...env },
      stdin: "null",
      stdout: "null",
      stderr: "null",
      signal,
    }).spawn().status;
    if (signal.aborted) throw new Error(`${words.join(" ")}: not done after ${limitMs} ms`);
    const read = async (end: string): Promise<string> => {
      return (await Deno.readTextFile(base + end)).replaceAll("\r\n", "\n");
    };
    return { status: code, out: await read(".out"), err: await read(".err") };
  }

  #environment(): Record<string, string> {
    return {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: "/root",
      NO_COLOR: "1",
      WINEDEBUG: "-all",
      WINEDLLOVERRIDES: "mscoree,mshtml=", // which it would offer to download
      WINEPREFIX: `${this.folder}/prefix`,
      XDG_RUNTIME_DIR: "/tmp",
    };
  }
}
