/**
 * One HTTP exchange as the folders above the engine see it: the request that came in, the response
 * that goes out, the refusal when there is none, and the record that is left for the logs.
 *
 * The engine (`http/`) makes requests and sends responses, a site (`site/`) turns one into the
 * other, `telemetry/` writes the record down; they meet here and nowhere else.
 *
 * @module
 */
import type { Endpoint } from "./address.ts";

/** A request whose head was accepted. Valid until its answer has been sent, not after. */
export interface HttpRequest {
  /** Upper case as sent: methods are case-sensitive (RFC 9110 9.1). */
  readonly method: string;
  /** Percent-decoded once, dot segments removed, begins with "/"; "*" for `OPTIONS *`. */
  readonly path: string;
  /** The path as it was sent, for logs and for forwarding. */
  readonly rawPath: string;
  /** As sent, without its "?"; null where there was no "?". */
  readonly query: string | null;
  /** Minor version: 0 for HTTP/1.0, 1 for HTTP/1.1. */
  readonly minor: 0 | 1;
  /** Host name in lower case, no port, no trailing dot; an IPv6 literal keeps its brackets; "" for none. */
  readonly host: string;
  /** Where the connection came in: the concrete address, also on a wildcard socket. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly isTls: boolean;
  /** Written by the handler once it has chosen a site: the logs and the refusals read it. */
  siteId: number | null;
  /** Field value by lower-case name, several joined with ", "; null where the field was not sent. */
  header(lowerCaseName: string): string | null;
  /** Every field line in order, names as sent. */
  headers(): [name: string, value: string][];
  readonly body: RequestBody;
}

/** The content of a request, pulled by the handler; what is left unread the engine drains or cuts. */
export interface RequestBody {
  /** False where the request declares no content. */
  readonly exists: boolean;
  /** Declared Content-Length in bytes; null for chunked. */
  readonly length: number | null;
  /**
   * Largest content in bytes; more is answered 413. Starts as the service's MaxRequestEntityAllowed;
   * a handler sets its site's own limit before the first read.
   */
  bytesMax: number;
  /**
   * Next piece, valid until the next call; null at the end.
   * Throws {@linkcode BodyError} on bad framing, too much, a time-out, or a client that went away:
   * a handler lets it pass, whatever it returns instead is not sent.
   */
  read(): Promise<Uint8Array | null>;
}

/** The body cannot be had; the engine has already decided what the client and the log are told. */
export class BodyError extends Error {
  override readonly name = "BodyError";
}

/** Field name and value. Values from a request must have passed {@linkcode isFieldValue}. */
export type HeaderField = readonly [name: string, value: string];

/**
 * A response. Framing (Content-Length, Transfer-Encoding, Connection) and Date belong to the engine;
 * they do not stand in `headers`.
 *
 * A handler that returns the very same object again lets the engine send prepared bytes.
 */
export interface HttpResponse {
  readonly status: number;
  readonly headers: readonly HeaderField[];
  /** Bytes known now, a producer, or null for none. */
  readonly body: Uint8Array | BodySource | null;
  /**
   * Only with status 101: gets the connection once the head is sent, bytes that came early first.
   * The engine closes the stream when the promise settles, or when a drain runs out of time.
   */
  readonly upgrade?: (stream: ByteStream) => Promise<void>;
}

/** A connection as bytes: what `Deno.TcpConn` is, so that tests and TLS can stand in for it. */
export interface ByteStream {
  /** Bytes put into `buffer`; null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Bytes taken, at least one, perhaps not all. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends our direction; reading goes on. */
  closeWrite(): Promise<void>;
  /** Ends both; a pending read or write rejects. */
  close(): void;
}

/** A response body that is produced while it is sent. */
export interface BodySource {
  /** Bytes in all; null where only the end of the production tells, then sent chunked. */
  readonly length: number | null;
  /** Next piece, owned by the engine until the next call; null at the end. A throw cuts the connection. */
  pull(): Promise<Uint8Array | null>;
  /** Called exactly once, after the end, a failure, or when the client went away. */
  close(): void;
}

/**
 * An answer that HTTP.sys gives itself, without any site: the s-reason of HTTPERR. The engine owns
 * status, body and headers of each. `BadGateway` and `GatewayTimeout` are ours: HTTP.sys hands its
 * programs their requests and needs no gateway.
 */
export type RefusalReason =
  | "BadGateway"
  | "BadRequest"
  | "ConnLimit"
  | "Disabled"
  | "AppOffline"
  | "EntityTooLarge"
  | "FieldLength"
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
  | "QueueFull"
  | "RequestLength"
  | "URL"
  | "URL_Length"
  | "Verb"
  | "Version_N/S";

/** What a handler returns instead of a response: the engine answers as the kernel would. */
export interface Refusal {
  readonly refuse: RefusalReason;
}

export type HandlerResult = HttpResponse | Refusal;

/** Synchronous where it can be: a promise costs as much as parsing the head. */
export type Handler = (request: HttpRequest) => HandlerResult | Promise<HandlerResult>;

/** One answered exchange, for the W3C log. The engine reuses the object: read it before returning. */
export interface ServedRecord {
  readonly request: HttpRequest;
  readonly status: number;
  /** Bytes written, head and body. */
  readonly sentBytes: number;
  /** Bytes read for this request, head and body. */
  readonly receivedBytes: number;
  /**
   * Milliseconds from the first byte of the head to the last byte handed to the kernel; coarse, so
   * mostly 0, for an answer that was known at once.
   */
  readonly durationMs: number;
  /** 0; 64 where the client went away (ERROR_NETNAME_DELETED, as IIS logs it). */
  readonly win32Status: number;
}

/** One refused request or cut connection, for the HTTPERR log. Texts are raw: the log makes them safe. */
export interface RefusedRecord {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** "HTTP/1.1", or null where it was not parsed. */
  readonly version: string | null;
  readonly method: string | null;
  /** Target as sent, path and query; null where unparsable. */
  readonly target: string | null;
  /** Null where no answer was sent (a cut connection). */
  readonly status: number | null;
  /** Site id, where the refusal came after the match. */
  readonly siteId: number | null;
  /** A {@linkcode RefusalReason} or a `Timer_…`, `Connection_…`, `Client_Reset` word. */
  readonly reason: string;
}

/** True for text that may stand in a response field: no control byte but TAB, no CR, LF or NUL. */
export function isFieldValue(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if ((c < 0x20 && c !== 0x09) || c === 0x7f || c > 0xff) return false;
  }
  return true;
}
