/**
 * Builds and runs what a container file says, without a container engine: a chroot with the same
 * user, environment, volumes and network of its own, on a read-only root. Needs root on Linux.
 *
 * @module
 */
import { endWithTest } from "../support/ending/test_end.ts";
import { endSpace, firstProcess } from "../support/ending/processes.ts";
import { waitFor } from "../support/wait.ts";
import { run, type RunResult } from "./support.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What an engine knows of an image. */
export interface Image {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly volumes: readonly string[];
  readonly stopSignal: Deno.Signal;
  readonly health: readonly string[];
  /** ENTRYPOINT and CMD. */
  readonly command: readonly string[];
}

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** Parses a container file. Pure. */
export function parseContainerfile(text: string): Instruction[] {
  const lines = text.replace(/^#.*\n/gm, "").replace(/\\\n\s*/g, "").split("\n");
  return lines.filter((line) => line.trim() !== "").map((line) => {
    const [, name = "", rest = ""] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    return { name, rest };
  });
}

/**
 * Builds the image of `text` below the directory `work`: each FROM is a copy of the root directory
 * `base`, and COPY reads the directory `context`. Throws an error for what it does not know.
 */
export async function buildImage(
  text: string,
  { base, context, work }: {
    readonly base: string;
    readonly context: string;
    readonly work: string;
  },
): Promise<Image> {
  const image = {
    root: "",
    env: { PATH } as Record<string, string>,
    user: "0:0",
    volumes: [] as string[],
    stopSignal: "SIGTERM" as Deno.Signal,
    health: [] as string[],
    entrypoint: [] as string[],
    cmd: [] as string[],
  };
  const stages = new Map<string, string>();
  const actions: Record<string, (rest: string) => unknown> = {
    ARG: (): void => {}, // what follows FROM is the given base
    async FROM(rest): Promise<void> {
      const [, name = "last"] = / AS (\S+)$/.exec(rest) ?? [];
      image.root = `${work}/${name}`;
      stages.set(name, image.root);
      await must(["cp", "-a", base, image.root]);
    },
    async COPY(rest): Promise<void> {
      const flags = new Map(
        [...rest.matchAll(/--(\w+)=(\S+) /g)].map(([, k = "", v = ""]) => [k, v]),
      );
      const [source = "", target = ""] = rest.replace(/--\S+ +/g, "").split(/ +/);
      const from = flags.has("from") ? stages.get(flags.get("from")!) : context;
      const to = `${image.root}${target}`;
      await must(["mkdir", "-p", to.replace(/\/[^/]*$/, "")]);
      await must(["cp", "-aT", `${from}/${source}`, to]);
      if (flags.has("chmod")) await must(["chmod", flags.get("chmod")!, to]);
    },
    RUN: (rest) =>
      must([
        "chroot",
        image.root,
        "/usr/bin/env",
        "-i",
        ...words(image.env),
        "/bin/sh",
        "-c",
        rest,
      ]),
    LABEL: (): void => {},
    EXPOSE: (): void => {},
    ENV: (rest) => {
      const [, name, value] = /^(\w+)="?(.*?)"?$/.exec(rest)!;
      image.env[name!] = value!;
    },
    VOLUME: (rest) => image.volumes.push(...JSON.parse(rest)),
    USER: (rest) => image.user = rest,
    STOPSIGNAL: (rest) => image.stopSignal = rest as Deno.Signal,
    HEALTHCHECK: (rest) => image.health = JSON.parse(rest.replace(/^.* CMD /, "")),
    ENTRYPOINT: (rest) => image.entrypoint = JSON.parse(rest),
    CMD: (rest) => image.cmd = JSON.parse(rest),
  };
  for (const { name, rest } of parseContainerfile(text)) {
    const action = actions[name];
    if (action === undefined) throw new Error(`unknown instruction "${name} ${rest}"`);
    await action(rest);
  }
  return { ...image, command: [...image.entrypoint, ...image.cmd] };
}

function words(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

async function must(command: readonly string[]): Promise<void> {
  const { code, stderr } = await run(command, { PATH });
  if (code !== 0) throw new Error(`${command.join(" ")}: ${code}\n${stderr}`);
}

/** $1 is the root, $2 the owner of the volumes, $3 their paths; the rest is the command. */
const ENTER = `
set -e
root=$1 owner=$2 volumes=$3
shift 3
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
for volume in $volumes; do
  mount -t tmpfs -o "mode=755,uid=\${owner%:*},gid=\${owner#*:}" tmpfs "$root$volume"
done
mount -o remount,bind,ro "$root"
ip link set lo up
exec setpriv --no-new-privs "$@"`;

/** A running container. */
export class Container implements AsyncDisposable {
  readonly #image: Image;
  readonly #holder: Deno.ChildProcess;
  readonly [Symbol.asyncDispose]: () => Promise<void> = endWithTest(() => endSpace(this.#holder));
  #pid = 0;

  private constructor(image: Image, holder: Deno.ChildProcess) {
    this.#image = image;
    this.#holder = holder;
  }

  /** Starts `command`, by default that of the image. */
  static async start(image: Image, command = image.command): Promise<Container> {
    const owner = image.volumes.map((path) => Deno.statSync(`${image.root}${path}`))
      .map(({ uid, gid }) => `${uid}:${gid}`)[0] ?? "0:0";
    const holder = new Deno.Command("unshare", {
      args: [
        ...[
          "-m",
          "-n",
          "-p",
          "--fork",
          "--propagation",
          "private",
          "/bin/sh",
          "-c",
        ],
        ...[ENTER, "sh", image.root, owner, image.volumes.join(" ")],
        ...inside(image, command),
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const container = new Container(image, holder);
    let hasEnded = false;
    void holder.status.then(() => hasEnded = true);
    await waitFor(() => hasEnded || container.#find(command), "the first process");
    if (hasEnded) throw new Error(`${command.join(" ")}: ended at once`);
    return container;
  }

  /** Finds the first process, once it is what it is to be. */
  #find(command: readonly string[]): boolean {
    this.#pid = firstProcess(this.#holder.pid) ?? 0;
    try {
      return this.#pid > 0 &&
        Deno.readTextFileSync(`/proc/${this.#pid}/comm`) === `${command[0]}\n`;
    } catch {
      return false;
    }
  }

  /** Runs a command in the container, as its user. */
  exec(...command: readonly string[]): Promise<RunResult> {
    return run([
      ...["nsenter", "-t", `${this.#pid}`, "-m", "-n", "-p"],
      ...inside(this.#image, command),
    ], { PATH });
  }

  /** The id of the first process. */
  get pid(): number {
    return this.#pid;
  }

  /** Returns what the kernel says of the first process. */
  facts(): string {
    return Deno.readTextFileSync(`/proc/${this.#pid}/status`);
  }

  /** Stops it as an engine does; returns the exit status of the first process. */
  async stop(): Promise<number> {
    Deno.kill(this.#pid, this.#image.stopSignal);
    return (await this.#holder.status).code;
  }
}

function inside(image: Image, command: readonly string[]): string[] {
  const user = ["chroot", `--userspec=${image.user}`, "--groups=", image.root];
  return [...user, "/usr/bin/env", "-i", ...words(image.env), ...command];
}
