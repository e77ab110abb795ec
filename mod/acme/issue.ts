/**
 * From a wish to a certificate: the states of an order (RFC 8555, 7.1.6), each of which can be the
 * first one that is seen, because another process may have been killed after the one before.
 *
 *     none -> pending -> ready -> processing -> valid -> certificate
 *
 * What a later process needs is saved before the request that makes it needed: the order before its
 * challenges, the key before it is sent to be certified.
 *
 * @module
 */
import { parseIp } from "../base/address.ts";
import { Fault, quote } from "../base/fault.ts";
import type { Progress } from "../base/progress.ts";
import { certificateBlocks, certificateFacts, pairProblem } from "../config/certs/certificate.ts";
import { AcmeFault, refusedFault, unprovedFault } from "./acme_fault.ts";
import { type AcmeClient, isRefusal, jsonOf, type SignedAnswer } from "./client.ts";
import { makeCsr } from "./csr.ts";
import { base64Url } from "./encoding.ts";
import { makeKeyPair, privateKeyPem, readKeyPair } from "./keys.ts";
import {
  type Authorization,
  type Directory,
  isHttpsUrl,
  isToken,
  type Order,
  readAuthorization,
  readOrder,
} from "./messages.ts";
import type { PendingOrder } from "./acme_state.ts";

/** What is wanted. */
interface Wanted {
  readonly names: readonly string[];
  /** The order that an earlier process has begun; null for none. */
  readonly order: PendingOrder | null;
  /** The identifier of the certificate that the new one replaces; null for none. */
  readonly replaces: string | null;
}

/** What issuing needs from its surroundings. */
interface IssueHost {
  /** Writes down the order under way, null for none any more; it is on the disk then. */
  save(order: PendingOrder | null): Promise<void>;
  /** Answers the challenges with these tokens from now on, on every socket. */
  answer(keyAuthorizations: ReadonlyMap<string, string>): Promise<void>;
  sleep(ms: number): Promise<void>;
  readonly progress?: Progress | undefined;
}

/** A certificate with its chain, and its private key: both PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** Milliseconds between two looks at what the server works on, unless it says otherwise. */
const POLL_MS = { min: 500, usual: 1000, max: 60_000 } as const;
/** How often it is looked at. What is not done then goes on at the next attempt. */
const POLLS_MAX = 120;
/** The profile that Let's Encrypt has for addresses. */
const ADDRESS_PROFILE = "shortlived";
const CHAIN_TYPE = "application/pem-certificate-chain";

/** Obtains a certificate. Throws a Fault; the order then goes on at the next attempt, if it can. */
export async function issue(client: AcmeClient, wanted: Wanted, host: IssueHost): Promise<Issued> {
  const run = new Issuing(client, wanted, host);
  return await run.finish();
}

class Issuing {
  readonly #client: AcmeClient;
  readonly #wanted: Wanted;
  readonly #host: IssueHost;
  #pending: PendingOrder | null;
  /** Milliseconds to wait that the last answer asked for. */
  #waitMs: number | null = null;

  constructor(client: AcmeClient, wanted: Wanted, host: IssueHost) {
    this.#client = client;
    this.#wanted = wanted;
    this.#host = host;
    const { order, names } = wanted;
    this.#pending = order !== null && order.names.join() === names.join() ? order : null;
  }

  async finish(): Promise<Issued> {
    let order = await this.#resume() ?? await this.#begin();
    if (order.status === "pending") {
      await this.#prove(order);
      order = await this.#poll("pending");
    }
    if (order.status === "ready") order = await this.#finalize(order);
    if (order.status === "processing" || order.status === "ready") {
      await this.#wait();
      order = await this.#poll("processing", "ready");
    }
    if (order.status === "valid") return await this.#download(order);
    const { url } = this.#current;
    await this.#save(null);
    throw refusedFault(url, 0, order.error ?? null, null);
  }

  /** Returns the order that an earlier process has begun; null if there is none that can go on. */
  async #resume(): Promise<Order | null> {
    if (this.#pending === null) return null;
    try {
      const order = await this.#read();
      const needsKey = order.status === "processing" || order.status === "valid";
      if (order.status !== "invalid" && !(needsKey && this.#pending.key === null)) return order;
    } catch (error) {
      // The server knows it no longer: it has expired, or was another account's.
      if (!(error instanceof AcmeFault) || error.status < 400 || error.status > 404) throw error;
    }
    await this.#save(null);
    return null;
  }

  async #begin(): Promise<Order> {
    const { names, replaces } = this.#wanted;
    this.#host.progress?.("ordering", "the certificate");
    const directory = await this.#client.directory();
    const payload = {
      identifiers: names.map((value) => {
        return { type: parseIp(value) === null ? "dns" : "ip", value };
      }),
      ...profileFor(names, directory),
    };
    const isKnown = replaces !== null && directory.renewalInfo !== undefined;
    const answer = isKnown
      ? await this.#order({ ...payload, replaces }).catch((error) => {
        if (!isAboutReplaced(error)) throw error;
        return this.#order(payload);
      })
      : await this.#order(payload);
    const url = answer.location;
    if (url === null || !isHttpsUrl(url)) {
      throw new Fault(
        `Cannot use the answer of ${quote(directory.newOrder)}: the order has no URL`,
      );
    }
    await this.#save({ url, names, key: null });
    return readOrder(jsonOf(answer.text), url);
  }

  async #order(payload: object): Promise<SignedAnswer> {
    return await this.#client.post((await this.#client.directory()).newOrder, payload);
  }

  /** Proves the control of every name that is not proved yet. */
  async #prove(order: Order): Promise<void> {
    this.#host.progress?.("proving", "control of the names");
    const open: { readonly at: string; readonly challenge: HttpChallenge }[] = [];
    const answers = new Map<string, string>();
    for (const at of order.authorizations) {
      const authorization = await this.#authorization(at);
      if (authorization.status === "valid") continue;
      if (authorization.status !== "pending") throw await this.#unproved(authorization);
      const challenge = httpChallenge(authorization);
      answers.set(challenge.token, this.#client.keyAuthorization(challenge.token));
      open.push({ at, challenge });
    }
    await this.#host.answer(answers);
    for (const { challenge: { url, isAsked } } of open) {
      if (!isAsked) await this.#client.post(url, {});
    }
    for (const { at } of open) {
      const authorization = await this.#polled(
        () => this.#authorization(at),
        ({ status }) => status === "pending",
      );
      if (authorization.status !== "valid") throw await this.#unproved(authorization);
    }
  }

  /** A failed challenge makes the order invalid: the next attempt begins a new one. */
  async #unproved({ identifier, challenges }: Authorization): Promise<Fault> {
    await this.#save(null);
    const failed = challenges.find(({ error }) => error !== undefined);
    return unprovedFault(identifier.value, failed?.error ?? null);
  }

  async #finalize(order: Order): Promise<Order> {
    this.#host.progress?.("requesting", "the certificate");
    const pending = this.#current;
    const pair = pending.key === null ? await makeKeyPair() : await readKeyPair(pending.key);
    if (pending.key === null) await this.#save({ ...pending, key: await privateKeyPem(pair) });
    const csr = base64Url(await makeCsr(this.#wanted.names, pair));
    try {
      const answer = await this.#client.post(order.finalize, { csr });
      this.#waitMs = answer.retryAfterMs;
      return readOrder(jsonOf(answer.text), order.finalize);
    } catch (error) {
      // The one before, whose answer was lost, has been heard.
      if (isRefusal(error, "orderNotReady")) return await this.#read();
      if (isRefusal(error, "badCSR", "unauthorized", "rejectedIdentifier")) await this.#save(null);
      throw error;
    }
  }

  async #download(order: Order): Promise<Issued> {
    this.#host.progress?.("fetching", "the certificate");
    const { key } = this.#current;
    if (order.certificate === undefined || key === null) {
      throw new Fault(`Cannot use the order ${quote(this.#current.url)}: it has no certificate`);
    }
    const { text } = await this.#client.post(order.certificate, null, CHAIN_TYPE);
    const problem = chainProblem(text, key, this.#wanted.names);
    if (problem === null) return { cert: certificateBlocks(text), key };
    throw new Fault(`Cannot use the certificate at ${quote(order.certificate)}: ${problem}`);
  }

  /** Looks at the order until its status is none of `statuses`. */
  #poll(...statuses: readonly Order["status"][]): Promise<Order> {
    return this.#polled(() => this.#read(), ({ status }) => statuses.includes(status));
  }

  async #polled<T>(look: () => Promise<T>, isOpen: (value: T) => boolean): Promise<T> {
    for (let polls = 1;; polls++) {
      const value = await look();
      if (!isOpen(value)) return value;
      if (polls >= POLLS_MAX) {
        throw new Fault("Cannot wait any longer: the certificate authority is still working on it");
      }
      await this.#wait();
    }
  }

  /** Waits as long as the last answer asked for. */
  async #wait(): Promise<void> {
    await this.#host.sleep(clamp(this.#waitMs ?? POLL_MS.usual, POLL_MS));
  }

  async #read(): Promise<Order> {
    const { url } = this.#current;
    const answer = await this.#client.post(url, null);
    this.#waitMs = answer.retryAfterMs;
    return readOrder(jsonOf(answer.text), url);
  }

  async #authorization(url: string): Promise<Authorization> {
    const answer = await this.#client.post(url, null);
    this.#waitMs = answer.retryAfterMs;
    return readAuthorization(jsonOf(answer.text), url);
  }

  get #current(): PendingOrder {
    if (this.#pending === null) throw new Error("an order is under way");
    return this.#pending;
  }

  async #save(order: PendingOrder | null): Promise<void> {
    await this.#host.save(order);
    this.#pending = order;
  }
}

/** Returns the profile for `names`, if the server has one for addresses and there is an address. */
function profileFor(
  names: readonly string[],
  { meta }: Pick<Directory, "meta">,
): { readonly profile?: string } {
  const hasAddress = names.some((name) => parseIp(name) !== null);
  const isOffered = Object.hasOwn(meta?.profiles ?? {}, ADDRESS_PROFILE);
  return hasAddress && isOffered ? { profile: ADDRESS_PROFILE } : {};
}

/**
 * Reports whether an order may have been refused because of the certificate that it replaces: it was
 * replaced already, by whatever order; it is unknown; or the server fails over it.
 */
function isAboutReplaced(error: unknown): boolean {
  if (!(error instanceof AcmeFault)) return false;
  return error.status === 409 || [404, 500].includes(error.status) ||
    isRefusal(error, "alreadyReplaced", "malformed", "unauthorized");
}

interface HttpChallenge {
  readonly url: string;
  readonly token: string;
  /** The server has been asked to look already, by a process that was killed then. */
  readonly isAsked: boolean;
}

function httpChallenge({ identifier, challenges }: Authorization): HttpChallenge {
  const found = challenges.find(({ type }) => type === "http-01");
  if (found === undefined) {
    const offered = challenges.map(({ type }) => type).join(", ");
    throw new Fault(
      `Cannot prove control of ${quote(identifier.value)}: the certificate authority does not ` +
        `offer http-01 (it offers ${quote(offered)})`,
    );
  }
  const { token = "", url, status = "pending" } = found;
  if (isToken(token)) return { url, token, isAsked: status !== "pending" };
  throw new Fault(
    `Cannot prove control of ${quote(identifier.value)}: ${quote(token)} is not a valid token`,
  );
}

/** Returns why a chain cannot be used; null if it can. */
function chainProblem(text: string, key: string, names: readonly string[]): string | null {
  const facts = certificateFacts(text);
  if (facts === null) return "it is no certificate";
  const problem = pairProblem(text, key);
  if (problem !== null) return problem.reason;
  const certified = new Set(facts.names.map((name) => parseIp(name) ?? name));
  const missing = names.find((name) => !certified.has(name));
  return missing === undefined ? null : `it is not for ${quote(missing)}`;
}

function clamp(
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  return Math.min(max, Math.max(min, value));
}
