/**
 * The built-in page of the Default Web Site: the listening sockets, the sites and the inclusion
 * list. A single page without external resources, or JSON for a client that asks for it.
 *
 * It is built for every request from a view that the host provides, so it is never out of date.
 *
 * @module
 */
import type { Handler, HttpRequest, HttpResponse } from "../../base/exchange.ts";
import { prefersJson } from "../pages/accept_encoding.ts";
import { errorPage } from "../pages/error_page.ts";
import { escape } from "@std/html/entities";
import { htmlPage } from "../pages/html.ts";
import type { ContentKind } from "./content_kind.ts";
import type { ListeningView } from "./site_context.ts";

const ANSWER_VERSION = 1;
const ALLOW = "GET, HEAD, OPTIONS";

export const welcome: ContentKind<{ readonly kind: "welcome" }> = {
  kind: "welcome",
  fields: {},
  flag: { kind: "boolean", summary: "the built-in page that shows what is listening" },
  details: {},
  examples: [{ words: "--welcome", shows: "what is listening, as a page or JSON" }],
  read: () => ({ kind: "welcome" }),
  label: () => "welcome",
  description: () => "the welcome page",
  load: () => ({ handler: (_content, _site, { listening }) => welcomeHandler(listening) }),
};

/** Returns the handler of the page at "/"; any other path is 404. */
export function welcomeHandler(view: () => ListeningView): Handler {
  return (request) => {
    const { method } = request;
    if (method === "OPTIONS") return { status: 200, headers: [["Allow", ALLOW]], body: null };
    if (method !== "GET" && method !== "HEAD") return errorPage(405, [["Allow", ALLOW]]);
    if (request.path !== "/") return errorPage(404);
    return respond(request, view());
  };
}

function respond(request: HttpRequest, view: ListeningView): HttpResponse {
  const isJson = prefersJson(request.header("accept"));
  const text = isJson ? `${JSON.stringify(asJson(view), null, 2)}\n` : welcomePage(view);
  return {
    status: 200,
    headers: [
      ["Content-Type", isJson ? "application/json" : "text/html; charset=utf-8"],
      ["Cache-Control", "no-store"],
      ["Vary", "Accept"],
    ],
    body: new TextEncoder().encode(text),
  };
}

/** The JSON form carries the version of its shape; fields are only ever added. */
function asJson({ version: program, ...rest }: ListeningView): unknown {
  return { version: ANSWER_VERSION, program, ...rest };
}

/** The page as HTML. */
export function welcomePage(view: ListeningView): string {
  const list = view.ipListen.length === 0
    ? "<p>The IP inclusion list is empty: the service listens on every address.</p>"
    : `<p>The service listens only on the addresses in its IP inclusion list:</p>
<ul>${view.ipListen.map((entry) => `<li><code>${escape(entry)}</code></li>`).join("")}</ul>`;
  const endpoints = view.endpoints.map(({ endpoint, state, reason }) => {
    return row([code(endpoint), escape(state), escape(reason ?? "")]);
  });
  const sites = view.sites.map(({ id, name, state, bindings, reason }) => {
    const bound = bindings.map(code).join("<br>");
    return row([String(id), escape(name), bound, escape(state), escape(reason ?? "")]);
  });
  return htmlPage(
    "httpcfg is running",
    `<h1>httpcfg is running</h1>
<p>This is the page of the Default Web Site. To replace it with your own site, use
<code>httpcfg site add</code>.</p>
<h2>IP inclusion list</h2>
${list}
<h2>Sockets</h2>
${table(["Address and port", "State", "Reason"], endpoints)}
<h2>Sites</h2>
${table(["Id", "Name", "Bindings", "State", "Reason"], sites)}
<footer>httpcfg ${escape(view.version)}</footer>`,
  );
}

function table(heads: readonly string[], rows: readonly string[]): string {
  const head = heads.map((text) => `<th>${escape(text)}</th>`).join("");
  return `<table><tr>${head}</tr>\n${rows.join("\n")}</table>`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function code(text: string): string {
  return `<code>${escape(text)}</code>`;
}
