/**
 * Edge: the network and the clock. Requests to etcd's JSON gateway: over the endpoints of a cluster, with
 * a token of its user.
 *
 * A read goes on to the next endpoint when one fails. A write does so only if it certainly was not done.
 *
 * @module
 */
import { untilAborted } from "../../wire/until_aborted.ts";
import { Fault, messageOf, quote, shellWord } from "../../base/fault.ts";
import { oneLine } from "../../base/printable.ts";
import { Ending } from "../../base/work/ending.ts";
import { StoreFault } from "../shared/key_store.ts";
import type { Credentials, Login } from "./credentials.ts";
import { type EtcdError, readError, readToken, type Verdict, verdictOf } from "./messages.ts";

/** Milliseconds for one answer: etcd itself gives up a request without quorum after 7 s. */
const ANSWER_MS = 8_000;
/** Milliseconds for the head of a watch: without permission there is none at all. */
const HEAD_MS = 8_000;
/** Bytes of an answer: all states of a thousand members are some ten million. */
const ANSWER_BYTES_MAX = 128 * 1024 * 1024;
/** Characters of a reason that the server has written. */
const REASON_MAX = 200;

/** One request. */
interface Call {
  readonly path: string;
  readonly body: unknown;
  /** Whether it changes something: one that may have been done is not sent again. */
  readonly isWrite?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What one attempt at one endpoint has come to. */
type Outcome =
  | { readonly kind: "answer"; readonly answer: unknown }
  | { readonly kind: "error"; readonly error: EtcdError; readonly verdict: Verdict }
  | { readonly kind: "broken"; readonly reason: string; readonly isCertain: boolean };

/** A cluster of etcd. */
export class Gateway {
  readonly name: string;
  readonly #urls: readonly string[];
  readonly #client: Deno.HttpClient;
  readonly #login: Login | null;
  readonly #closed = new AbortController();
  /** The endpoint that is used, until it fails. */
  #at: number;
  /** Null before the first login, and without a user. */
  #token: string | null = null;
  /** The login under way: all requests wait for the same one. */
  #entering: Promise<void> | null = null;

  /** `first` is the number of the endpoint that is tried first, so that members share them. */
  constructor(urls: readonly string[], { tls, login }: Credentials, first: number) {
    this.name = `etcd at ${urls.join(", ")}`;
    this.#urls = urls;
    // On one connection with HTTP/2, a watch and what is asked meanwhile would hold each other up.
    this.#client = Deno.createHttpClient({ ...tls, http2: false });
    this.#login = login;
    this.#at = first % urls.length;
  }

  /** Returns the answer to a request. Throws a StoreFault if there is none. */
  async call({ path, body, isWrite = false, signal }: Call): Promise<unknown> {
    let [renewals, last]: [number, StoreFault | null] = [0, null];
    for (let attempt = 0; attempt < this.#urls.length; attempt++) {
      await this.#enter(signal);
      const [token, endpoint] = [this.#token, this.endpoint];
      const outcome = await this.#send(path, body, signal);
      if (outcome.kind === "answer") return outcome.answer;
      last = this.#faultOf(outcome, isWrite);
      const { canRotate, wantsToken, isCertain } = outcome.kind === "error"
        ? outcome.verdict
        : { canRotate: true, wantsToken: false, isCertain: outcome.isCertain };
      if (wantsToken && this.#login !== null && renewals++ === 0) {
        this.#forget(token);
        attempt--;
        continue;
      }
      if (!canRotate || this.#isEnding(signal)) throw last;
      this.leave(endpoint);
      if (isWrite && !isCertain) throw last;
    }
    throw last!;
  }

  /** Opens a stream of answers, which `ending` ends. Throws a StoreFault if it does not begin. */
  async open(path: string, body: unknown, ending: Ending): Promise<ReadableStream<Uint8Array>> {
    await this.#enter(ending.signal);
    ending.after(HEAD_MS);
    try {
      const headers = { "Grpc-Metadata-hasleader": "true" };
      const response = await this.#post(path, body, ending.signal, headers);
      if (response.ok && response.body !== null) return response.body;
      const outcome = outcomeOf(response.status, await readText(response, ending.signal));
      throw this.#faultOf(outcome, false);
    } catch (error) {
      if (error instanceof StoreFault) throw error;
      throw this.#faultOf(brokenOf(error, HEAD_MS), false);
    } finally {
      ending.keep();
    }
  }

  /** Aborts when the connections are closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** The endpoint that requests are sent to. */
  get endpoint(): string {
    return this.#urls[this.#at]!;
  }

  /** Uses the next endpoint from now on, unless another than `endpoint` is used already. */
  leave(endpoint: string): void {
    if (endpoint === this.endpoint) this.#at = (this.#at + 1) % this.#urls.length;
  }

  /** Returns the fault of what the store has answered and nobody understands. */
  notUnderstood(cause: unknown): StoreFault {
    return this.fault("its answer cannot be understood", { failure: "unavailable", cause });
  }

  /** Returns a fault of the store. */
  fault(
    reason: string,
    options: ConstructorParameters<typeof StoreFault>[1],
  ): StoreFault {
    const hint = options.hint ?? `curl -sS ${this.endpoint}/health`;
    return new StoreFault(`Cannot use ${this.name}: ${reason}`, { ...options, hint });
  }

  close(): void {
    this.#closed.abort();
    this.#client.close();
  }

  /** Sends a request to the endpoint in use. */
  async #send(path: string, body: unknown, signal: AbortSignal | undefined): Promise<Outcome> {
    using ending = new Ending(this.#closed.signal, signal).after(ANSWER_MS);
    try {
      const response = await this.#post(path, body, ending.signal);
      return outcomeOf(response.status, await readText(response, ending.signal));
    } catch (error) {
      return brokenOf(error, ANSWER_MS);
    }
  }

  #post(
    path: string,
    body: unknown,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return fetch(`${this.endpoint}/v3/${path}`, {
      method: "POST",
      redirect: "manual",
      headers: {
        "Content-Type": "application/json",
        "User-Agent": "httpcfg",
        // Without "Bearer", which the gateway takes for a part of the token.
        ...(this.#token === null ? {} : { Authorization: this.#token }),
        ...headers,
      },
      body: JSON.stringify(body),
      client: this.#client,
      signal,
    });
  }

  /** Logs in, if that is to be done. There are never two logins at once. */
  async #enter(signal: AbortSignal | undefined): Promise<void> {
    if (this.#login === null || this.#token !== null) return;
    this.#entering ??= this.#logIn(this.#login).finally(() => this.#entering = null);
    await this.#entering;
    if (this.#isEnding(signal)) throw this.fault(ENDING, { failure: "unavailable" });
  }

  async #logIn({ name, password }: Login): Promise<void> {
    let last: StoreFault | null = null;
    for (const _ of this.#urls) {
      const { endpoint } = this;
      const outcome = await this.#send("auth/authenticate", { name, password }, undefined);
      if (outcome.kind === "answer") {
        this.#token = this.#read(outcome.answer, readToken);
        return;
      }
      if (outcome.kind === "error" && /not enabled/.test(outcome.error.text)) {
        this.#token = ""; // a cluster that lets everybody in
        return;
      }
      last = this.#faultOf(outcome, false);
      if (outcome.kind === "error" && !outcome.verdict.canRotate) break;
      this.leave(endpoint);
    }
    throw last!;
  }

  #read<T>(answer: unknown, read: (answer: unknown) => T): T {
    try {
      return read(answer);
    } catch (error) {
      throw this.notUnderstood(error);
    }
  }

  /** Drops a token that no longer counts, unless another request has already renewed it. */
  #forget(token: string | null): void {
    if (this.#token === token) this.#token = null;
  }

  #isEnding(signal: AbortSignal | undefined): boolean {
    return this.#closed.signal.aborted || signal?.aborted === true;
  }

  #faultOf(outcome: Outcome, isWrite: boolean): StoreFault {
    if (outcome.kind === "answer") return this.notUnderstood(undefined);
    if (outcome.kind === "broken") {
      const isUncertain = isWrite && !outcome.isCertain;
      const reason = isUncertain ? `${outcome.reason}; it may have been written` : outcome.reason;
      return this.fault(reason, { failure: "unavailable", isUncertain });
    }
    const { error, verdict: { failure, isCertain } } = outcome;
    const text = oneLine(error.text.slice(0, REASON_MAX));
    const isUncertain = isWrite && !isCertain;
    return this.fault(isUncertain ? `${text}; it may have been written` : text, {
      failure,
      isUncertain,
      hint: failure === "denied"
        ? this.#login === null
          ? "httpcfg help fleet join" // --user NAME --password-file FILE
          : `etcdctl user get ${shellWord(this.#login.name)}`
        : failure === "full"
        ? "etcdctl alarm list"
        : undefined,
    });
  }
}

const ENDING = "the request was given up";

function outcomeOf(status: number, text: string): Outcome {
  let answer: unknown = null;
  try {
    answer = JSON.parse(text.split("\n", 1)[0]!); // of a stream, the first
  } catch {
    const reason = `HTTP status ${status} and no JSON: no etcd answers there`;
    return { kind: "broken", reason, isCertain: status >= 300 && status < 500 };
  }
  const error = readError(answer);
  if (error !== null) return { kind: "error", error, verdict: verdictOf(status, error) };
  if (status === 200) return { kind: "answer", answer };
  return { kind: "broken", reason: `HTTP status ${status}`, isCertain: status < 500 };
}

async function readText({ body }: Response, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let [text, size] = ["", 0];
  for await (const piece of body === null ? [] : untilAborted(body, signal)) {
    size += piece.length;
    if (size > ANSWER_BYTES_MAX) throw new Fault(`more than ${ANSWER_BYTES_MAX} bytes`);
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

/** What a request without an answer has come to. */
function brokenOf(error: unknown, limitMs: number): Outcome {
  const broken = (reason: string, isCertain = false): Outcome => {
    return { kind: "broken", reason, isCertain };
  };
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return broken(`no answer within ${limitMs / 1000} s`);
  }
  if (error instanceof DOMException && error.name === "AbortError") return broken(ENDING);
  if (error instanceof Fault) return broken(`its answer has ${error.message}`);
  const message = `${messageOf(error)} ${error instanceof Error ? messageOf(error.cause) : ""}`;
  const isCertain = /\(Connect\)|are blocked/.test(message);
  const reason = REASONS.find(([pattern]) => pattern.test(message))?.[1];
  return broken(reason ?? `the connection failed: ${quote(message)}`, isCertain);
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/refused/i, "connection refused"],
  [/dns|lookup|resolve/i, "its name cannot be resolved"],
  [/unreachable/i, "there is no route to it"],
  [/timed out/i, "the connection timed out"],
  [
    /UnknownIssuer|self.signed|NotValidForName|certificate expired/i,
    "its certificate is not trusted",
  ],
  [/certificate ?required|broken pipe|bad ?certificate/i, "it demands a certificate of the client"],
  [/are blocked/i, "no HTTP client connects to this port"],
  [/certificate|tls|handshake/i, "no TLS connection could be made"],
  [/reset|closed|eof|incomplete/i, "the connection was closed before its answer"],
];
