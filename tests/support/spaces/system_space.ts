/**
 * A machine of its own as far as httpcfg can see: a mount namespace in which /etc, /run, /var/lib
 * and /var/log are copies or empty, so that a test can run the system's service and be an
 * unprivileged user beside it. Needs root on Linux.
 *
 * @module
 */
import { endWithTest } from "../ending/test_end.ts";
import { endAll, namespaceOf, processesIn } from "../ending/processes.ts";
import { CALL, kill, type Result } from "../program.ts";
import { have } from "../tools.ts";
import { waitFor } from "../wait.ts";

/** The user that has no rights. */
const NOBODY = 65534;
/** Runs until its stdin is closed; then the namespace ends with it. */
const SPACE = `
set -e
mount -t tmpfs tmpfs "$1/machine"
for folder in etc run lib log; do mkdir "$1/machine/$folder"; done
cp -a /etc/. "$1/machine/etc/"
rm -rf "$1/machine/etc/httpcfg"
mount --bind "$1/machine/etc" /etc
mount --bind "$1/machine/run" /run
mount --bind "$1/machine/lib" /var/lib
mount --bind "$1/machine/log" /var/log
touch "$1/program"
mount --bind "$2" "$1/program"
echo ready
cat >/dev/null
`;

/** A test in such a namespace. It is skipped if there can be none. */
export function testInSystemSpace(name: string, fn: (space: SystemSpace) => Promise<void>): void {
  const can = Deno.build.os === "linux" && Deno.uid() === 0 && have("nsenter", "setpriv") &&
    have("unshare", "mount") &&
    new Deno.Command("unshare", { args: ["-m", "true"], stderr: "null" }).outputSync().success;
  Deno.test({
    name: can ? name : `${name} (skipped: no root on Linux)`,
    ignore: !can,
    async fn(): Promise<void> {
      await using space = await SystemSpace.make();
      await fn(space);
    },
  });
}

export class SystemSpace implements AsyncDisposable {
  /** A directory that everyone may enter. */
  readonly folder: string;
  /** The home directory of the user. */
  readonly userHome: string;
  readonly #holder: Deno.ChildProcess;
  readonly [Symbol.asyncDispose]: () => Promise<void> = endWithTest(() => this.#end());
  /** How the program is called inside. */
  readonly #call: string[];
  #namespace: string | null = null;
  #service: Deno.ChildProcess | null = null;

  private constructor(folder: string, holder: Deno.ChildProcess) {
    this.folder = folder;
    this.userHome = `${folder}/user`;
    this.#holder = holder;
    this.#call = [`${folder}/program`];
  }

  static async make(): Promise<SystemSpace> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "httpcfg-e2e-" }));
    await Deno.chmod(folder, 0o755);
    for (const name of ["machine", "user", "cache", "root"]) await Deno.mkdir(`${folder}/${name}`);
    for (const name of ["user", "cache"]) await Deno.chown(`${folder}/${name}`, NOBODY, NOBODY);
    const [program = "", ...sources] = CALL;
    const holder = new Deno.Command("unshare", {
      args: ["-m", "--propagation", "private", "sh", "-c", SPACE, "sh", folder, program],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const space = new SystemSpace(folder, holder);
    const reader = holder.stdout.getReader();
    if ((await reader.read()).done) throw new Error("the namespace could not be made");
    reader.releaseLock();
    space.#namespace = namespaceOf(holder.pid, "mnt");
    if (sources.length > 0) {
      // The user cannot read the sources.
      const main = `${import.meta.dirname}/../../../main.ts`;
      const bundle = ["bundle", "--quiet", "-o", `${folder}/program.js`, main];
      await new Deno.Command(program, { args: bundle }).output();
      space.#call.push(
        "run",
        "-A",
        "--no-prompt",
        "--no-config",
        "--unstable-net",
        `${folder}/program.js`,
      );
    }
    return space;
  }

  /** Runs `httpcfg` as root. */
  root(line: string): Promise<Result> {
    return output(this.#inside([...this.#rootEnv(), ...this.#call, ...line.split(" ")]));
  }

  /** Runs `httpcfg` as the user, with `env` in addition to what a login sets. */
  user(line: string, env: readonly string[] = []): Promise<Result> {
    return output(this.#inside([...this.#asUser(env), ...this.#call, ...line.split(" ")]));
  }

  /** Runs a shell script as root. */
  async shell(script: string): Promise<string> {
    const { status, out, err } = await output(this.#inside(["sh", "-c", script]));
    if (status !== 0) throw new Error(`${script}: ${err}`);
    return out;
  }

  /** Returns the files in the user's home directory. */
  async userFiles(): Promise<string> {
    return await this.shell(`cd ${this.userHome} && find . -type f | sort`);
  }

  /**
   * Starts the system's service, as root or as its own user, which is the unprivileged one here, and
   * waits until it listens; returns its process id.
   */
  async serve(as: "root" | "user" = "root"): Promise<number> {
    const who = as === "root" ? this.#rootEnv() : this.#asUser(["HTTPCFG_SYSTEM=1"]);
    const [program = "", ...args] = this.#inside([...who, ...this.#call, "serve"]);
    const options = { args, stdin: "null", stdout: "null", stderr: "piped" } as const;
    const child = this.#service = new Deno.Command(program, options).spawn();
    let text = "";
    void (async (): Promise<void> => {
      const decoder = new TextDecoder();
      for await (const part of child.stderr) text += decoder.decode(part, { stream: true });
    })();
    let hasEnded = false;
    child.status.then(() => hasEnded = true);
    await waitFor(() => text.includes("istening on ") || hasEnded, "serve");
    if (hasEnded) throw new Error(text);
    return Number(await this.shell("cat /run/httpcfg/httpcfg.pid"));
  }

  /** Ends the service with `signal`. */
  async end(signal: Deno.Signal): Promise<void> {
    if (this.#service === null) return;
    kill(this.#service, signal);
    await this.#service.status;
    this.#service = null;
  }

  async #end(): Promise<void> {
    await this.end("SIGKILL");
    if (this.#namespace !== null) await endAll(() => processesIn(this.#namespace!));
    await this.#holder.stdin.close();
    await this.#holder.stdout.cancel();
    await this.#holder.status;
    await Deno.remove(this.folder, { recursive: true });
  }

  #rootEnv(): string[] {
    const home = `${this.folder}/root`;
    return [
      ...["env", "-i", `PATH=${PATH}`, "NO_COLOR=1", `HOME=${home}`],
      ...[`DENO_DIR=${home}/deno`, `HTTPCFG_CACHE=${home}/program`],
    ];
  }

  #asUser(env: readonly string[]): string[] {
    return [
      ...["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "env", "-i"],
      ...[`PATH=${PATH}`, "NO_COLOR=1", `HOME=${this.userHome}`],
      // What the runtime and the portable form write is not the program's.
      ...[`DENO_DIR=${this.folder}/cache/deno`, `HTTPCFG_CACHE=${this.folder}/cache/program`],
      ...env,
    ];
  }

  #inside(command: readonly string[]): string[] {
    return ["nsenter", "-m", "-t", String(this.#holder.pid), "--", ...command];
  }
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

async function output([program = "", ...args]: readonly string[]): Promise<Result> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" })
    .output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { status: code, out: text(stdout), err: text(stderr) };
}
