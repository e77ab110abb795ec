/**
 * Edge: requests to a certificate authority, with a limit for the time and the size of each answer.
 *
 * @module
 */
import { Fault, messageOf, quote } from "../base/fault.ts";
import { fileFault } from "../base/file_fault.ts";
import { Ending } from "../base/work/ending.ts";
import { sleep } from "../base/work/sleep.ts";
import { untilAborted } from "../wire/until_aborted.ts";

/** One request. */
interface AcmeRequest {
  readonly url: string;
  readonly method: "GET" | "HEAD" | "POST";
  /** A signed body; absent for GET and HEAD. */
  readonly body?: string;
  /** The media type that is wanted. */
  readonly accept?: string;
}

/** An answer, of whatever status. */
export interface AcmeAnswer {
  readonly status: number;
  /** Returns a field by its lower-case name. */
  header(name: string): string | null;
  readonly text: string;
}

/** Sends a request and receives all of the answer. Throws a Fault if there is none. */
type Send = (request: AcmeRequest) => Promise<AcmeAnswer>;

/** The way to one server. */
export interface Transport extends Disposable {
  readonly send: Send;
  /** Waits, unless `signal` ends it. */
  sleep(ms: number): Promise<void>;
}

/** Milliseconds for one answer, from the connection to its last byte. */
const REQUEST_MS = 30_000;
/** Bytes of an answer: a long chain has some ten thousand. */
const ANSWER_BYTES_MAX = 512 * 1024;
const CA_FILE_BYTES_MAX = 1024 * 1024;

/**
 * Opens the way to the servers that the system trusts, or to those that the certificates in
 * `caFile` vouch for. It ends with `signal`.
 */
export async function openTransport(
  caFile: string | null,
  signal: AbortSignal,
): Promise<Transport> {
  const client = caFile === null
    ? null
    : Deno.createHttpClient({ caCerts: [await readCa(caFile)] });
  return {
    send: (request) => send(request, client, signal),
    sleep: (ms) => wait(ms, signal),
    [Symbol.dispose]: () => client?.close(),
  };
}

async function readCa(file: string): Promise<string> {
  try {
    const { size } = await Deno.stat(file);
    const text = size > CA_FILE_BYTES_MAX ? "" : await Deno.readTextFile(file);
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  } catch (error) {
    throw fileFault("read", file, error);
  }
  throw new Fault(`Cannot trust ${quote(file)}: the file contains no certificate`);
}

async function send(
  { url, method, body, accept }: AcmeRequest,
  client: Deno.HttpClient | null,
  ended: AbortSignal,
): Promise<AcmeAnswer> {
  using ending = new Ending(ended).after(REQUEST_MS);
  const { signal } = ending;
  try {
    const response = await fetch(url, {
      method,
      // Whoever redirects a signed request changes its URL, which is signed, too.
      redirect: "manual",
      headers: {
        "User-Agent": "httpcfg",
        ...(accept === undefined ? {} : { Accept: accept }),
        ...(body === undefined ? {} : { "Content-Type": "application/jose+json" }),
      },
      ...(body === undefined ? {} : { body }),
      ...(client === null ? {} : { client }),
      signal,
    });
    const text = await readAll(response, signal);
    return { status: response.status, header: (name) => response.headers.get(name), text };
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw unreachable(url, error, ended);
  }
}

async function readAll({ url, body }: Response, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let [text, size] = ["", 0];
  for await (const piece of body === null ? [] : untilAborted(body, signal)) {
    size += piece.length;
    if (size > ANSWER_BYTES_MAX) {
      throw new Fault(
        `Cannot use the answer of ${quote(url)}: more than ${ANSWER_BYTES_MAX} bytes`,
      );
    }
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

function unreachable(url: string, error: unknown, ended: AbortSignal): Fault {
  const { origin } = new URL(url);
  const message = `${messageOf(error)} ${error instanceof Error ? messageOf(error.cause) : ""}`;
  const start = `Cannot reach the certificate authority at ${quote(origin)}`;
  if (ended.aborted) return new Fault(`${start}: the service is stopping`);
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return new Fault(`${start}: no answer within ${REQUEST_MS / 1000} s`);
  }
  if (/certificate/i.test(message)) {
    return new Fault(`${start}: its own certificate is not trusted`, {
      hint: "httpcfg help cert acme add", // --ca FILE
      cause: error,
    });
  }
  const reason = REASONS.find(([pattern]) => pattern.test(message))?.[1] ?? "the connection failed";
  return new Fault(`${start}: ${reason}`, { hint: `curl -sv ${url}`, cause: error });
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/refused/i, "connection refused"],
  [/dns|lookup|resolve/i, "its name cannot be resolved"],
  [/unreachable/i, "there is no route to it"],
  [/timed out/i, "the connection timed out"],
  [/are blocked/i, "no HTTP client connects to this port"],
  [/reset|closed|eof/i, "the connection was closed before its answer"],
];

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, signal);
  if (!signal.aborted) return;
  throw new Fault("Cannot wait for the certificate authority: the service is stopping");
}
