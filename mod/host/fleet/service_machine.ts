/**
 * Edge: the machine of a running service, for the agent of its fleet: a revision is stored and applied as
 * a reload does.
 *
 * @module
 */
import type { ConfigDocument } from "../../config/document/document.ts";
import { certificateOf, listCertificates, listStores } from "../../config/certs/cert_store.ts";
import { storeFolder, storeName } from "../../config/certs/store_name.ts";
import type { Paths } from "../../config/store/paths.ts";
import type { Store } from "../../config/store/store.ts";
import { readLastGood, writeLastGood } from "../../fleet/member/last_good.ts";
import type { LastGood } from "../../fleet/member/last_good_record.ts";
import type {
  AppliedRevision,
  MachineLook,
  MemberMachine,
} from "../../fleet/member/member_machine.ts";
import type { Membership } from "../../fleet/member/membership.ts";
import { takeBack } from "../../fleet/member/merge.ts";
import type { Answer } from "../../fleet/shared/records.ts";
import { readAddresses } from "../../listen/machine/machine_addresses.ts";
import { findConnections, findListeners } from "../../listen/machine/port_owners.ts";
import { formatEndpoint, parseIp } from "../../base/address.ts";
import { quote } from "../../base/fault.ts";
import { isServiceUp, type ServiceStatus } from "../control/status.ts";
import { planService } from "../inspect/service_plan.ts";
import type { Finding } from "../inspect/verify.ts";
import { verifyService } from "../inspect/verify_service.ts";
import type { Controller } from "../services/service_controller.ts";
import { faultTexts, planAnswer, verifyAnswer, whoAnswer } from "./member_answers.ts";

/** The parts of the service that the agent uses. */
export interface MachineParts {
  readonly paths: Paths;
  /** Of the program. */
  readonly version: string;
  readonly store: Pick<Store, "read" | "update" | "check">;
  readonly controller: Pick<Controller, "exclusive" | "isUp">;
  /** The change that an administrator has to confirm: until when, and when that is settled. */
  readonly confirmation: { readonly until: string | null; whenSettled(): Promise<void> };
  /** Applies what is stored to what runs, as a reload does. */
  reload(): Promise<void>;
  status(): Promise<ServiceStatus>;
  /** Reports whether a connection from `client` is one of the service. */
  hasClient(client: string): Promise<boolean>;
  log(line: string): void;
}

/** The machine of a service, as the member that `membership` makes it. */
export class ServiceMachine implements MemberMachine {
  readonly #parts: MachineParts;
  readonly #membership: Membership;

  constructor(parts: MachineParts, membership: Membership) {
    this.#parts = parts;
    this.#membership = membership;
  }

  get version(): string {
    return this.#parts.version;
  }

  now(): string {
    return new Date().toISOString();
  }

  read(): Promise<ConfigDocument> {
    return this.#parts.store.read();
  }

  /**
   * Both are in the history: a process that ends in between leaves the old document or the new one, and
   * the next one follows the revision again.
   */
  async apply(
    edit: (document: ConfigDocument) => ConfigDocument,
    { revision, by }: AppliedRevision,
  ): Promise<void> {
    const { controller, store, reload } = this.#parts;
    const user = by ?? "fleet";
    const command = `fleet revision ${revision}${by === null ? "" : ` by ${by}`}`;
    await controller.exclusive(async () => {
      const { before, after } = await store.update(edit, { user, command });
      if (!controller.isUp("HTTP")) return;
      try {
        await reload();
      } catch (error) {
        const back = { user, command: `${command}, taken back` };
        await store.update((now) => takeBack({ before, after, now }), back).catch((failure) => {
          this.#parts.log(
            `cannot take back what fleet revision ${revision} has stored: ${failure}`,
          );
        });
        throw error;
      }
    });
  }

  get busy(): string | null {
    const { until } = this.#parts.confirmation;
    if (until === null) return null;
    return `a change on this machine waits to be confirmed until ${until}`;
  }

  async whenFree(signal: AbortSignal): Promise<void> {
    const ended = Promise.withResolvers<void>();
    const end = (): void => ended.resolve();
    signal.addEventListener("abort", end, { once: true });
    await Promise.race([this.#parts.confirmation.whenSettled(), ended.promise]);
    signal.removeEventListener("abort", end);
  }

  hashOf(store: string, certName: string): string | null {
    const name = storeName(store);
    if (name === null) return null;
    const found = certificateOf(listCertificates(this.#parts.paths.certs, name), {
      hash: "",
      certName,
    });
    return found === undefined || found.problem !== null ? null : found.hash;
  }

  /** The document, the certificates, the addresses, and who listens. */
  async stamp(): Promise<string> {
    const { store, paths: { certs } } = this.#parts;
    const document = await store.read().catch(String);
    const stores = listStores(certs).map((store) => {
      return [store, Deno.statSync(storeFolder(certs, store)).mtime?.getTime()];
    });
    const { owners } = await findListeners(null);
    const listeners = owners.map((owner) => `${formatEndpoint(owner)} ${owner.pid}`).sort();
    return JSON.stringify([document, stores, readAddresses().map(({ ip }) => ip), listeners]);
  }

  async look(isThorough: boolean): Promise<MachineLook> {
    const status = await this.#parts.status();
    const isListening = isServiceUp(status, "HTTP");
    return {
      isListening,
      endpoints: status.endpoints.map(({ ip, port, state }) => {
        return { endpoint: formatEndpoint({ ip: parseIp(ip)!, port }), state };
      }),
      endpointCount: status.endpoints.length,
      sitesDown: status.sites.flatMap(({ name, state, reason, waiting }) => {
        if (state !== "stopped" || reason === null || waiting) return [];
        return [{ site: quote(name), reason }];
      }),
      faults: isThorough && isListening ? faultTexts(await this.#findings(status)) : null,
    };
  }

  async plan(document: ConfigDocument): Promise<Answer> {
    const { store, paths: { certs } } = this.#parts;
    const checked = await store.check(document);
    const status = await this.#parts.status();
    const { os } = Deno.build;
    const plan = await planService({ document: checked, status, certs, now: Date.now, os });
    const ports = new Set(status.endpoints.map(({ port }) => port));
    return planAnswer(plan, await findConnections(ports));
  }

  async verify(): Promise<Answer> {
    return verifyAnswer(await this.#findings(await this.#parts.status()));
  }

  async who(port: number): Promise<Answer> {
    return whoAnswer(await findListeners(new Set([port])), port);
  }

  readLastGood(): Promise<LastGood | null> {
    return readLastGood(this.#parts.paths, this.#membership);
  }

  writeLastGood(lastGood: LastGood): Promise<void> {
    return writeLastGood(this.#parts.paths, lastGood);
  }

  async #findings(status: ServiceStatus): Promise<Finding[]> {
    const stored = await this.#parts.store.read().catch(() => null);
    return await verifyService({
      status,
      stored: stored?.sites ?? [],
      hasClient: (client) => this.#parts.hasClient(client),
    });
  }
}
