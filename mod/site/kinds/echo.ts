/**
 * The echo site: shows the received request, as administrators know it from whoami and httpbin.
 *
 * A request with a body gets the body back as received. Any other request gets the place where it
 * arrived (address, port, host) and its header fields, as text, or as JSON for a client that asks for
 * it. The site's name and id are for clients on this machine.
 *
 * A small body is read completely before the response begins, because many clients write all of it
 * before they read. A larger one is sent back while it arrives, so its size is not limited here.
 *
 * @module
 */
import { formatEndpoint } from "../../base/address.ts";
import {
  type BodySource,
  type Handler,
  type HttpRequest,
  type HttpResponse,
  isFieldValue,
} from "../../base/exchange.ts";
import { joinPieces } from "../../wire/byte_stream.ts";
import { prefersJson } from "../pages/accept.ts";
import type { ContentKind, HandlerFactory } from "./content_kind.ts";

/** Body bytes read before the response begins: more than socket buffers hold, little in memory. */
const BUFFERED_BYTES_MAX = 1024 * 1024;

/** Types that no browser executes; a body of any other type is returned as plain bytes. */
const HARMLESS_TYPES =
  /^(?:text\/plain|text\/csv|application\/(?:json|octet-stream|cbor))\s*(?:;|$)/i;

const NO_SNIFF = ["X-Content-Type-Options", "nosniff"] as const;
const NO_STORE = ["Cache-Control", "no-store"] as const;

type EchoContent = { readonly kind: "echo" };

export const echo: ContentKind<EchoContent> = {
  kind: "echo",
  fields: {},
  flag: { kind: "boolean", summary: "echo each request, for diagnosis" },
  details: {},
  examples: [{ words: "--echo", shows: "what a client sends and where it arrives" }],
  read: () => ({ kind: "echo" }),
  forms: ["echo"],
  parse: (text) => text === "echo" ? { kind: "echo" } : null,
  label: () => "echo",
  description: () => "an echo of the request",
  async load(): Promise<HandlerFactory<EchoContent>> {
    const { isLocalClient } = await import("../local_client.ts");
    return {
      handler: (_content, { name: site, id: siteId }) => {
        return echoHandler((request) => isLocalClient(request) ? { site, siteId } : {});
      },
    };
  },
};

/** What a client may know about the site. */
type AboutSite = { readonly site?: string; readonly siteId?: number };

/** Returns the handler of a site; `about` is what the client of a request may know about it. */
function echoHandler(about: (request: HttpRequest) => AboutSite): Handler {
  return (request) => request.body.exists ? echoBody(request) : describe(request, about(request));
}

function describe(request: HttpRequest, about: AboutSite): HttpResponse {
  const isJson = prefersJson(request.header("accept"));
  const facts = {
    version: 1,
    ...about,
    local: formatEndpoint(request.local),
    remote: formatEndpoint(request.remote),
    tls: request.isTls,
    host: request.host,
    protocol: `HTTP/1.${request.minor}`,
    method: request.method,
    path: request.rawPath,
    query: request.query,
    headers: request.headers(),
  };
  const text = isJson ? `${JSON.stringify(facts, null, 2)}\n` : asText(facts);
  const type = isJson ? "application/json" : "text/plain; charset=utf-8";
  return {
    status: 200,
    headers: [["Content-Type", type], NO_STORE, NO_SNIFF],
    body: new TextEncoder().encode(text),
  };
}

function asText(facts: Readonly<Record<string, unknown>>): string {
  let text = "";
  for (const [name, value] of Object.entries(facts)) {
    if (name === "version" || value === null) continue;
    if (name !== "headers") text += `${name}: ${value}\n`;
  }
  text += "\n";
  for (const [name, value] of facts["headers"] as [string, string][]) text += `${name}: ${value}\n`;
  return text;
}

async function echoBody(request: HttpRequest): Promise<HttpResponse> {
  const sent = request.header("content-type");
  const isHarmless = sent !== null && HARMLESS_TYPES.test(sent) && isFieldValue(sent);
  const type = isHarmless ? sent : "application/octet-stream";
  const headers = [["Content-Type", type], NO_STORE, NO_SNIFF] as const;
  const pieces: Uint8Array[] = [];
  let size = 0;
  while (size <= BUFFERED_BYTES_MAX) {
    const piece = await request.body.read();
    if (piece === null) return { status: 200, headers, body: joinPieces(pieces) };
    pieces.push(piece.slice()); // the engine reuses its buffer
    size += piece.length;
  }
  return { status: 200, headers, body: resumeBody(request, joinPieces(pieces)) };
}

/** Returns a body of `first`, then of the rest of the request body. */
function resumeBody(request: HttpRequest, first: Uint8Array): BodySource {
  let hasStarted = false;
  return {
    length: request.body.length,
    pull(): Promise<Uint8Array | null> {
      if (hasStarted) return request.body.read();
      hasStarted = true;
      return Promise.resolve(first);
    },
    close(): void {
      // The rest of the request body belongs to the engine, which drains it or closes the
      // connection.
    },
  };
}
