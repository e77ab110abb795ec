/**
 * The error responses of this program: a page for a browser, problem details (RFC 9457) for a client
 * that asks for JSON, and two lines of text for any other. They tell nothing that the client did not
 * send: no file, no program, no version.
 *
 * What HTTP.sys says in its own words is not created here but by the engine.
 *
 * @module
 */
import { escape } from "@std/html/entities";
import type { HeaderField, HttpRequest, HttpResponse, RefusalReason } from "../../base/exchange.ts";
import { oneLine } from "../../base/printable.ts";
import { acceptsHtml, prefersJson } from "./accept.ts";
import { htmlPage, NOTICE } from "./html.ts";

interface ErrorText {
  readonly status: number;
  readonly title: string;
  readonly sentence: string;
  /** The page names the address, and leads to the folder above. */
  readonly showsAddress?: true;
  /** The page offers to try again. */
  readonly isPassing?: true;
}

const ERRORS = {
  credentials: {
    status: 401,
    title: "Unauthorized",
    sentence: "This address asks for a name and a password.",
  },
  client: {
    status: 403,
    title: "Forbidden",
    sentence: "Access from your network address is denied.",
  },
  plain: {
    status: 403,
    title: "Forbidden",
    sentence: "This address can be reached over https only.",
  },
  noCertificate: {
    status: 403,
    title: "Forbidden",
    sentence: "This address asks for a client certificate, and your client has sent none.",
  },
  untrustedCertificate: {
    status: 403,
    title: "Forbidden",
    sentence: "Your client certificate is not trusted here, or is not made for clients.",
  },
  outdatedCertificate: {
    status: 403,
    title: "Forbidden",
    sentence: "Your client certificate, or one of its issuers, has expired or is not valid yet.",
  },
  revokedCertificate: {
    status: 403,
    title: "Forbidden",
    sentence: "Your client certificate, or one of its issuers, has been revoked.",
  },
  uncheckedCertificate: {
    status: 403,
    title: "Forbidden",
    sentence: "It cannot be found out whether your client certificate has been revoked.",
  },
  denied: {
    status: 403,
    title: "Forbidden",
    sentence: "Access to this address is denied.",
    showsAddress: true,
  },
  unlisted: {
    status: 403,
    title: "Forbidden",
    sentence: "The contents of this folder are not listed.",
    showsAddress: true,
  },
  strangeHost: {
    status: 403,
    title: "Forbidden",
    sentence: "This page is not served under this host name: a binding of the site has to name it.",
  },
  otherSite: {
    status: 403,
    title: "Forbidden",
    sentence: "This page may not be loaded by another site.",
  },
  missing: {
    status: 404,
    title: "Not Found",
    sentence: "There is nothing at this address.",
    showsAddress: true,
  },
  method: {
    status: 405,
    title: "Method Not Allowed",
    sentence: "This address does not support the request method.",
  },
  condition: {
    status: 412,
    title: "Precondition Failed",
    sentence: "The document does not meet the conditions of the request.",
  },
  range: {
    status: 416,
    title: "Range Not Satisfiable",
    sentence: "The document does not contain the requested range.",
  },
  rate: {
    status: 429,
    title: "Too Many Requests",
    sentence: "Your network address has sent too many requests in a short time.",
    isPassing: true,
  },
  internal: {
    status: 500,
    title: "Internal Server Error",
    sentence: "The server failed to process the request.",
  },
  gateway: {
    status: 502,
    title: "Bad Gateway",
    sentence: "The program behind this address is not reachable, or its response is not valid.",
    isPassing: true,
  },
  unavailable: {
    status: 503,
    title: "Service Unavailable",
    sentence: "The document cannot be read at the moment.",
    isPassing: true,
  },
  connections: {
    status: 503,
    title: "Service Unavailable",
    sentence: "Your network address has too many connections at the moment.",
    isPassing: true,
  },
  busy: {
    status: 503,
    title: "Service Unavailable",
    sentence: "The server is busy checking passwords.",
    isPassing: true,
  },
  viewers: {
    status: 503,
    title: "Service Unavailable",
    sentence: "Too many clients are watching this page already.",
    isPassing: true,
  },
  timeout: {
    status: 504,
    title: "Gateway Timeout",
    sentence: "The program behind this address did not respond in time.",
    isPassing: true,
  },
} as const satisfies Readonly<Record<string, ErrorText>>;

/** The name of an error response. */
export type ErrorName = keyof typeof ERRORS;

/** The refusals that HTTP.sys has no words for: it serves no files and needs no gateway. */
const REFUSALS: { readonly [Reason in RefusalReason]?: ErrorName } = {
  BadGateway: "gateway",
  FileChanged: "unavailable",
  FileUnavailable: "unavailable",
  GatewayTimeout: "timeout",
  Internal: "internal",
};

/** Characters of an address that are shown. */
const SHOWN_MAX = 300;

/**
 * Responses without anything of the request, created once: the same object lets the engine cache its
 * bytes.
 */
const cache = new Map<string, HttpResponse>();

/** Returns the response for an error, with `headers` after its own. */
export function errorPage(
  name: ErrorName,
  request: HttpRequest,
  headers: readonly HeaderField[] = [],
): HttpResponse {
  const error: ErrorText = ERRORS[name];
  const accept = request.header("accept");
  const form = prefersJson(accept) ? "json" : acceptsHtml(accept) ? "html" : "text";
  if (form === "html" && error.showsAddress) return build(error, headers, htmlFor(error, request));
  const make = (): HttpResponse => {
    return build(error, headers, form === "html" ? htmlFor(error, null) : CONTENT[form](error));
  };
  if (headers.length > 0) return make();
  const key = `${name} ${form}`;
  let response = cache.get(key);
  if (response === undefined) {
    response = make();
    cache.set(key, response);
  }
  return response;
}

/** Returns the response for a refusal; null if HTTP.sys has a response of its own. */
export function refusalPage(reason: RefusalReason, request: HttpRequest): HttpResponse | null {
  const name = REFUSALS[reason];
  return name === undefined ? null : errorPage(name, request);
}

interface Content {
  readonly fields: readonly HeaderField[];
  readonly text: string;
}

const NO_SNIFF = ["X-Content-Type-Options", "nosniff"] as const;

const CONTENT = {
  json: ({ status, title, sentence }: ErrorText): Content => ({
    fields: [["Content-Type", "application/problem+json"], NO_SNIFF],
    text: `${JSON.stringify({ title, status, detail: sentence })}\n`,
  }),
  text: ({ status, title, sentence }: ErrorText): Content => ({
    fields: [["Content-Type", "text/plain; charset=utf-8"], NO_SNIFF],
    text: `${status} ${title}\n${sentence}\n`,
  }),
} as const;

function build(error: ErrorText, headers: readonly HeaderField[], content: Content): HttpResponse {
  return {
    status: error.status,
    headers: [...content.fields, ["Vary", "Accept"], ...headers],
    body: new TextEncoder().encode(content.text),
    isErrorPage: true,
  };
}

function htmlFor(error: ErrorText, request: HttpRequest | null): Content {
  const { status, title, sentence, isPassing = false } = error;
  const address = request === null ? "" : `\n<code>${escape(shownPath(request.path))}</code>`;
  const links = [
    ...isPassing ? [`<a href="">Try again</a>`] : [],
    ...request === null ? [] : parentLink(request.path),
    `<a href="/">Start page</a>`,
  ];
  const main = `<main>
<h1><span class="dim">${status}</span> ${escape(title)}</h1>
<p>${escape(sentence)}</p>${address}
<nav>${links.join("")}</nav>
</main>`;
  return { fields: NOTICE.fields, text: htmlPage(`${status} ${title}`, main, NOTICE) };
}

function shownPath(path: string): string {
  const shown = oneLine(path);
  return shown.length <= SHOWN_MAX ? shown : `${shown.slice(0, SHOWN_MAX).toWellFormed()}…`;
}

/** A link to the folder above, unless that is the start page. It is relative: nothing is escaped. */
function parentLink(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  if (names.length < 2) return [];
  return [`<a href="${path.endsWith("/") ? "../" : "./"}">Folder above</a>`];
}
