/**
 * A machine to install on: what this one has, in an overlay that disappears with the test, with
 * processes, network and service manager of its own. The service manager is systemd itself, so that
 * units run with the whole of their confinement. Needs root on Linux.
 *
 * @module
 */
import { endWithTest } from "../support/ending/test_end.ts";
import { endSpace, firstProcess } from "../support/ending/processes.ts";
import { waitFor } from "../support/wait.ts";
import { has, run, type RunResult } from "./support.ts";

const SYSTEMD = "/lib/systemd/systemd";

/**
 * $1 is an empty directory, $2 the directory that the machine sees as /run/files. Its cgroup is a
 * new one, so that its systemd is alone in the tree that it manages.
 */
const OUTSIDE = `
set -e
mount -t tmpfs -o mode=755 tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root" "$1/cgroup"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
mount -t cgroup2 none "$1/cgroup"
mkdir "$1/cgroup/$3"
echo $$ >"$1/cgroup/$3/cgroup.procs"
exec unshare --cgroup --pid --fork sh -c "$4" sh "$1" "$2"
`;

/**
 * Of the kernel only what is the machine's own can be written. Of the units that a boot starts only
 * the journal is, and a target that waits for nothing. A container has a policy that no package
 * starts or stops a service; a machine has not.
 */
const INSIDE = `
set -e
cd "$1/root"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 none sys/fs/cgroup
mount --rbind /dev dev
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mkdir run/files run/upper
mount --bind "$2" run/files
mount --bind "$1/upper" run/upper
pivot_root . .
umount -l .
cd /
ip link set lo up
rm -rf /etc/httpcfg /var/lib/httpcfg /var/log/httpcfg /var/cache/httpcfg* /usr/local/bin/httpcfg
rm -f /usr/sbin/policy-rc.d
mkdir -p /run/systemd/system
for unit in /lib/systemd/system/sysinit.target.wants/* /lib/systemd/system/local-fs.target.wants/*; do
  case \${unit##*/} in
  systemd-journald.service | '*') ;;
  *) ln -sf /dev/null "/run/systemd/system/\${unit##*/}" ;;
  esac
done
printf '[Unit]\\nDefaultDependencies=no\\n' >/run/systemd/system/scratch.target
exec env -i container=scratch PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
  ${SYSTEMD} --system --unit=scratch.target --log-target=null --show-status=0
`;

/** What changes by itself, and is nobody's to remove: journals, caches, the package manager's notes. */
const NOT_COMPARED =
  /^\/(var\/log\/(journal|dpkg\.log|wtmp|btmp|lastlog)|var\/lib\/(dpkg|systemd|apt)|var\/cache\/(man|apt|ldconfig)|etc\/(machine-id|\.pwd\.lock|\.updated|(passwd|group|shadow|gshadow|subuid|subgid)-)|var\/\.updated)(\/|$)/;

/** Lists what the directory $1 has, with what an observer can tell two files apart by. */
const LIST = `
cd "$1"
find . -mindepth 1 -printf '%P\\t%y %m %U:%G %l\\n'
printf '\\n'
find . -mindepth 1 -type f -exec sha256sum {} +
`;

export const CAN_OPEN: boolean = Deno.build.os === "linux" && Deno.uid() === 0 &&
  await has(SYSTEMD) && await has("nsenter") && await has("ip") &&
  (await run(["/bin/sh", "-c", "unshare -m -n -p -f --cgroup true"], Deno.env.toObject()))
      .code === 0;

/** A test on such a machine, with the files of a new directory. Skipped if there can be none. */
export function testOnMachine(
  name: string,
  ignore: boolean,
  fn: (machine: ScratchMachine) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: ignore || !CAN_OPEN,
    async fn(): Promise<void> {
      await using machine = await ScratchMachine.open();
      await fn(machine);
    },
  });
}

export class ScratchMachine implements AsyncDisposable {
  /** The directory that the machine sees as /run/files. */
  readonly files: string;
  readonly #folder: string;
  readonly #holder: Deno.ChildProcess;
  readonly [Symbol.asyncDispose]: () => Promise<void> = endWithTest(() => this.#end());
  #pid = 0;

  private constructor(folder: string, holder: Deno.ChildProcess) {
    this.#folder = folder;
    this.#holder = holder;
    this.files = `${folder}/files`;
  }

  static async open(): Promise<ScratchMachine> {
    const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
    await Deno.chmod(folder, 0o755);
    for (const name of ["machine", "files"]) await Deno.mkdir(`${folder}/${name}`);
    const group = folder.slice(folder.lastIndexOf("/") + 1);
    const args = [`${folder}/machine`, `${folder}/files`, group, INSIDE];
    const holder = new Deno.Command("unshare", {
      args: [
        "-m",
        "-n",
        "-u",
        "-i",
        "--propagation",
        "private",
        "sh",
        "-c",
        OUTSIDE,
        "sh",
        ...args,
      ],
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    const machine = new ScratchMachine(folder, holder);
    await waitFor(() => machine.#findInit(), "the first process");
    await waitFor(
      async () => (await machine.shell("systemctl is-system-running")).code === 0,
      "boot",
    );
    return machine;
  }

  /** Finds the process of the service manager, as this machine counts processes. */
  #findInit(): boolean {
    this.#pid = firstProcess(this.#holder.pid) ?? 0;
    try {
      return this.#pid > 0 && Deno.readTextFileSync(`/proc/${this.#pid}/comm`) === "systemd\n";
    } catch {
      return false;
    }
  }

  /** Runs a script as root. */
  shell(script: string, ...words: string[]): Promise<RunResult> {
    return run([
      ...["/usr/bin/nsenter", "-t", `${this.#pid}`, "-m", "-p", "-n", "-u", "-i", "-r", "-w"],
      ...["/bin/sh", "-c", script, "sh", ...words],
    ], { PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LANG: "C.UTF-8" });
  }

  /**
   * Returns what this machine has that the outer one has not, or has otherwise, each with what it
   * is. What was made and removed again is not in it.
   */
  async difference(): Promise<Map<string, string>> {
    const found = listed((await this.shell(LIST, "/run/upper")).stdout);
    const kept = new Map<string, string>();
    for (const [path, what] of found) {
      if (NOT_COMPARED.test(path) || what === await described(path)) continue;
      kept.set(path, what);
    }
    return kept;
  }

  async #end(): Promise<void> {
    await endSpace(this.#holder);
    const group = this.#folder.slice(this.#folder.lastIndexOf("/") + 1);
    const script = `mount -t cgroup2 none "$1" && find "$1/$2" -depth -type d -exec rmdir {} +`;
    const command = ["unshare", "-m", "sh", "-c", script, "sh", `${this.#folder}/machine`, group];
    await run(command, Deno.env.toObject());
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Parses what {@linkcode LIST} prints. */
function listed(text: string): Map<string, string> {
  const [entries = "", sums = ""] = text.split("\n\n");
  const digests = new Map(sums.split("\n").map((line) => [line.slice(68), line.slice(0, 64)]));
  return new Map(
    entries.split("\n").filter((line) => line !== "").map((line) => {
      const [path = "", what = ""] = line.split("\t");
      return [`/${path}`, `${what}${digests.get(path) ?? ""}`.trimEnd()];
    }),
  );
}

/** Describes a file of the outer machine as {@linkcode LIST} does; "" if there is none. */
async function described(path: string): Promise<string> {
  const script = `[ -e "$1" ] || [ -L "$1" ] || exit 0
find "$1" -maxdepth 0 -printf '%y %m %U:%G %l'
[ -L "$1" ] || [ ! -f "$1" ] || sha256sum <"$1" | cut -c 1-64`;
  return (await run(["/bin/sh", "-c", script, "sh", path], { PATH: "/usr/bin:/bin" })).stdout
    .trimEnd();
}
