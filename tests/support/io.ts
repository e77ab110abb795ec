/**
 * Commands as the program runs them, in this process: `cli/run` on a home of its own, with what they
 * say kept, and, where a test wants one, a service that answers as the test tells it.
 *
 * @module
 */
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../mod/config/document.ts";
import { serialize } from "../../mod/config/store.ts";
import { run } from "../../mod/cli/run.ts";
import { controlPath } from "../../mod/host/control_address.ts";
import { type ControlHandler, serveControl } from "../../mod/host/control_server.ts";
import type { ServiceStatus } from "../../mod/host/status.ts";
import type { ServiceState } from "../../mod/host/controller.ts";
import { type ServiceName, SERVICES } from "../../mod/host/service_table.ts";
import { openLocal } from "../../mod/listen/endpoint.ts";
import { tempFolder } from "./temp_folder.ts";

/** What a command did. */
export interface Ran {
  readonly status: number;
  /** stdout. */
  readonly out: string;
  /** stderr. */
  readonly note: string;
}

export interface RunOptions {
  readonly os?: string;
  /** What the person at the terminal types; none sits there when not given. */
  readonly answer?: string;
}

/** A home without a service, until {@linkcode Home.serve}. */
export interface Home extends AsyncDisposable {
  readonly path: string;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Stores the built-in document with `change`. */
  store(change: Partial<ConfigDocument>): Promise<void>;
  /** The stored document; null where nothing was stored. */
  stored(): ConfigDocument | null;
  /** From now on a service runs here, and this answers for it. */
  serve(handler: ControlHandler): Promise<void>;
}

export async function commandHome(): Promise<Home> {
  const folder = await tempFolder();
  const file = folder.at("config.json");
  const closers: (() => Promise<void>)[] = [];
  return {
    path: folder.path,
    run: (args, options = {}) => runCaptured(folder.path, args, options),
    store: (change) => Deno.writeTextFile(file, serialize({ ...DEFAULT_DOCUMENT, ...change })),
    stored(): ConfigDocument | null {
      try {
        return JSON.parse(Deno.readTextFileSync(file)) as ConfigDocument;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return null;
        throw error;
      }
    },
    async serve(handler): Promise<void> {
      await Deno.mkdir(folder.at("run"), { recursive: true });
      const path = controlPath(folder.at("run"), "linux");
      const local = await openLocal({ kind: "unix", path }, (conn) => {
        void serveControl(conn, "", handler);
      });
      closers.push(() => local.close());
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const close of closers) await close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function runCaptured(
  home: string,
  args: readonly string[],
  { os = "linux", answer }: RunOptions,
): Promise<Ran> {
  let [out, note] = ["", ""];
  const line = (text: string): string => text === "" || text.endsWith("\n") ? text : `${text}\n`;
  const status = await run(args, {
    os,
    uid: 1000,
    env: (name) => name === "HTTPCFG_HOME" ? home : undefined,
    out: (text) => void (out += line(text)),
    print: (text) => void (out += text),
    note: (text) => void (note += line(text)),
    ask(question): string | null {
      if (answer === undefined) return null;
      out += question;
      return answer;
    },
  });
  return { status, out, note };
}

/** What a service with `states` would say of itself; what is not named is stopped. */
export function serviceStatus(
  states: Partial<Record<ServiceName, ServiceState>>,
  more: Partial<ServiceStatus> = {},
): ServiceStatus {
  return {
    version: 1,
    pid: 4711,
    startedAt: "2026-01-02T03:04:05.000Z",
    services: SERVICES.map(({ name, display }) => {
      return { name, display, state: states[name] ?? "stopped" };
    }),
    ipListen: [],
    endpoints: [],
    sites: [],
    connections: 0,
    unconfirmedUntil: null,
    ...more,
  };
}
