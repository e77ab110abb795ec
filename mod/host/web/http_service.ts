/**
 * The HTTP service: the inclusion list and the settings, read when the service starts and kept until
 * it stops (the rule of KB 813368). A reload replaces both in place. It starts and stops the workers.
 *
 * HTTP has no sites and no sockets of its own: they come from W3SVC and from the programs that have
 * registered a URL (`web_service.ts`).
 *
 * @module
 */
import { inSlices } from "../../base/work/slices.ts";
import type { ConfigDocument } from "../../config/document/document.ts";
import type { ListEntry } from "../../config/document/list_entry.ts";
import { listOf } from "../../config/document/list_steps.ts";
import {
  effectiveSettings,
  type Settings,
  type StoredSettings,
} from "../../config/document/settings.ts";
import type { Store } from "../../config/store/store.ts";
import type { ServiceLogs } from "../../telemetry/service_logs.ts";
import type { ServiceWorker } from "../services/service_controller.ts";
import type { ServingWorker } from "../serving/serving_worker.ts";

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

/** The environment of the HTTP service. */
interface HttpServiceOptions {
  readonly store: Pick<Store, "read">;
  readonly logs: ServiceLogs;
  readonly workers: Pick<ServingWorker, "start" | "stop">;
  /** Called when HTTP has read the stored document. */
  onApplied(): void;
}

/** The HTTP service. Its only state is `config`, which is null while it is stopped. */
export class HttpService implements ServiceWorker {
  readonly #options: HttpServiceOptions;
  #config: HttpConfig | null = null;

  constructor(options: HttpServiceOptions) {
    this.#options = options;
  }

  /** What is in force; null while the service is stopped. */
  get config(): HttpConfig | null {
    return this.#config;
  }

  async start(): Promise<void> {
    const { store, logs, workers, onApplied } = this.#options;
    const config = await readHttpConfig(await store.read(), null);
    await logs.reconfigure(config.settings);
    await workers.start(config.settings);
    this.#config = config;
    onApplied();
  }

  async stop(): Promise<void> {
    if (this.#config === null) return;
    this.#config = null;
    await this.#options.workers.stop();
    await this.#options.logs.flush();
  }

  /** Puts `config` in force, unless the service is stopped. */
  reconfigure(config: HttpConfig): void {
    if (this.#config !== null) this.#config = config;
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
