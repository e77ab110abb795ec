/**
 * A page for every address of an application that runs in the browser: a navigation to a path where
 * there is nothing gets the page, as with `try_files $uri $uri/ /index.html` of nginx. A missing
 * script or image stays missing, because HTML in its place is an error that is hard to find. Pure.
 *
 * @module
 */
import type {
  ClientCertificate,
  ClientTrace,
  ConnectionValues,
  FieldBytes,
  Handler,
  HandlerResult,
  HttpRequest,
  KnownHead,
  ProxiedClient,
  RequestBody,
  RequestOrigin,
  RequestSpan,
} from "../../base/exchange.ts";
import type { Endpoint } from "../../base/address.ts";
import { parseFilePath } from "../static/file_path.ts";

/** Returns `handle` that responds with `path` where a navigation leads nowhere. */
export function withFallback(handle: Handler, path: string): Handler {
  return (request) => {
    const again = (result: HandlerResult): HandlerResult | Promise<HandlerResult> => {
      const isMissing = !("refuse" in result) && result.status === 404 &&
        result.isErrorPage === true;
      return isMissing && isNavigation(request) ? handle(new RequestAt(request, path)) : result;
    };
    const result = handle(request);
    return result instanceof Promise ? result.then(again) : again(result);
  };
}

/**
 * A path that names no file by an extension, or one that a browser asks for as a document. What must
 * not be served is no page either.
 */
function isNavigation(request: HttpRequest): boolean {
  const { method, path } = request;
  if (method !== "GET" && method !== "HEAD") return false;
  const segments = parseFilePath(path, false)?.segments;
  if (segments === undefined) return false;
  if (!(segments.at(-1) ?? "").includes(".")) return true;
  return /\btext\/html\b/i.test(request.header("accept") ?? "");
}

/** The same request for another path. */
class RequestAt implements HttpRequest {
  readonly path: string;
  readonly #request: HttpRequest;

  constructor(request: HttpRequest, path: string) {
    this.#request = request;
    this.path = path;
  }

  get method(): string {
    return this.#request.method;
  }
  get rawPath(): string {
    return this.#request.rawPath;
  }
  get query(): string | null {
    return this.#request.query;
  }
  get minor(): 0 | 1 {
    return this.#request.minor;
  }
  get host(): string {
    return this.#request.host;
  }
  get local(): Endpoint {
    return this.#request.local;
  }
  get remote(): Endpoint {
    return this.#request.remote;
  }
  get peer(): Endpoint {
    return this.#request.peer;
  }
  get proxy(): ProxiedClient | null {
    return this.#request.proxy;
  }
  get origin(): RequestOrigin | null {
    return this.#request.origin;
  }
  get isTls(): boolean {
    return this.#request.isTls;
  }
  get clientCertificate(): ClientCertificate | null {
    return this.#request.clientCertificate;
  }
  get scheme(): "http" | "https" {
    return this.#request.scheme;
  }
  get siteId(): number | null {
    return this.#request.siteId;
  }
  get user(): string | null {
    return this.#request.user;
  }
  get connection(): ConnectionValues | null {
    return this.#request.connection;
  }
  get isUnlogged(): boolean {
    return this.#request.isUnlogged;
  }
  get id(): string | null {
    return this.#request.id;
  }
  get traceId(): string | null {
    return this.#request.traceId;
  }
  get trace(): ClientTrace | null {
    return this.#request.trace;
  }
  get span(): RequestSpan | null {
    return this.#request.span;
  }
  get provenCertificate(): Uint8Array | null {
    return this.#request.provenCertificate;
  }
  get substatus(): number {
    return this.#request.substatus;
  }
  header(lowerCaseName: string): string | null {
    return this.#request.header(lowerCaseName);
  }
  headers(): [name: string, value: string][] {
    return this.#request.headers();
  }
  get fields(): FieldBytes {
    return this.#request.fields;
  }
  get body(): RequestBody {
    return this.#request.body;
  }
  get known(): KnownHead | null {
    return this.#request.known;
  }
}
