/**
 * Three machines of a fleet in network namespaces, an etcd of three members, and a client that
 * connects to what the machines serve. All of them are on one bridge:
 *
 * ```text
 * switch   br0   10.77.0.1; etcd 10.77.0.11, .12, .13; the client
 * web1     eth0  10.77.1.1, and what it serves on: 10.0.1.1, 10.0.1.2
 * web2     eth0  10.77.1.2, 10.0.2.1, 10.0.2.2
 * web3     eth0  10.77.1.3, 10.0.3.1, 10.0.3.2
 * ```
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { endAll, processesIn } from "../ending/processes.ts";
import { endWithTest } from "../ending/test_end.ts";
import { kill, Program, type Result } from "../program.ts";
import { listenIn } from "../spaces/listener.ts";
import { SpaceScript } from "../spaces/space_script.ts";
import { have } from "../tools.ts";
import { waitFor } from "../wait.ts";
import type { ConstantCounts } from "./constant_client.ts";

const CLIENT = `${import.meta.dirname}/constant_client.ts`;
const CLOCK = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
const MEMBERS = [0, 1, 2];

/** A test in such a network. It is skipped where there can be none, and its name says why. */
export function testInFleet(
  name: string,
  fn: (network: FleetNetwork, t: Deno.TestContext) => Promise<void>,
): void {
  const missing = Deno.build.os !== "linux" || Deno.uid() !== 0
    ? "root on Linux"
    : !have("ip", "bash", "etcd", "unshare")
    ? "etcd or ip"
    : !new Deno.Command("unshare", { args: ["--net", "true"], stderr: "null" }).outputSync().success
    ? "network namespaces"
    : null;
  if (missing !== null) {
    Deno.test({ name: `${name} (skipped: no ${missing})`, ignore: true, fn: () => {} });
    return;
  }
  Deno.test(name, async (t) => {
    await using network = await FleetNetwork.make();
    await fn(network, t);
  });
}

/** Reports whether a process can be given a clock of its own. */
export function canSetClock(): boolean {
  return isFile(CLOCK);
}

/** A machine: commands run there, and processes. */
export class FleetHost {
  readonly name: string;
  /** The addresses that it serves on. */
  readonly addresses: readonly string[];
  readonly space: string;
  readonly program: Program;
  /** Set before each of its commands. */
  env: Readonly<Record<string, string>> = {};
  readonly #others: Deno.ChildProcess[] = [];

  constructor(index: number, space: string, program: Program) {
    this.name = `web${index + 1}`;
    this.addresses = [`10.0.${index + 1}.1`, `10.0.${index + 1}.2`];
    this.space = space;
    this.program = program;
  }

  /** Makes the clock of what is started from now on wrong by `hours`. */
  setClock(hours: number): void {
    this.env = {
      LD_PRELOAD: CLOCK,
      FAKETIME: `${hours < 0 ? "" : "+"}${hours}h`,
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      DONT_FAKE_MONOTONIC: "1",
    };
  }

  /** Runs `httpcfg` with the words of `line`; a word in quotes is one word. */
  run(line: string): Promise<Result> {
    return this.program.shell(`exec ip netns exec ${this.space} httpcfg ${line}`, {
      env: this.env,
    });
  }

  /** Like {@linkcode run}, but throws if the exit status is not `status`. */
  async do(line: string, status = 0): Promise<Result> {
    const result = await this.run(line);
    assertEquals(result.status, status, `${this.name}: ${line}\n${result.out}${result.err}`);
    return result;
  }

  /** Starts `httpcfg` and does not wait for it. */
  spawn(line: string): Deno.ChildProcess {
    const child = new Deno.Command("ip", {
      args: ["netns", "exec", this.space, `${this.program.home}/bin/httpcfg`, ...line.split(" ")],
      env: { HTTPCFG_HOME: this.program.home, ...this.env },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#others.push(child);
    return child;
  }

  /** Returns the addresses and ports on which the kernel has the sockets of servers, sorted. */
  async listening(): Promise<string[]> {
    const { stdout } = await new Deno.Command("ip", {
      args: ["netns", "exec", this.space, "ss", "-Hltn"],
    }).output();
    const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
    return lines.map((line) => line.trim().split(/\s+/)[3]!).sort();
  }

  /** Starts another program that listens. */
  async listen(hostname: string, port: number): Promise<Deno.ChildProcess> {
    const child = await listenIn(this.space, hostname, port);
    this.#others.push(child);
    return child;
  }

  /** Kills the service, as the end of the machine would. */
  async killService(): Promise<void> {
    const pid = this.program.servicePid();
    if (pid === null) throw new Error(`${this.name} runs no service`);
    Deno.kill(pid, "SIGKILL");
    await waitFor(() => !isFile(`/proc/${pid}/status`), `the end of ${this.name}`);
  }

  async end(): Promise<void> {
    for (const child of this.#others) {
      kill(child, "SIGKILL");
      await child.status;
    }
    const { ino } = await Deno.stat(`/run/netns/${this.space}`);
    await endAll(() => processesIn(`net:[${ino}]`));
    await this.program[Symbol.asyncDispose]();
    await run(["netns", "del", this.space]);
  }
}

export class FleetNetwork implements AsyncDisposable {
  readonly hosts: readonly FleetHost[];
  /** The addresses of etcd, as `fleet join` takes them. */
  readonly urls = MEMBERS.map((i) => `http://${memberIp(i)}:2379`).join();
  readonly #space: string;
  readonly #data: string;
  readonly #members = new Map<number, Deno.ChildProcess>();
  readonly #client: SpaceScript;
  readonly [Symbol.asyncDispose]: () => Promise<void> = endWithTest(() => this.#end());
  #stores = 0;

  private constructor(space: string, data: string, hosts: readonly FleetHost[]) {
    this.#space = space;
    this.#data = data;
    this.hosts = hosts;
    this.#client = new SpaceScript(space, CLIENT);
  }

  /** Makes the namespaces and starts the store. */
  static async make(): Promise<FleetNetwork> {
    const id = crypto.randomUUID().slice(0, 8);
    const space = `httpcfg-test-${id}`;
    await run(["netns", "add", space]);
    const within = (line: string): Promise<void> => run(["-n", space, ...line.split(" ")]);
    await within("link set lo up");
    await within("link add br0 type bridge");
    await within("link set br0 up");
    for (const ip of ["10.77.0.1", ...MEMBERS.map(memberIp)]) {
      await within(`addr add ${ip}/8 dev br0`);
    }
    const hosts: FleetHost[] = [];
    for (const i of [0, 1, 2]) {
      const host = new FleetHost(i, `${space}-${i + 1}`, await Program.make());
      await run(["netns", "add", host.space]);
      await within(`link add v${i} type veth peer name eth0 netns ${host.space}`);
      await within(`link set v${i} master br0 up`);
      for (const ip of [`10.77.1.${i + 1}`, ...host.addresses]) {
        await run(["-n", host.space, "addr", "add", `${ip}/8`, "dev", "eth0"]);
      }
      for (const link of ["lo", "eth0"]) await run(["-n", host.space, "link", "set", link, "up"]);
      hosts.push(host);
    }
    const data = await Deno.makeTempDir({ prefix: "httpcfg-etcd-" });
    const network = new FleetNetwork(space, data, hosts);
    await network.startStore();
    return network;
  }

  /** The machine of this name. */
  host(name: string): FleetHost {
    return this.hosts.find((host) => host.name === name)!;
  }

  /** Starts the members of the store that do not run; resolves when it takes writes. */
  async startStore(): Promise<void> {
    for (const i of MEMBERS) if (!this.#members.has(i)) this.#startMember(i);
    await waitFor(() => this.#isHealthy(), "a healthy store");
  }

  /** Kills members of the store, as the end of their machines would. */
  async killMembers(...indices: readonly number[]): Promise<void> {
    for (const i of indices) {
      const child = this.#members.get(i)!;
      kill(child, "SIGKILL");
      await child.status;
      this.#members.delete(i);
    }
  }

  /** Loses all data of the store, and starts an empty one in its place. */
  async loseStore(): Promise<void> {
    await this.killMembers(...MEMBERS);
    this.#stores++;
    await this.startStore();
  }

  /** Lets the client connect to these again and again: `10.0.1.1:8080`. */
  async watch(...addresses: readonly string[]): Promise<void> {
    await this.#client.ask({ op: "watch", addresses });
  }

  async forget(...addresses: readonly string[]): Promise<void> {
    await this.#client.ask({ op: "forget", addresses });
  }

  async counts(): Promise<Readonly<Record<string, ConstantCounts>>> {
    return await this.#client.ask({ op: "counts" }) as Record<string, ConstantCounts>;
  }

  /** Fails if a connection of the client got no response. Each address has had one more by then. */
  async allServed(): Promise<void> {
    const before = await this.counts();
    await waitFor(async () => {
      const counts = await this.counts();
      for (const [address, { failures }] of Object.entries(counts)) {
        assertEquals(failures, [], address);
      }
      return Object.entries(counts).every(([address, { responses }]) => {
        return responses > (before[address]?.responses ?? 0);
      });
    }, "one more response from every address");
  }

  /** Returns the body of a response; null if there is none. */
  async get(address: string): Promise<string | null> {
    return await this.#client.ask({ op: "get", address }) as string | null;
  }

  #startMember(i: number): void {
    const ip = memberIp(i);
    const cluster = MEMBERS.map((one) => `e${one}=http://${memberIp(one)}:2380`).join();
    const child = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", this.#space, "etcd", "--name", `e${i}`],
        ...["--data-dir", `${this.#data}/${this.#stores}-${i}`],
        ...["--listen-client-urls", `http://${ip}:2379`],
        ...["--advertise-client-urls", `http://${ip}:2379`],
        ...["--listen-peer-urls", `http://${ip}:2380`],
        ...["--initial-advertise-peer-urls", `http://${ip}:2380`],
        ...["--initial-cluster", cluster, "--initial-cluster-token", `t${this.#stores}`],
        // A busy machine must not lose its leader.
        ...["--heartbeat-interval", "300", "--election-timeout", "3000"],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#members.set(i, child);
  }

  async #isHealthy(): Promise<boolean> {
    const { success } = await new Deno.Command("ip", {
      args: [
        ...["netns", "exec", this.#space, "etcdctl", "--endpoints", this.urls],
        ...["--command-timeout", "2s", "endpoint", "health"],
      ],
      env: { ETCDCTL_API: "3" },
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  }

  async #end(): Promise<void> {
    for (const host of this.hosts) await host.end();
    await this.#client.kill();
    await this.killMembers(...this.#members.keys());
    const { ino } = await Deno.stat(`/run/netns/${this.#space}`);
    await endAll(() => processesIn(`net:[${ino}]`));
    await this.#client.close();
    await run(["netns", "del", this.#space]);
    await Deno.remove(this.#data, { recursive: true });
  }
}

function memberIp(index: number): string {
  return `10.77.0.${11 + index}`;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

async function run(args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args: [...args] }).output();
  if (!success) throw new Error(`ip ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
