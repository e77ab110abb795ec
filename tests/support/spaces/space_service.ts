/**
 * A service inside a network namespace, and what an administrator sees of it there: its commands,
 * the kernel's sockets, other programs.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { parseIp } from "../../../mod/base/address.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { kill, Program, type Result, type Status } from "../program.ts";
import { waitFor } from "../wait.ts";
import { listenIn } from "./listener.ts";
import type { NetNamespace } from "./net_namespace.ts";

/** The port of every site. */
export const PORT = 8080;
/** Milliseconds between two looks, where a test does not say otherwise. */
const LOOK_MS = 150;

/** What the service starts with. */
export interface SpaceOptions {
  readonly list?: readonly string[];
  /** Bindings of each site; each responds with its name, `one`, `two`, …. */
  readonly sites?: readonly (readonly string[])[];
  /** Milliseconds between two looks. */
  readonly lookMs?: number;
}

const NAMES = ["one", "two", "three"];

/** Returns a document as {@linkcode SpaceService.start} stores it. */
export function spaceDocument(
  { list = [], sites = [[`:${PORT}:`]], lookMs = LOOK_MS }: SpaceOptions,
): ConfigDocument {
  return {
    ...DEFAULT_DOCUMENT,
    ipListen: list,
    sites: sites.map((bindings, i) => ({
      ...DEFAULT_DOCUMENT.sites[0]!,
      id: i + 1,
      name: NAMES[i]!,
      bindings,
      content: { kind: "respond", text: NAMES[i]! },
    })),
    settings: { AddressWatchInterval: lookMs },
  };
}

export class SpaceService implements AsyncDisposable {
  readonly program: Program;
  readonly #space: NetNamespace;
  readonly #others: Deno.ChildProcess[] = [];

  private constructor(space: NetNamespace, program: Program) {
    this.#space = space;
    this.program = program;
  }

  /** Stores a document and starts nothing. */
  static async make(space: NetNamespace, options: SpaceOptions = {}): Promise<SpaceService> {
    const service = new SpaceService(space, await Program.make());
    await service.store(spaceDocument(options));
    return service;
  }

  /** Stores a document and starts the service. */
  static async start(space: NetNamespace, options: SpaceOptions = {}): Promise<SpaceService> {
    const service = await SpaceService.make(space, options);
    await service.do("net start w3svc");
    return service;
  }

  async store(document: unknown): Promise<void> {
    await Deno.writeTextFile(this.program.config, JSON.stringify(document));
  }

  /** Runs `httpcfg` with the words of `line` inside; a word in quotes is one word. */
  run(line: string): Promise<Result> {
    return this.program.shell(`ip netns exec ${this.#space.name} httpcfg ${line}`);
  }

  /** Like {@linkcode run}, but throws if the exit status is not 0. */
  async do(line: string): Promise<Result> {
    const result = await this.run(line);
    assertEquals(result.status, 0, `${line}\n${result.out}${result.err}`);
    return result;
  }

  /** Runs a command of the system inside, and returns its output. */
  async system(...words: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("ip", {
      args: ["netns", "exec", this.#space.name, ...words],
    }).output();
    const text = new TextDecoder().decode(stdout);
    if (!success) throw new Error(`${words.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return text;
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.do("status --format json")).out) as Status;
  }

  /** Returns `ADDRESS STATE` of each endpoint, sorted. */
  async states(): Promise<string[]> {
    return (await this.status()).endpoints.map(({ ip, state }) => `${ip} ${state}`).sort();
  }

  /** Returns the endpoint of the status; undefined if there is none. */
  async endpoint(ip: string): Promise<Status["endpoints"][number] | undefined> {
    return (await this.status()).endpoints.find((one) => one.ip === ip);
  }

  /** Returns the addresses that listen on {@linkcode PORT} according to the kernel, sorted. */
  async listening(): Promise<string[]> {
    const lines = (await this.system("ss", "-Hltn", `sport = :${PORT}`)).split("\n");
    return lines.filter((line) => line !== "").map((line) => {
      const local = line.trim().split(/\s+/)[3]!;
      const ip = local.slice(0, local.lastIndexOf(":")).replace(/[[\]]/g, "").replace("*", "::");
      return parseIp(ip) ?? ip;
    }).sort();
  }

  /** Waits until the kernel has exactly these sockets on {@linkcode PORT}. */
  async untilListening(...addresses: readonly string[]): Promise<void> {
    const wanted = addresses.toSorted().join();
    await waitFor(async () => (await this.listening()).join() === wanted, `sockets on ${wanted}`);
  }

  /** Starts another program inside that listens on `endpoint`; returns its process id. */
  async listen(ip: string, port = PORT): Promise<number> {
    const child = await listenIn(this.#space.name, ip, port);
    this.#others.push(child);
    return child.pid;
  }

  /** Ends the programs that {@linkcode listen} started. */
  async endOthers(): Promise<void> {
    for (const child of this.#others.splice(0)) {
      kill(child, "SIGKILL");
      await child.status;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endOthers();
    await this.program[Symbol.asyncDispose]();
  }
}
