/**
 * One HTTP exchange as the folders above the engine see it: the request received, the response
 * sent, the refusal if there is no response, and the record kept for the logs.
 *
 * The engine (`http/`) makes requests and sends responses, a site (`site/`) turns one into the
 * other, and `telemetry/` logs the record; they meet here and nowhere else.
 *
 * @module
 */
import type { Endpoint, Ip } from "./address.ts";

/** A request whose head was accepted. Valid only until its response has been sent. */
export interface HttpRequest {
  /** Upper case as sent: methods are case-sensitive (RFC 9110 9.1). */
  readonly method: string;
  /** Percent-decoded once, dot segments removed, begins with "/"; "*" for `OPTIONS *`. */
  readonly path: string;
  /** The path as sent, for logs and for the reverse proxy. */
  readonly rawPath: string;
  /** As sent, without its "?"; null if there was no "?". */
  readonly query: string | null;
  /** Minor version: 0 for HTTP/1.0, 1 for HTTP/1.1. */
  readonly minor: 0 | 1;
  /**
   * Host name in lower case, without port and trailing dot; an IPv6 literal keeps its brackets; ""
   * for none.
   */
  readonly host: string;
  /**
   * The local address of the connection: a concrete one, even if the socket is a wildcard. Never
   * what a proxy says of it: which site responds is decided by the socket alone.
   */
  readonly local: Endpoint;
  /**
   * The client, as far as is known: who is named by the fields of a trusted proxy; else whom the
   * PROXY header of the connection names; else who is at its other end. The port is 0 if a field
   * has none.
   */
  readonly remote: Endpoint;
  /**
   * The client of the connection, without what is said in fields: the same object for all requests
   * of a connection, and of no other.
   */
  readonly peer: Endpoint;
  /** What a PROXY header said; null if the connection did not begin with one of a client. */
  readonly proxy: ProxiedClient | null;
  /** What the fields of a trusted proxy say; null if the client is none, or says nothing. */
  readonly origin: RequestOrigin | null;
  /** Whether this connection is TLS. */
  readonly isTls: boolean;
  /**
   * What the client has shown on this connection; null if it was not asked for a certificate. What a
   * proxy says of one is not believed.
   */
  readonly clientCertificate: ClientCertificate | null;
  /** The scheme of the URL that the client used: to a trusted proxy, or to this service. */
  readonly scheme: "http" | "https";
  /** Set by the handler when it has chosen a site; read by the logs and for refusals. */
  siteId: number | null;
  /** Set by the handler: who the client has proved to be, for the logs; null for nobody. */
  user: string | null;
  /**
   * Set by the handler, where the site asks for one: the certificate in DER that the client has proved
   * to have, and that is believed here; null for none. Programs behind the site are told.
   */
  provenCertificate: Uint8Array | null;
  /** Set by the handler: what IIS adds to the status of a response, the 6 of 403.6; 0 for nothing. */
  substatus: number;
  /** Set by the handler: what the site says of its connections; null for the settings. */
  connection: ConnectionValues | null;
  /** Set by the handler: the log of the site has no line of it. */
  isUnlogged: boolean;
  /** Identifies the request in logs, to the client and to programs; null if it has no identifier. */
  id: string | null;
  /** The trace that the request belongs to: 32 lower-case hexadecimal digits; null for none. */
  traceId: string | null;
  /** The trace in which the client says that it sent it; null if it says none, or nothing valid. */
  readonly trace: ClientTrace | null;
  /** What is recorded of it for a collector of traces; null if there is none. */
  readonly span: RequestSpan | null;
  /**
   * Returns the value of a field by its lower-case name, several field lines joined with ", "; null
   * if the field was not sent.
   */
  header(lowerCaseName: string): string | null;
  /** Returns every field line in order, names as sent. */
  headers(): [name: string, value: string][];
  /** The same as bytes, for a handler that passes them on. */
  readonly fields: FieldBytes;
  readonly body: RequestBody;
  /** For a head that came before, byte for byte, and so for all that follow; null for another. */
  readonly known: KnownHead | null;
}

/** The trace that a client names: one field `traceparent` that is valid. */
export interface ClientTrace {
  readonly traceId: string;
  /** The span from which the request was sent: 16 lower-case hexadecimal digits. */
  readonly spanId: string;
  /** 1: the client may have recorded its span; 2: the trace id is random. */
  readonly flags: number;
}

/** The span of a request: of it are those of what is sent to upstreams. */
export interface RequestSpan {
  /** The trace that it belongs to. */
  readonly traceId: string;
  /** Begins the span of an attempt to have the response of an upstream, which gets `path`. */
  attempt(request: HttpRequest, upstream: string, path: string): AttemptSpan;
}

/** The span of one attempt to have the response of an upstream. */
export interface AttemptSpan {
  /** The fields for the upstream; "" for no tracestate. */
  readonly traceparent: string;
  readonly tracestate: string;
  /**
   * Ends it, with the status of the response, 0 for none; `failure` is a word for what failed, or
   * null. Calls after the first one do nothing.
   */
  end(status: number, failure: string | null): void;
}

/** Records spans of requests. */
export interface RequestTracer {
  /** Begins the span of `request`; `isTrusted` if its peer is a proxy that is believed. */
  begin(request: HttpRequest, isTrusted: boolean): RequestSpan;
  /**
   * Ends the span of `request`, with the status of its response, 0 for none; `failure` is a word for
   * what failed, or null.
   */
  end(request: HttpRequest, status: number, failure: string | null): void;
}

/** What a site says of the connections on which it is requested. */
export interface ConnectionValues {
  /** Milliseconds that it may be idle; 0 for ConnectionTimeout of the service. */
  readonly idleMs: number;
  /** It ends with the response. */
  readonly closes: boolean;
}

/** What came of the verification of a client's certificate. */
export type ClientVerdict =
  | "good"
  /** No path to an authority of the store, or not made for clients. */
  | "untrusted"
  /** A certificate of its path is expired, or not valid yet. */
  | "outdated"
  | "revoked"
  /** There is a revocation list of its issuer, but none that can be used now. */
  | "unchecked";

/**
 * What a connection that was asked for a certificate has shown: one value for all of its requests.
 */
export interface ClientCertificate {
  /** "none" if the client has sent no certificate. */
  readonly verdict: ClientVerdict | "none";
  /** By what it was judged: a certificate that is good here may be worthless there. */
  readonly judgedBy: string;
  /** The certificate itself, in DER; null for none. */
  readonly der: Uint8Array | null;
}

/** What a PROXY header says of a client besides its address. */
export interface ProxiedClient {
  /** Whether the client uses TLS to the proxy. */
  readonly isTls: boolean;
}

/** What trusted proxies say of a request in its fields. */
export interface RequestOrigin {
  /**
   * The client, and the proxies that it came through, up to and without the one that is connected:
   * only what a trusted proxy has said. Empty if none names a client.
   */
  readonly route: readonly Ip[];
  /** The port of the client; 0 if it is not known. */
  readonly port: number;
  /** The scheme and the Host of the client's request; null if they are not said. */
  readonly scheme: "http" | "https" | null;
  readonly host: string | null;
}

/** What others keep about a head, because it depends on nothing but its bytes. */
export interface KnownHead {
  /** What the log keeps; null for nothing. */
  logged: object | null;
}

/** The field lines of a head in the buffer that received them, as offsets into it. */
export interface FieldBytes {
  readonly bytes: Uint8Array;
  readonly fieldCount: number;
  nameStart(field: number): number;
  nameEnd(field: number): number;
  /** Without the white space around the value. */
  valueStart(field: number): number;
  valueEnd(field: number): number;
}

/**
 * The content of a request, pulled by the handler. What it leaves unread the engine drains, or it
 * closes the connection.
 */
export interface RequestBody {
  /** False if the request declares no content. */
  readonly exists: boolean;
  /** Declared Content-Length in bytes; null for chunked. */
  readonly length: number | null;
  /**
   * Largest content allowed, in bytes; more is rejected with 413. Starts as the service's
   * MaxRequestEntityAllowed; a handler sets its site's own limit before the first read.
   */
  bytesMax: number;
  /**
   * Milliseconds between two arrivals, set like {@linkcode RequestBody.bytesMax}; 0, with which it
   * starts, for EntityBodyTimeout.
   */
  arrivalMs: number;
  /**
   * Returns the next piece if it has arrived already, else null. Valid and throwing like the result
   * of {@linkcode RequestBody.read}, of which none may be in progress.
   */
  readArrived(): Uint8Array | null;
  /**
   * Returns the next piece, valid until the next call; null at the end.
   * Throws a {@linkcode BodyError} if the framing is bad, the content too large, or the client too
   * slow or gone. A handler lets it propagate: whatever it returns instead is not sent.
   */
  read(): Promise<Uint8Array | null>;
}

/** The body cannot be read; the engine has already decided on the response and the log entry. */
export class BodyError extends Error {
  override readonly name = "BodyError";
}

/**
 * A body cannot be produced for a reason that the engine must log, but that is no bug of ours: a
 * program behind us sent an invalid response, or nothing in time. As long as nothing was sent, the
 * client gets the error response for `reason`; after that its connection is aborted.
 */
export class SourceRefusal extends Error {
  override readonly name = "SourceRefusal";
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}

/** A field name and value. Values from a request must have passed {@linkcode isFieldValue}. */
export type HeaderField = readonly [name: string, value: string];

/**
 * Field lines that are passed on as bytes. Whoever makes them has checked every byte, and that none
 * of them is a field that the engine writes. Valid until the body of the response is closed.
 */
export interface EncodedFields {
  /** The most bytes that {@linkcode EncodedFields.write} needs. */
  readonly bytesMax: number;
  /** Whether one of those written last is Date, and whether one is Server. */
  readonly hasDate: boolean;
  readonly hasServer: boolean;
  /** Writes the lines, each with its CR LF, at `offset`; returns the offset after them. */
  write(bytes: Uint8Array, offset: number): number;
}

/**
 * A response. The engine itself writes the framing (Content-Length, Transfer-Encoding, Connection)
 * and Date; they are not in `headers`.
 *
 * If a handler returns the very same object again, the engine can send prepared bytes.
 */
export interface HttpResponse {
  readonly status: number;
  readonly headers: readonly HeaderField[];
  /** More fields, behind those of `headers`. */
  readonly encoded?: EncodedFields;
  /** The bytes if they are known, a source if they are produced while sent, or null for none. */
  readonly body: Uint8Array | BodySource | null;
  /** A page of this program about what failed: a site may send one of its own in its place. */
  readonly isErrorPage?: true;
  /**
   * Only with status 101: receives the connection once the head is sent, starting with any bytes
   * that arrived early. It is called in any case: if the client is gone, the first read shows it.
   * The engine closes the stream when the promise settles, when no byte has passed for
   * TunnelIdleTimeout, or when a drain runs out of time.
   */
  readonly upgrade?: (stream: ByteStream) => Promise<void>;
}

/** A stream of bytes: a `Deno.TcpConn`, or what stands in for one in tests and with TLS. */
export interface ByteStream {
  /** Reads into `buffer`; returns the number of bytes, null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes at least one byte of `bytes`, perhaps not all; returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Sends small writes at once, if the stream would hold them back otherwise. */
  setNoDelay?(): void;
  /** Closes the sending direction; reading remains possible. */
  closeWrite(): Promise<void>;
  /** Closes both directions; a pending read or write rejects. */
  close(): void;
}

/** An accepted connection of a client: a byte stream and the addresses of its ends. */
export interface AcceptedStream extends ByteStream {
  readonly localAddr: NetworkAddress;
  /** The client, also where a proxy is at the other end of the connection. */
  readonly remoteAddr: NetworkAddress;
  /** As {@linkcode HttpRequest.proxy}; absent for null. */
  readonly proxy?: ProxiedClient | null;
  /** As {@linkcode HttpRequest.clientCertificate}; absent for null. */
  readonly clientCertificate?: ClientCertificate | null;
}

/** An IP address and a port, as the system reports them. */
export interface NetworkAddress {
  readonly hostname: string;
  readonly port: number;
}

/** A response body that is produced while it is sent. */
export interface BodySource {
  /** Total bytes; null if not known in advance: the body is then sent chunked. */
  readonly length: number | null;
  /**
   * Returns the whole body if it can be had without waiting, else null; asked for before the first
   * {@linkcode BodySource.pull}, which then is not needed. Valid until it is closed.
   */
  arrived?(): Uint8Array | null;
  /**
   * Returns the next piece, owned by the engine until the next call; null at the end. An empty first
   * piece sends the head before there is anything behind it. If it throws, the response is refused or the connection aborted; a {@linkcode SourceRefusal} is logged as
   * what it says, and anything else as a bug.
   */
  pull(): Promise<Uint8Array | null>;
  /**
   * Asks a body without an end of its own to end soon: the connection is to close, and would wait for
   * it. May be called at any time, also more than once. Absent for a body that ends by itself.
   */
  drain?(): void;
  /** Called exactly once: after the end, after a failure, or when the client has gone away. */
  close(): void;
}

/**
 * An error response that HTTP.sys sends by itself, without any site, by the name that HTTPERR logs
 * as s-reason. The engine determines the status, body and header fields of each. `BadGateway` and
 * `GatewayTimeout` are additions: HTTP.sys hands requests to its programs directly and needs no
 * gateway. So are `FileChanged`, a file or a directory of its path changed while it was used, and
 * `FileUnavailable`, the disk or network mount failed or did not respond in time: HTTP.sys serves
 * no files. So is `PlainHttp`, a request without TLS on a port that speaks it.
 */
export type RefusalReason =
  | "BadGateway"
  | "BadRequest"
  | "ConnLimit"
  | "Disabled"
  | "AppOffline"
  | "EntityTooLarge"
  | "FieldLength"
  | "FileChanged"
  | "FileUnavailable"
  | "Forbidden"
  | "GatewayTimeout"
  | "Header"
  | "Hostname"
  | "Internal"
  | "Invalid_CR/LF"
  | "LengthRequired"
  | "N/A"
  | "N/I"
  | "NotFound"
  | "Number"
  | "PlainHttp"
  | "QueueFull"
  | "RequestLength"
  | "URL"
  | "URL_Length"
  | "Verb"
  | "Version_N/S";

/** What a handler returns instead of a response: the engine responds as HTTP.sys would. */
export interface Refusal {
  readonly refuse: RefusalReason;
  /** Fields of the response besides its own. */
  readonly headers?: readonly HeaderField[];
}

export type HandlerResult = HttpResponse | Refusal;

/** Handles a request; synchronously if possible, as a promise costs as much as parsing the head. */
export type Handler = (request: HttpRequest) => HandlerResult | Promise<HandlerResult>;

/**
 * Returns the response that a client gets for a refusal; null for the one of HTTP.sys. Its body is
 * bytes.
 */
export type RefusalPage = (reason: RefusalReason, request: HttpRequest) => HttpResponse | null;

/** A completed exchange, for the W3C log. The object is reused: read it before returning. */
export interface ServedRecord {
  readonly request: HttpRequest;
  readonly status: number;
  /** Bytes written, head and body. */
  readonly sentBytes: number;
  /** Of those, the bytes of the body, without the framing of chunks. */
  readonly contentBytes: number;
  /** Bytes read for this request, head and body. */
  readonly receivedBytes: number;
  /**
   * Milliseconds from the first byte of the head to the last byte handed to the kernel. For a
   * response that was available immediately it is coarse, so mostly 0.
   */
  readonly durationMs: number;
  /** 0; 64 if the client went away (ERROR_NETNAME_DELETED, as IIS logs it). */
  readonly win32Status: number;
}

/**
 * A refused request or an aborted connection, for the HTTPERR log. Texts are raw: the log makes
 * them safe.
 */
export interface RefusedRecord {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** "HTTP/1.1"; null if it was not parsed. */
  readonly version: string | null;
  readonly method: string | null;
  /** Target as sent, path and query; null if it could not be parsed. */
  readonly target: string | null;
  /** Null if no response was sent (an aborted connection). */
  readonly status: number | null;
  /** Site id, if the request was refused after a site was matched. */
  readonly siteId: number | null;
  /** A {@linkcode RefusalReason}, `Timer_…`, `Connection_…` or `Client_Reset`. */
  readonly reason: string;
}

/**
 * Reports whether `text` can be the value of a response field: no control character but HTAB, so no
 * CR, LF or NUL.
 */
export function isFieldValue(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if ((c < 0x20 && c !== 0x09) || c === 0x7f || c > 0xff) return false;
  }
  return true;
}
