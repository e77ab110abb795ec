/**
 * A small server as far as a program inside can see: mount, network and process namespaces of its
 * own, an interface `eth0` with addresses, an administrator with `sudo`, and nothing of httpcfg but
 * the program. Everything in it ends with it. Needs root on Linux.
 *
 * @module
 */
import { endWithTest } from "../ending/test_end.ts";
import { endSpace, firstProcess } from "../ending/processes.ts";
import { CALL } from "../program.ts";
import { have } from "../tools.ts";
import { Terminal } from "./terminal.ts";

/** The addresses of the server; RFC 5737 keeps them for documentation. */
const ADDRESSES: readonly string[] = ["192.0.2.10", "192.0.2.11", "192.0.2.12"];
/** The person at the terminal. */
const ADMIN = 2000;
/** Users that programs run as, with ids from here. */
const USERS: readonly string[] = ["admin", "app"];

/**
 * Makes the machine from a folder, the program, and the addresses, and runs until its stdin is
 * closed. Process ids begin with 1000, so that all have four digits.
 */
const MACHINE = `
set -e
folder=$1 program=$2
shift 2
mount -t tmpfs tmpfs "$folder/machine"
cp -a /etc "$folder/machine/etc"
rm -rf "$folder/machine/etc/httpcfg"
mount --bind "$folder/machine/etc" /etc
for path in /run /var/lib /var/log /var/cache /srv /home; do
  mkdir -p "$folder/machine$path"
  mount --bind "$folder/machine$path" "$path"
done
touch "$folder/httpcfg"
mount --bind "$program" "$folder/httpcfg"
mount --bind "$folder/bin" /usr/local/bin
id=${ADMIN}
for user in ${USERS.join(" ")}; do
  echo "$user:x:$id:65534::/home/$user:/bin/bash" >> /etc/passwd
  install -d -m 755 -o $id -g 65534 "/home/$user"
  echo "$user:*:20000::::::" >> /etc/shadow
  id=$((id + 1))
done
echo 'admin ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/admin
echo '127.0.0.1 localhost web1' > /etc/hosts
mkdir -p /var/log/nginx /var/lib/nginx /srv/www
echo '<h1>Our page</h1>' > /srv/www/index.html
hostname web1
ip link set lo up
ip link add eth0 address 02:00:5e:00:53:01 type bridge
ip link set eth0 up
for address; do ip address add "$address/24" dev eth0; done
echo 1000 > /proc/sys/kernel/ns_last_pid
echo ready
cat >/dev/null
`;

/** A test on such a machine. It is skipped if there can be none, and its name says what is missing. */
export function testOnServer(
  name: string,
  tools: readonly string[],
  fn: (machine: ServerMachine) => Promise<void>,
): void {
  const needed = ["unshare", "nsenter", "setpriv", "script", "ip", "sudo", "bash", ...tools];
  const lacking = needed.filter((tool) => !have(tool));
  const missing = Deno.build.os !== "linux" || Deno.uid() !== 0
    ? "root on Linux"
    : lacking.length > 0
    ? lacking.join(", ")
    : canUnshare()
    ? null
    : "namespaces";
  Deno.test({
    name: missing === null ? name : `${name} (skipped: no ${missing})`,
    ignore: missing !== null,
    async fn(): Promise<void> {
      await using machine = await ServerMachine.make();
      await fn(machine);
    },
  });
}

export class ServerMachine implements AsyncDisposable {
  readonly #folder: string;
  readonly #holder: Deno.ChildProcess;
  readonly [Symbol.asyncDispose]: () => Promise<void> = endWithTest(() => this.#end());
  /** The first process of the machine, as this one sees it. */
  #first = 0;

  private constructor(folder: string, holder: Deno.ChildProcess) {
    this.#folder = folder;
    this.#holder = holder;
  }

  static async make(): Promise<ServerMachine> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "httpcfg-e2e-" }));
    await Deno.chmod(folder, 0o755);
    for (const name of ["machine", "bin", "cache"]) await Deno.mkdir(`${folder}/${name}`);
    await Deno.chmod(`${folder}/cache`, 0o1777);
    const [program = "", ...sources] = CALL;
    await installProgram(folder, program, sources);
    const holder = new Deno.Command("unshare", {
      args: [
        ...["-m", "-n", "-u", "-p", "-f", "--mount-proc", "--propagation", "private"],
        ...["bash", "-c", MACHINE, "bash", folder, program, ...ADDRESSES],
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const machine = new ServerMachine(folder, holder);
    const reader = holder.stdout.getReader();
    if ((await reader.read()).done) throw new Error("the machine could not be made");
    reader.releaseLock();
    machine.#first = firstProcess(holder.pid)!;
    return machine;
  }

  /** Opens a terminal of the administrator, who is not root and may use sudo. */
  async openTerminal(columns: number): Promise<Terminal> {
    const inside = [
      ...this.#inside(),
      ...["setpriv", `--reuid=${ADMIN}`, "--regid=65534", "--clear-groups"],
      ...["env", "--chdir=/home/admin"],
    ];
    return await Terminal.open({
      columns,
      inside,
      env: { ...ENV, HOME: "/home/admin", USER: "admin" },
    });
  }

  /** Starts nginx on port 80 of `address` with so many workers; it responds `nginx`. */
  async startNginx(address: string, workers: number): Promise<void> {
    await this.root(`
      cat > /etc/nginx/nginx.conf <<'CONF'
      user www-data;
      worker_processes ${workers};
      pid /run/nginx.pid;
      events {}
      http {
        server { listen ${address}:80; location / { return 200 "nginx\\n"; } }
      }
CONF
      echo 1100 > /proc/sys/kernel/ns_last_pid
      nginx >/dev/null 2>&1
    `);
  }

  /** Starts a Web server of the user app on a port of 127.0.0.1; for `/app/` it responds with `text`. */
  async startProgram(port: number, text: string): Promise<void> {
    await this.root(`
      mkdir -p /srv/program/app
      echo '${text}' > /srv/program/app/index.html
      setpriv --reuid=app --clear-groups python3 -m http.server --bind 127.0.0.1 \\
        --directory /srv/program ${port} >/dev/null 2>&1 &
      curl -s --retry 99 --retry-delay 1 --retry-connrefused http://127.0.0.1:${port}/app/
    `);
  }

  /** Runs a bash script as root inside, and returns its output. Throws if it fails. */
  async root(script: string): Promise<string> {
    const [program = "", ...args] = [...this.#inside(), "bash", "-ec", script];
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args,
      env: ENV,
      clearEnv: true,
      stdin: "null",
    }).output();
    if (!success) throw new Error(`${script}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }

  async #end(): Promise<void> {
    await endSpace(this.#holder);
    await this.#holder.stdin.close();
    await this.#holder.stdout.cancel();
    await Deno.remove(this.#folder, { recursive: true });
  }

  #inside(): string[] {
    return ["nsenter", "-m", "-n", "-u", "-p", "-t", String(this.#first), "--"];
  }
}

const ENV = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LANG: "C.UTF-8",
};

/** Puts the program into the folder that becomes /usr/local/bin. */
async function installProgram(
  folder: string,
  program: string,
  sources: readonly string[],
): Promise<void> {
  let words = "";
  if (sources.length > 0) {
    // The administrator cannot read the sources.
    const main = `${import.meta.dirname}/../../../main.ts`;
    const args = ["bundle", "--quiet", "-o", `${folder}/program.js`, main];
    await new Deno.Command(program, { args }).output();
    words = ` run -A --no-prompt --no-config --unstable-net ${folder}/program.js`;
  }
  // What the runtime writes is not the program's, and differs for each user.
  const lines = [
    "#!/bin/sh",
    `export DENO_DIR="${folder}/cache/deno-$(id -u)"`,
    `exec ${folder}/httpcfg${words} "$@"`,
  ];
  await Deno.writeTextFile(`${folder}/bin/httpcfg`, `${lines.join("\n")}\n`);
  await Deno.chmod(`${folder}/bin/httpcfg`, 0o755);
}

function canUnshare(): boolean {
  const args = ["-m", "-n", "-p", "-f", "true"];
  return new Deno.Command("unshare", { args, stderr: "null" }).outputSync().success;
}
