/**
 * A home for commands with its stored document at hand and, where a test wants one, a service that
 * answers as the test tells it.
 *
 * @module
 */
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { serialize } from "../../mod/config/store/store.ts";
import { controlPath } from "../../mod/host/control/control_address.ts";
import { type ControlHandler, serveControl } from "../../mod/host/control/control_server.ts";
import type { ServiceStatus } from "../../mod/host/control/status.ts";
import type { ServiceState } from "../../mod/host/services/service_controller.ts";
import { type ServiceName, SERVICES } from "../../mod/host/services/service_table.ts";
import { openLocal } from "../../mod/listen/sockets/endpoint.ts";
import { type CliOptions, type CliResult, runIn } from "./cli.ts";
import { tempFolder } from "./temp_folder.ts";

/** A home without a service, until {@linkcode Home.serve}. */
export interface Home extends AsyncDisposable {
  readonly path: string;
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
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
    run: (args, options) => runIn(folder.path, args, { os: "linux", ...options }),
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
        void serveControl(conn, "", { handle: handler });
      });
      closers.push(() => local.close());
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const close of closers) await close();
      await folder[Symbol.asyncDispose]();
    },
  };
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
    registrations: [],
    connections: 0,
    unconfirmedUntil: null,
    ...more,
  };
}
