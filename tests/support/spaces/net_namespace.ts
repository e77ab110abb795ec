/**
 * A new network namespace with a pair of interfaces `v0` and `v1`, and a client inside it. Needs
 * root and `ip`.
 *
 * @module
 */
import { endWithTest } from "../ending/test_end.ts";
import { endAll, processesIn } from "../ending/processes.ts";
import { have } from "../tools.ts";
import { SpaceScript } from "./space_script.ts";

const CLIENT = `${import.meta.dirname}/namespace_client.ts`;

/** The result of one request of the client. */
export interface ClientResult {
  /** Body of the response; null if there was no connection or no response. */
  readonly body: string | null;
}

/** The counts of the client's keep-alive connection so far. */
export interface KeepAliveCounts {
  readonly responses: number;
  readonly failures: number;
}

/** A test in a namespace. It is skipped if there can be none, and its name says what is missing. */
export function testInNamespace(
  name: string,
  fn: (space: NetNamespace, t: Deno.TestContext) => Promise<void>,
): void {
  const missing = Deno.build.os !== "linux" || Deno.uid() !== 0
    ? "root on Linux"
    : !have("ip", "bash") || !canAdd()
    ? "ip netns"
    : null;
  if (missing !== null) {
    Deno.test({ name: `${name} (skipped: no ${missing})`, ignore: true, fn: () => {} });
    return;
  }
  Deno.test(name, async (t) => {
    await using space = await NetNamespace.make();
    await fn(space, t);
  });
}

export class NetNamespace implements AsyncDisposable {
  readonly name: string;
  readonly #client: SpaceScript;
  readonly [Symbol.asyncDispose]: () => Promise<void> = endWithTest(() => this.#end());

  private constructor(name: string) {
    this.name = name;
    this.#client = new SpaceScript(name, CLIENT);
  }

  static async make(): Promise<NetNamespace> {
    const name = `httpcfg-test-${crypto.randomUUID().slice(0, 8)}`;
    await run(["netns", "add", name]);
    const space = new NetNamespace(name);
    await space.ip("link set lo up");
    await space.ip("link add v0 type veth peer name v1");
    await space.ip("link set v0 up");
    await space.ip("link set v1 up");
    return space;
  }

  /** Gives `v0` so many addresses, from 10.0.0.0 on. */
  async addAddresses(count: number): Promise<void> {
    const lines = Array.from({ length: count }, (_, i) => {
      return `addr add 10.0.${i >> 8}.${i & 255}/32 dev v0\n`;
    });
    const file = await Deno.makeTempFile({ prefix: "httpcfg-test-" });
    try {
      await Deno.writeTextFile(file, lines.join(""));
      await this.ip(`-batch ${file}`);
    } finally {
      await Deno.remove(file);
    }
  }

  /** Runs `ip` inside with the words of `line`. */
  async ip(line: string): Promise<void> {
    await run(["-n", this.name, ...line.split(" ")]);
  }

  /** Runs the script of the file `path` inside; returns what it prints, which is JSON. */
  async script(path: string, ...args: readonly string[]): Promise<unknown> {
    const deno = [Deno.execPath(), "run", "-A", "--no-prompt", path];
    const { success, stdout } = await new Deno.Command("ip", {
      args: ["netns", "exec", this.name, ...deno, ...args],
      stderr: "inherit",
    }).output();
    if (!success) throw new Error(`${path} failed`);
    return JSON.parse(new TextDecoder().decode(stdout));
  }

  /** Sends one request from inside, on a connection of its own. */
  async get(ip: string, port: number): Promise<ClientResult> {
    return await this.#client.ask({ op: "get", ip, port }) as ClientResult;
  }

  /** Opens a keep-alive connection from inside that sends requests from now on. */
  async keep(ip: string, port: number): Promise<void> {
    await this.#client.ask({ op: "keep", ip, port });
  }

  async counts(): Promise<KeepAliveCounts> {
    return await this.#client.ask({ op: "counts" }) as KeepAliveCounts;
  }

  async #end(): Promise<void> {
    await this.#client.kill();
    const { ino } = await Deno.stat(`/run/netns/${this.name}`);
    await endAll(() => processesIn(`net:[${ino}]`));
    await this.#client.close();
    await run(["netns", "del", this.name]);
  }
}

function canAdd(): boolean {
  const name = `httpcfg-try-${crypto.randomUUID().slice(0, 8)}`;
  const add = new Deno.Command("ip", { args: ["netns", "add", name], stderr: "null" });
  if (!add.outputSync().success) return false;
  return new Deno.Command("ip", { args: ["netns", "del", name] }).outputSync().success;
}

async function run(args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args: [...args] }).output();
  if (!success) throw new Error(`ip ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
