/**
 * Requests for tests of handlers, without an HTTP engine.
 *
 * @module
 */
import type { Endpoint, Ip } from "../../mod/base/address.ts";
import type {
  FieldBytes,
  HandlerResult,
  HeaderField,
  HttpRequest,
  HttpResponse,
} from "../../mod/base/exchange.ts";
import { latin1, latin1Bytes } from "../../mod/wire/byte_text.ts";

export interface FakeRequest {
  readonly method?: string;
  /** The decoded path; also the raw path if that is not given. */
  readonly path?: string;
  readonly rawPath?: string;
  readonly query?: string | null;
  readonly host?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Pieces of the body in the order in which they arrive; absent if there is no body. */
  readonly body?: readonly Uint8Array[];
  readonly local?: Endpoint;
  readonly remote?: Endpoint;
  /** The client of the connection; the client by default. */
  readonly peer?: Endpoint;
  readonly proxy?: HttpRequest["proxy"];
  readonly origin?: HttpRequest["origin"];
  readonly isTls?: boolean;
  readonly clientCertificate?: HttpRequest["clientCertificate"];
  readonly minor?: 0 | 1;
  readonly id?: string | null;
  readonly trace?: HttpRequest["trace"];
  readonly span?: HttpRequest["span"];
}

/** Makes a request as the engine does. The body's buffer is reused, as in the engine. */
export function fakeRequest(fake: FakeRequest = {}): HttpRequest & { readonly bodyReads: number } {
  const path = fake.path ?? "/";
  const headers = fake.headers ?? [];
  const pieces = [...fake.body ?? []];
  const buffer = new Uint8Array(Math.max(0, ...pieces.map((piece) => piece.length)));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const remote = fake.remote ?? { ip: "127.0.0.1" as Ip, port: 50000 };
  const isTls = fake.isTls ?? false;
  const request = {
    method: fake.method ?? "GET",
    path,
    rawPath: fake.rawPath ?? path,
    query: fake.query ?? null,
    minor: fake.minor ?? 1,
    host: fake.host ?? "localhost",
    local: fake.local ?? { ip: "127.0.0.2" as Ip, port: 8080 },
    remote,
    peer: fake.peer ?? remote,
    proxy: fake.proxy ?? null,
    origin: fake.origin ?? null,
    isTls,
    clientCertificate: fake.clientCertificate ?? null,
    scheme: fake.origin?.scheme ?? (isTls || fake.proxy?.isTls ? "https" as const : "http"),
    siteId: null,
    user: null,
    provenCertificate: null,
    substatus: 0,
    connection: null,
    isUnlogged: false,
    id: fake.id ?? null,
    traceId: fake.trace?.traceId ?? null,
    trace: fake.trace ?? null,
    span: fake.span ?? null,
    known: null,
    bodyReads: 0,
    header(name: string): string | null {
      const values = headers.filter(([field]) => field.toLowerCase() === name);
      return values.length === 0 ? null : values.map(([, value]) => value).join(", ");
    },
    headers: (): [string, string][] => headers.map(([name, value]) => [name, value]),
    fields: fieldBytes(headers),
    body: {
      exists: fake.body !== undefined,
      length: fake.body === undefined ? null : length,
      bytesMax: 4294967295,
      arrivalMs: 0,
      readArrived: () => null,
      read(): Promise<Uint8Array | null> {
        request.bodyReads++;
        const piece = pieces.shift();
        if (piece === undefined) return Promise.resolve(null);
        buffer.set(piece);
        return Promise.resolve(buffer.subarray(0, piece.length));
      },
    },
  };
  return request;
}

/** Returns the fields as the engine has them: somewhere in a buffer, with white space around. */
function fieldBytes(headers: NonNullable<FakeRequest["headers"]>): FieldBytes {
  const marks: number[] = [];
  let text = "GET / HTTP/1.1\r\n";
  for (const [name, value] of headers) {
    const start = text.length;
    const valueStart = start + name.length + 2;
    marks.push(start, start + name.length, valueStart, valueStart + value.length);
    text += `${name}:\t${value} \r\n`;
  }
  return {
    bytes: latin1Bytes(text),
    fieldCount: headers.length,
    nameStart: (field) => marks[4 * field]!,
    nameEnd: (field) => marks[4 * field + 1]!,
    valueStart: (field) => marks[4 * field + 2]!,
    valueEnd: (field) => marks[4 * field + 3]!,
  };
}

/** Returns the response of a handler; throws if it is a refusal. */
export async function responseOf(
  result: HandlerResult | Promise<HandlerResult>,
): Promise<HttpResponse> {
  const settled = await result;
  if ("refuse" in settled) throw new Error(`refused: ${settled.refuse}`);
  return settled;
}

/** Returns all bytes of a response's body, and closes a producer as the engine does. */
export async function bodyBytes(response: HttpResponse): Promise<Uint8Array> {
  const { body } = response;
  if (body === null) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  const whole: number[] = [];
  try {
    for (let piece = await body.pull(); piece !== null; piece = await body.pull()) {
      for (const byte of piece) whole.push(byte);
    }
  } finally {
    body.close();
  }
  return Uint8Array.from(whole);
}

/** Returns the body as UTF-8 text. */
export async function bodyText(response: HttpResponse): Promise<string> {
  return new TextDecoder().decode(await bodyBytes(response));
}

/** Returns the value of the first field named `name`, ignoring case; null if there is none. */
export function field(response: HttpResponse, name: string): string | null {
  const found = allFields(response).find(([n]) => n.toLowerCase() === name.toLowerCase());
  return found?.[1] ?? null;
}

/** Returns the fields of a response in order, also those that are encoded. */
export function allFields({ headers, encoded }: HttpResponse): HeaderField[] {
  const bytes = new Uint8Array(encoded?.bytesMax ?? 0);
  const lines = latin1(bytes, 0, encoded?.write(bytes, 0) ?? 0).split("\r\n").slice(0, -1);
  return [
    ...headers,
    ...lines.map((line): HeaderField => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  ];
}
