/**
 * The HTTP service: the inclusion list, the settings and the server, read when the service starts
 * and kept until it stops (the rule of KB 813368). A reload replaces list and settings in place.
 *
 * HTTP has no sites and no sockets of its own: they come from W3SVC and from the programs that have
 * registered a URL (`web_service.ts`).
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import type { Handler } from "../../base/exchange.ts";
import { inSlices } from "../../base/slices.ts";
import { stackOf } from "../../base/fault.ts";
import type { ConfigDocument } from "../../config/document/document.ts";
import type { ListEntry } from "../../config/document/list_entry.ts";
import { listOf } from "../../config/document/list_steps.ts";
import {
  effectiveSettings,
  type Settings,
  type StoredSettings,
} from "../../config/document/settings.ts";
import type { Store } from "../../config/store/store.ts";
import { HttpServer } from "../../http/server.ts";
import { refusalPage } from "../../site/pages/error_page.ts";
import type { ServiceLogs } from "../../telemetry/service_logs.ts";
import type { ServiceWorker } from "../services/service_controller.ts";

/** What HTTP reads from a document. */
export interface HttpConfig {
  /** The inclusion list as stored. */
  readonly ipListen: readonly string[];
  readonly list: readonly ListEntry[];
  /** The settings as stored. */
  readonly storedSettings: StoredSettings;
  /** Every setting, including defaults. */
  readonly settings: Settings;
}

/** The state of HTTP while it is running. */
export interface RunningHttp {
  readonly config: HttpConfig;
  readonly server: HttpServer;
}

/** The environment of the HTTP service. */
interface HttpServiceOptions {
  readonly store: Pick<Store, "read">;
  readonly logs: ServiceLogs;
  /** Called when HTTP has read the stored document. */
  onApplied(): void;
  /** Called when the connection of `remote` has been closed. */
  onClosed(remote: Endpoint): void;
  /** Writes one line for whoever runs the process. */
  log(line: string): void;
}

/** Handles every request while no site is running. */
export const NO_SITE: Handler = () => ({ refuse: "Hostname" });

/** The HTTP service. Its only state is `running`, which is null while it is stopped. */
export class HttpService implements ServiceWorker {
  readonly #options: HttpServiceOptions;
  #running: RunningHttp | null = null;

  constructor(options: HttpServiceOptions) {
    this.#options = options;
  }

  get running(): RunningHttp | null {
    return this.#running;
  }

  async start(): Promise<void> {
    const { store, logs, log, onClosed, onApplied } = this.#options;
    const config = await readHttpConfig(await store.read(), null);
    await logs.reconfigure(config.settings);
    const server = new HttpServer({
      settings: config.settings,
      handler: NO_SITE,
      refusalPage,
      onServed: (record) => logs.served(record),
      onRefused: (record) => logs.refused(record),
      onError: (error) => log(stackOf(error)),
      onClosed,
    });
    this.#running = { config, server };
    onApplied();
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.server.drain(0);
    await this.#options.logs.flush();
  }

  /** Applies `config`; `handler`, if given, handles requests from the next one on. */
  reconfigure(config: HttpConfig, handler?: Handler): void {
    if (this.#running === null) return;
    const { server } = this.#running;
    const { settings } = config;
    server.reconfigure(handler === undefined ? { settings } : { settings, handler });
    this.#running = { config, server };
  }
}

/** Returns what HTTP needs from a document; entries that are in force are the same objects. */
export async function readHttpConfig(
  { ipListen, settings: storedSettings }: ConfigDocument,
  inForce: HttpConfig | null,
): Promise<HttpConfig> {
  const settings = effectiveSettings(storedSettings);
  const list = ipListen === inForce?.ipListen
    ? inForce.list
    : await inSlices(listOf(ipListen, inForce?.list ?? []));
  return { ipListen, list, storedSettings, settings };
}
