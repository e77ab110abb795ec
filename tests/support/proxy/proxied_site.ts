/**
 * A service with a site that is proxied.
 *
 * @module
 */
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import type { StoredSettings } from "../../../mod/config/document/settings.ts";
import type { UpstreamStatus } from "../../../mod/host/control/status.ts";
import { freePort } from "../ports.ts";
import { type Foreground, Program } from "../program.ts";
import { waitFor } from "../wait.ts";

/** The address on which the service listens. */
export const HOST = "127.0.0.2";

export class ProxiedSite implements AsyncDisposable {
  readonly program: Program;
  readonly service: Foreground;
  readonly port: number;
  readonly url: string;

  private constructor(program: Program, service: Foreground, port: number) {
    this.program = program;
    this.service = service;
    this.port = port;
    this.url = `http://${HOST}:${port}`;
  }

  /** Starts a service with the site `shop`, as the flags `words` say. */
  static async start(
    words: readonly string[],
    settings: StoredSettings = {},
  ): Promise<ProxiedSite> {
    const program = await Program.make();
    try {
      const port = freePort();
      const document = { ...DEFAULT_DOCUMENT, ipListen: [HOST], sites: [], settings };
      await Deno.writeTextFile(program.config, JSON.stringify(document));
      await program.do(["site", "add", "shop", "--bind", `:${port}:`, ...words]);
      return new ProxiedSite(program, await program.serve(), port);
    } catch (error) {
      await program[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The upstreams as `status` shows them. */
  async upstreams(): Promise<readonly UpstreamStatus[]> {
    const { out } = await this.program.run("status --format json");
    return (JSON.parse(out) as { upstreams: UpstreamStatus[] }).upstreams;
  }

  /** Waits until the states of the upstreams are `states`, in order. */
  async settled(states: string): Promise<void> {
    await waitFor(async () => {
      return (await this.upstreams()).map(({ state }) => state).join(" ") === states;
    }, `upstreams that are ${states}`);
  }

  /** The events of the service about upstreams, as lines. */
  async events(): Promise<string[]> {
    const { out } = await this.program.do("events --format ndjson");
    return out.split("\n").filter((line) => line !== "").flatMap((line) => {
      const { id, text, detail = "" } = JSON.parse(line) as Record<string, string | number>;
      return [21, 22, 23].includes(Number(id)) ? [`${id} ${text} ${detail}`.trim()] : [];
    });
  }

  /** The stored site. */
  async stored(): Promise<ConfigDocument["sites"][number]> {
    const { sites } = JSON.parse(await Deno.readTextFile(this.program.config)) as ConfigDocument;
    return sites.find(({ name }) => name === "shop")!;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.program[Symbol.asyncDispose]();
  }
}
