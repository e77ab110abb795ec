/**
 * A session with an ACME server: its directory, the nonces, the account, signed requests. It knows
 * no order.
 *
 * @module
 */
import { Fault, quote } from "../base/fault.ts";
import { AcmeFault, refusedFault } from "./acme_fault.ts";
import { type AccountKey, signedBody } from "./keys.ts";
import {
  type Directory,
  isHttpsUrl,
  readDirectory,
  readProblem,
  readRenewalInfo,
  type RenewalInfo,
} from "./messages.ts";
import { retryAfterMs } from "./retry_after.ts";
import type { AcmeAnswer, Transport } from "./transport.ts";

/** An answer to a signed request. */
export interface SignedAnswer {
  readonly status: number;
  readonly text: string;
  /** The URL of what was made; null for none. */
  readonly location: string | null;
  readonly retryAfterMs: number | null;
}

/** Who asks, and where. */
interface ClientOptions {
  /** URL of the directory. */
  readonly server: string;
  readonly transport: Pick<Transport, "send" | "sleep">;
  /** Milliseconds since 1970. */
  now(): number;
}

/** The account, as far as it is known. */
interface Account {
  readonly key: AccountKey;
  /** Null before it is registered. */
  readonly url: string | null;
}

/**
 * How often a request is sent whose nonce the server rejects. Where it rejects 60 % of them for no
 * reason, one request in five million fails.
 */
const NONCE_TRIES = 30;
/** How often a request is sent that a busy server asks to repeat, and how long that may take. */
const BUSY_TRIES = 4;
const BUSY_WAIT_MS_MAX = 30_000;
/** Nonces that are kept: more than requests that are under way. */
const NONCES_MAX = 8;

export class AcmeClient {
  readonly #options: ClientOptions;
  readonly #nonces: string[] = [];
  #directory: Promise<Directory> | null = null;
  #account: Account | null = null;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Returns what the server offers; it is asked once. */
  directory(): Promise<Directory> {
    return this.#directory ??= this.#readDirectory();
  }

  /** Signs with `account` from now on. */
  useAccount(account: Account): void {
    this.#account = account;
  }

  /**
   * Registers the key, or finds the account that it has already; returns the URL of the account.
   */
  async register(key: AccountKey, contact: readonly string[]): Promise<string> {
    const { newAccount, meta } = await this.directory();
    if (meta?.externalAccountRequired === true) {
      throw new Fault(
        `Cannot register at ${quote(this.#options.server)}: it wants an external account, ` +
          "which is not supported",
        { hint: "httpcfg help cert acme add" },
      );
    }
    this.#account = { key, url: null };
    const payload = { termsOfServiceAgreed: true, ...(contact.length === 0 ? {} : { contact }) };
    const { location } = await this.post(newAccount, payload);
    if (location === null || !isHttpsUrl(location)) {
      throw new Fault(`Cannot use the answer of ${quote(newAccount)}: the account has no URL`);
    }
    this.#account = { key, url: location };
    return location;
  }

  /** Returns the body for a challenge: the token and the thumbprint of the account's key. */
  keyAuthorization(token: string): string {
    return `${token}.${this.#key.thumbprint}`;
  }

  /** Sends a signed request; `payload` is null to read (POST-as-GET). Throws an AcmeFault. */
  async post(url: string, payload: object | null, accept?: string): Promise<SignedAnswer> {
    let [nonceTries, busyTries] = [1, 1];
    for (;;) {
      const answer = await this.#postOnce(url, payload, accept);
      const { status } = answer;
      const waitMs = retryAfterMs(answer.header("retry-after"), this.#options.now());
      if (status >= 200 && status < 300) {
        return {
          status,
          text: answer.text,
          location: locationOf(answer, url),
          retryAfterMs: waitMs,
        };
      }
      const fault = refusedFault(url, status, readProblem(jsonOf(answer.text)), waitMs);
      if (fault.type === "badNonce" && nonceTries++ < NONCE_TRIES) continue;
      const isBusy = status === 503 && waitMs !== null && waitMs <= BUSY_WAIT_MS_MAX;
      if (!isBusy || busyTries++ >= BUSY_TRIES) throw fault;
      await this.#options.transport.sleep(waitMs);
    }
  }

  /**
   * Returns when the certificate called `id` should be renewed, and when to ask again; null if the
   * server does not say such things.
   */
  async renewalInfo(
    id: string,
  ): Promise<{ readonly info: RenewalInfo; readonly retryAfterMs: number | null } | null> {
    const { renewalInfo } = await this.directory();
    if (renewalInfo === undefined) return null;
    const url = `${renewalInfo.replace(/\/$/, "")}/${id}`;
    const answer = await this.#options.transport.send({ url, method: "GET" });
    const waitMs = retryAfterMs(answer.header("retry-after"), this.#options.now());
    const body = jsonOf(answer.text);
    if (answer.status !== 200) throw refusedFault(url, answer.status, readProblem(body), waitMs);
    return { info: readRenewalInfo(body, url), retryAfterMs: waitMs };
  }

  get #key(): AccountKey {
    if (this.#account === null) throw new Error("there is an account before anything is signed");
    return this.#account.key;
  }

  async #readDirectory(): Promise<Directory> {
    const { server, transport, now } = this.#options;
    const answer = await transport.send({ url: server, method: "GET" });
    const body = jsonOf(answer.text);
    if (answer.status !== 200) {
      const waitMs = retryAfterMs(answer.header("retry-after"), now());
      throw refusedFault(server, answer.status, readProblem(body), waitMs);
    }
    return readDirectory(body, server);
  }

  async #postOnce(url: string, payload: object | null, accept?: string): Promise<AcmeAnswer> {
    const nonce = this.#nonces.pop() ?? await this.#newNonce();
    const kid = this.#account?.url ?? null;
    const body = await signedBody(this.#key, { url, nonce, kid }, payload);
    const request = {
      url,
      method: "POST",
      body,
      ...(accept === undefined ? {} : { accept }),
    } as const;
    const answer = await this.#options.transport.send(request);
    this.#keepNonce(answer);
    return answer;
  }

  async #newNonce(): Promise<string> {
    const { newNonce } = await this.directory();
    const answer = await this.#options.transport.send({ url: newNonce, method: "HEAD" });
    this.#keepNonce(answer);
    const nonce = this.#nonces.pop();
    if (nonce !== undefined) return nonce;
    const waitMs = retryAfterMs(answer.header("retry-after"), this.#options.now());
    if (answer.status >= 400) throw refusedFault(newNonce, answer.status, null, waitMs);
    throw new Fault(`Cannot use the answer of ${quote(newNonce)}: it has no nonce`);
  }

  #keepNonce(answer: AcmeAnswer): void {
    const nonce = answer.header("replay-nonce");
    if (nonce === null || !/^[A-Za-z0-9_-]{1,512}$/.test(nonce)) return;
    if (this.#nonces.length < NONCES_MAX) this.#nonces.push(nonce);
  }
}

/** Returns the value of a JSON text; null if it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Reports whether `error` is a refusal of one of `types`. */
export function isRefusal(error: unknown, ...types: readonly string[]): error is AcmeFault {
  return error instanceof AcmeFault && error.type !== null && types.includes(error.type);
}

function locationOf(answer: AcmeAnswer, base: string): string | null {
  const location = answer.header("location");
  return location !== null && URL.canParse(location, base) ? new URL(location, base).href : null;
}
