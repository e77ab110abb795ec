/**
 * The programs that have registered a URL, and the only place where registrations change.
 *
 * A change is made while nothing else starts, stops or reloads. A program that the plan cannot
 * serve (its port is held by another process, its address is not included) is rejected.
 *
 * @module
 */
import { formatUrlPrefix, parseUrlPrefix, type UrlPrefix } from "../../base/url_prefix.ts";
import { shellWord } from "../../base/fault.ts";
import { hintOf, withStep } from "../../base/hints/hints.ts";
import { WIN32 } from "../../base/win32.ts";
import type { CertificateCheck } from "../../config/certs/ssl_lookup.ts";
import type { SiteRecord, SslRecord } from "../../config/document/document.ts";
import { withoutRegistration, withRegistration } from "../../config/document/http_records.ts";
import type { Store } from "../../config/store/store.ts";
import type { PlannedRegistration } from "../../listen/plan/plan.ts";
import { programsToPlan } from "../../listen/plan/sites_to_plan.ts";
import {
  formatProxyTarget,
  parseLocalTarget,
  type ProxyTarget,
} from "../../site/proxied/proxy_target.ts";
import type { ServedProgram } from "../serving/served.ts";
import type { RegisterRequest, UnregisterRequest } from "./register_protocol.ts";
import type { RegistrationHandler } from "./register_server.ts";
import { SHARING_LIMITS } from "./sharing_limits.ts";
import {
  refusalOf,
  registering,
  type Registrant,
  type RegistrationOutcome,
  takenBySites,
  type TakenPrefix,
} from "./registration_access.ts";
import type { RegistrationStatus } from "../control/status.ts";

/** What the registrations need from the Web service. */
export interface SharedService {
  /** Null while HTTP is not running. */
  readonly runningSites: readonly SiteRecord[] | null;
  /** Serves exactly these programs from now on; returns the result for each. */
  servePrograms(programs: readonly ServedProgram[]): Promise<readonly PlannedRegistration[]>;
}

/** Runs `work` while nothing starts, stops or reloads. */
type Exclusive = <T>(work: () => Promise<T>) => Promise<T>;

/** The environment of the registrations. */
interface RegistrationsOptions {
  readonly service: SharedService;
  /**
   * Its reservations, as stored at the time of a request, decide. What an administrator keeps is
   * stored there.
   */
  readonly store: Pick<Store, "read" | "update">;
  /** The user of the service, whose the stored registrations are. */
  readonly uid: number;
  readonly exclusive: Exclusive;
  /** Returns the check of what stored records serve. */
  checkStored(records: readonly SslRecord[]): Promise<CertificateCheck>;
  /** Milliseconds since 1970. */
  now(): number;
}

interface Registration extends ServedProgram {
  readonly url: string;
  readonly uid: number;
  /** Root or the user of the service made it. */
  readonly isAdministrator: boolean;
  readonly keep: boolean;
  /** It is in the document, so that it comes back whenever HTTP starts. */
  readonly isStored: boolean;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly onEnd: (reason: string) => void;
}

/** Executes the requests of identified callers. */
export class Registrations implements RegistrationHandler {
  readonly #service: SharedService;
  readonly #store: RegistrationsOptions["store"];
  readonly #uid: number;
  readonly #exclusive: Exclusive;
  readonly #checkStored: RegistrationsOptions["checkStored"];
  readonly #now: () => number;
  #list: readonly Registration[] = [];
  #lastId = 0;

  constructor({ service, store, uid, exclusive, checkStored, now }: RegistrationsOptions) {
    this.#service = service;
    this.#store = store;
    this.#uid = uid;
    this.#exclusive = exclusive;
    this.#checkStored = checkStored;
    this.#now = now;
  }

  /**
   * The registrations for `status`, in the order of registration; `tunnelsOf` has the number of
   * WebSockets by the id of a program.
   */
  status(tunnelsOf: ReadonlyMap<number, number>): RegistrationStatus[] {
    return this.#list.map(({ id, url, target, uid, keep, isStored: stored, since }) => {
      const tunnels = tunnelsOf.get(id) ?? 0;
      return { url, to: formatProxyTarget(target), uid, keep, stored, since, tunnels };
    });
  }

  /** Applies the stored reservations: they take effect immediately, without a reload. */
  refresh(): Promise<void> {
    return this.#exclusive(async () => {
      if (this.#service.runningSites !== null) await this.#service.servePrograms(this.#list);
    });
  }

  register(
    request: RegisterRequest,
    registrant: Registrant,
    onEnd: (reason: string) => void,
  ): Promise<RegistrationOutcome> {
    const prefix = parseUrlPrefix(request.url);
    const target = parseLocalTarget(request.to);
    if (prefix === null) return refuse(WIN32.INVALID_PARAMETER, "not a UrlPrefix");
    if (target === null) {
      const form = "http://127.0.0.1:PORT, http://[::1]:PORT or unix:/PATH";
      return refuse(WIN32.INVALID_PARAMETER, `target must be ${form}`);
    }
    return this.#exclusive(async () => {
      const { runningSites } = this.#service;
      if (runningSites === null) {
        const start = "httpcfg net start http";
        return await refuse(WIN32.SERVICE_NOT_ACTIVE, "the HTTP service is not running", start);
      }
      const quotaProblem = this.#quotaProblem(registrant);
      if (quotaProblem !== null) {
        return await refuse(WIN32.NOT_ENOUGH_QUOTA, quotaProblem, "httpcfg registrations");
      }
      const { urlAcl: reservations } = await this.#store.read();
      const taken = [...takenBySites(runningSites), ...this.#taken()];
      const refusal = refusalOf({
        prefix,
        target,
        keep: request.keep,
        registrant,
        reservations,
        taken,
      });
      if (refusal !== null) return refusal;
      const created = this.#create(prefix, target, { request, registrant, onEnd });
      const outcome = await this.#add(created);
      if (outcome.code === WIN32.NO_ERROR && created.isStored) await this.#keep(created);
      return outcome;
    });
  }

  /**
   * Makes the stored registrations those that are in force: after HTTP has started, and when the
   * document is applied. Called while nothing else starts, stops or reloads.
   */
  async followStored(): Promise<void> {
    if (this.#service.runningSites === null) return;
    const { registrations = [] } = await this.#store.read();
    const wanted = registrations.flatMap(({ url, to, timeout }): Registration[] => {
      const prefix = parseUrlPrefix(url);
      const target = parseLocalTarget(to);
      if (prefix === null || target === null) return [];
      const request = { op: "register", url, to, keep: true, timeoutSeconds: timeout } as const;
      const registrant = { uid: this.#uid, gids: [], isAdministrator: true };
      return [this.#create(prefix, target, { request, registrant, onEnd: () => {} })];
    });
    const isWanted = (one: Registration): boolean => wanted.some((other) => isSame(one, other));
    const gone = this.#list.filter((one) => one.isStored && !isWanted(one));
    const stays = this.#list.filter((one) => !gone.includes(one));
    const fresh = wanted.filter((one) => stays.every(({ url }) => url !== one.url));
    if (gone.length + fresh.length === 0) return;
    this.#list = [...stays, ...fresh];
    await this.#service.servePrograms(this.#list);
    for (const { onEnd } of gone) onEnd("it is not stored any more");
  }

  unregister(request: UnregisterRequest, registrant: Registrant): Promise<RegistrationOutcome> {
    const prefix = parseUrlPrefix(request.url);
    if (prefix === null) return refuse(WIN32.INVALID_PARAMETER, "not a UrlPrefix");
    const url = formatUrlPrefix(prefix);
    return this.#exclusive(async () => {
      const found = this.#list.find((one) => one.url === url);
      if (found === undefined) {
        if (registrant.isAdministrator && await this.#removeStored(url)) {
          return { code: WIN32.NO_ERROR, text: url };
        }
        return await refuse(WIN32.FILE_NOT_FOUND, "not registered", "httpcfg registrations");
      }
      if (!registrant.isAdministrator && found.uid !== registrant.uid) {
        return {
          code: WIN32.ACCESS_DENIED,
          text: "registered by another user",
          hint: `sudo httpcfg unregister ${shellWord(url)}`,
        };
      }
      // It ends also where the document cannot be changed, which the caller is told.
      await this.#remove(found, "it was unregistered");
      if (found.isStored) await this.#removeStored(url);
      return { code: WIN32.NO_ERROR, text: url };
    });
  }

  disconnected(onEnd: (reason: string) => void): Promise<void> {
    return this.#exclusive(async () => {
      const found = this.#list.find((one) => one.onEnd === onEnd && !one.keep);
      if (found !== undefined) await this.#remove(found, "its program closed the connection");
    });
  }

  /** Ends every registration, during a stop of HTTP. */
  async endAll(reason: string): Promise<void> {
    const ended = this.#list;
    if (ended.length === 0) return;
    this.#list = [];
    await this.#service.servePrograms([]);
    for (const { onEnd } of ended) onEnd(reason);
  }

  #taken(): TakenPrefix[] {
    return this.#list.map(({ prefix, url, uid }) => {
      return { prefix, by: `a program of user ${uid}`, url };
    });
  }

  #quotaProblem({ uid, isAdministrator }: Registrant): string | null {
    const { registrations, registrationsOfAdministrators, registrationsOfUser } = SHARING_LIMITS;
    const limit = isAdministrator ? registrationsOfAdministrators : registrations;
    const alike = this.#list.filter((one) => one.isAdministrator === isAdministrator);
    if (alike.length >= limit) return `limit of ${limit} registrations reached`;
    const own = alike.filter((one) => one.uid === uid).length;
    if (isAdministrator || own < registrationsOfUser) return null;
    return `user ${uid} already has ${own} registrations`;
  }

  #create(
    prefix: UrlPrefix,
    target: ProxyTarget,
    { request, registrant, onEnd }: {
      readonly request: RegisterRequest;
      readonly registrant: Registrant;
      readonly onEnd: (reason: string) => void;
    },
  ): Registration {
    return {
      id: ++this.#lastId,
      prefix,
      url: formatUrlPrefix(prefix),
      target,
      timeoutMs: request.timeoutSeconds * 1000,
      uid: registrant.uid,
      isAdministrator: registrant.isAdministrator,
      keep: request.keep,
      // The document is the administrators'; what others keep ends with HTTP.
      isStored: request.keep && registrant.isAdministrator,
      since: new Date(this.#now()).toISOString(),
      onEnd,
    };
  }

  async #add(registration: Registration): Promise<RegistrationOutcome> {
    const list = [...this.#list, registration];
    const planned = (await this.#service.servePrograms(list)).at(-1);
    if (planned?.state === "started" || planned?.state === "waiting") {
      this.#list = list;
      return { code: WIN32.NO_ERROR, text: registration.url };
    }
    await this.#service.servePrograms(this.#list);
    const code = planned?.win32 ?? WIN32.NOT_FOUND;
    const text = planned?.reason ?? "cannot be served";
    const lines = withStep(await this.#curesOf(registration, planned), "httpcfg reload");
    const again = registering(registration.prefix, registration);
    const hint = hintOf(
      lines.map((line) => line.endsWith("httpcfg reload") ? `${line}; ${again}` : line),
    );
    return hint === undefined ? { code, text } : { code, text, hint };
  }

  /** Removes the registration of `url` from the document; false if it is not there. */
  async #removeStored(url: string): Promise<boolean> {
    return (await this.#store.update((document) => withoutRegistration(document, url))).changed;
  }

  /** Stores a registration; if that fails, it is none. */
  async #keep(registration: Registration): Promise<void> {
    const { url, target, timeoutMs } = registration;
    const record = { url, to: formatProxyTarget(target), timeout: timeoutMs / 1000 };
    try {
      await this.#store.update((document) => withRegistration(document, record));
    } catch (error) {
      await this.#remove(registration, "it could not be stored");
      throw error;
    }
  }

  /** Returns what lets the service serve a registration that the plan refuses. */
  async #curesOf(
    { prefix }: Registration,
    planned: PlannedRegistration | undefined,
  ): Promise<readonly string[]> {
    if (planned === undefined) return [];
    if (planned.win32 !== WIN32.NO_SUCH_LOGON_SESSION) return planned.hints ?? [];
    const { ssl } = await this.#store.read();
    const check = await this.#checkStored(ssl);
    const [planSite] = programsToPlan([prefix], check);
    const [binding] = planSite!.bindings;
    // What is stored has a certificate: the service has not read it yet.
    return binding!.unserved === undefined ? ["httpcfg reload"] : binding!.cures ?? [];
  }

  async #remove(registration: Registration, reason: string): Promise<void> {
    this.#list = this.#list.filter((one) => one !== registration);
    await this.#service.servePrograms(this.#list);
    registration.onEnd(reason);
  }
}

/** Reports whether two registrations are one: nothing about them has changed. */
function isSame(a: Registration, b: Registration): boolean {
  return a.url === b.url && a.timeoutMs === b.timeoutMs &&
    formatProxyTarget(a.target) === formatProxyTarget(b.target);
}

function refuse(code: number, text: string, hint?: string): Promise<RegistrationOutcome> {
  return Promise.resolve(hint === undefined ? { code, text } : { code, text, hint });
}
