/**
 * The welcome page and its JSON. A client on this machine sees the listening sockets, the sites and
 * the inclusion list, built for every request from a view that the host provides, so they are never
 * out of date. Any other client sees a page that tells nothing about the machine.
 *
 * @module
 */
import { escape } from "@std/html/entities";
import type { Handler, HeaderField, HttpResponse } from "../../base/exchange.ts";
import { isLocalClient } from "../local_client.ts";
import { prefersJson } from "./accept.ts";
import { errorPage } from "./error_page.ts";
import { answerToMethod } from "./method_answer.ts";
import { htmlPage, JSON_FIELDS, NOTICE, pageStyle, TABLE_STYLE } from "./html.ts";
import type { ListeningSource, ListeningView } from "../about/listening_view.ts";

const ANSWER_VERSION = 1;

const STYLE = await pageStyle(`${TABLE_STYLE}
table{table-layout:fixed}
th:first-child{width:36%}
ul{padding-left:1.25rem}
td p{margin:0}
.up{color:#1a7431}
.down{color:#b3261e}
@media(prefers-color-scheme:dark){.up{color:#5fd07d}.down{color:#ffa198}}
@media(max-width:36rem){tr{display:block;padding:.6rem .9rem;border-top:1px solid var(--line)}tr:first-child{display:none}tr:nth-child(2){border:0}td{display:block;padding:0;border:0}}
`);

const PLAIN_PAGE = htmlPage(
  "This server is running",
  `<main>
<h1>This server is running</h1>
<p>There is no website at this address yet.</p>
<p class="dim">If you look after this server, its status command shows what it listens on.</p>
</main>`,
  NOTICE,
);
const PLAIN_HTML = respond(NOTICE.fields, PLAIN_PAGE);
const PLAIN_JSON = respond(JSON_FIELDS, `${JSON.stringify({ status: "running" })}\n`);

/**
 * Returns the handler of the page at "/"; any other path is 404. `replace` is the command line that
 * replaces the page with files.
 */
export function welcomeHandler(replace: string, view: ListeningSource): Handler {
  return (request) => {
    const answer = answerToMethod(request);
    if (answer !== null) return answer;
    if (request.path !== "/") return errorPage("missing", request);
    const isJson = prefersJson(request.header("accept"));
    if (!isLocalClient(request)) return isJson ? PLAIN_JSON : PLAIN_HTML;
    return listeningResponse(isJson, replace, view);
  };
}

async function listeningResponse(
  isJson: boolean,
  replace: string,
  view: ListeningSource,
): Promise<HttpResponse> {
  const shown = await view();
  return isJson
    ? respond(JSON_FIELDS, `${JSON.stringify(asJson(shown), null, 2)}\n`)
    : respond(STYLE.fields, welcomePage(replace, shown));
}

/** Nothing of it may be kept: the same address shows more to a client on this machine. */
function respond(fields: readonly HeaderField[], text: string): HttpResponse {
  return {
    status: 200,
    headers: [...fields, ["Cache-Control", "no-store"], ["Vary", "Accept"]],
    body: new TextEncoder().encode(text),
  };
}

/** The JSON form carries the version of its shape; fields are only ever added. */
function asJson({ version: program, ...rest }: ListeningView): unknown {
  return { version: ANSWER_VERSION, program, ...rest };
}

/** The page as HTML. */
function welcomePage(replace: string, view: ListeningView): string {
  const list = view.ipListen.length === 0
    ? "<p>The list is empty: the service listens on every address.</p>"
    : `<p>The service listens only on these addresses:</p>
<ul>${view.ipListen.map((entry) => `<li>${code(entry)}</li>`).join("")}</ul>`;
  const endpoints = view.endpoints.map(({ endpoint, state, reason }) => {
    return row([code(endpoint), stateCell(state, reason)]);
  });
  const sites = view.sites.map(({ id, name, state, bindings, reason }) => {
    const who = `${escape(name)}<p class="dim">W3SVC/${id}</p>`;
    return row([who, bindings.map(code).join("<br>"), stateCell(state, reason)]);
  });
  return htmlPage(
    "httpcfg is running",
    `<main>
<h1>httpcfg is running</h1>
<p>This is the built-in page of a site. To serve your own files instead:<br>
${code(replace)}</p>
<p class="dim">Only clients on this machine see the addresses and sites below.</p>
<h2>IP inclusion list</h2>
${list}
<h2>Sockets</h2>
${table(["Address and port", "State"], endpoints)}
<h2>Sites</h2>
${table(["Site", "Bindings", "State"], sites)}
<p class="dim">httpcfg ${escape(view.version)}</p>
</main>`,
    STYLE,
  );
}

function table(heads: readonly string[], rows: readonly string[]): string {
  const head = heads.map((text) => `<th scope="col">${escape(text)}</th>`).join("");
  return `<table>\n<tr>${head}</tr>\n${rows.join("\n")}\n</table>`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function stateCell(state: string, reason: string | null): string {
  const isUp = state === "open" || state === "started";
  const look = isUp ? "up" : reason === null ? "dim" : "down";
  const why = reason === null ? "" : `<p class="dim">${escape(reason)}</p>`;
  return `<span class="${look}">${escape(state)}</span>${why}`;
}

function code(text: string): string {
  return `<code>${escape(text)}</code>`;
}
