/**
 * The handler of a live page: the page as HTML, its JSON, its resources, and the stream of what
 * changes. It can only be read.
 *
 * It shows how a machine is set up, so that no page of another site may read it: not by a name that was
 * made to lead here (DNS rebinding), and not by a request or a frame of its own.
 *
 * @module
 */
import { parseIp } from "../../base/address.ts";
import type {
  Handler,
  HandlerResult,
  HeaderField,
  HttpRequest,
  HttpResponse,
} from "../../base/exchange.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import { isBoundHost } from "../local_client.ts";
import { errorPage } from "../pages/error_page.ts";
import { answerToMethod } from "../pages/method_answer.ts";
import { escapedForUrl, redirectResponse } from "../pages/redirect_response.ts";
import { ASSETS } from "./assets.ts";
import type { Dashboard } from "./dashboards.ts";
import { snapshotPage } from "./snapshot_page.ts";

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The fields of every response: what it may load, and that nobody keeps or embeds it. */
const FIELDS: readonly HeaderField[] = [
  ["Content-Security-Policy", POLICY],
  ["X-Content-Type-Options", "nosniff"],
  ["Referrer-Policy", "no-referrer"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["Cache-Control", "no-store"],
];

/** Where a page is: what of it a request may see is decided by that. */
interface DashboardPlace {
  readonly site: Pick<SiteRecord, "bindings" | "secureBindings">;
  /** The path below which the page is, ending in "/". */
  readonly applicationPath: string;
}

/** Returns the handler. */
export function dashboardHandler(page: Dashboard, place: DashboardPlace): Handler {
  return (request) => {
    const answer = answerToMethod(request);
    if (answer !== null) return answer;
    const name = nameBelow(place.applicationPath, request.path);
    if (!isKnownHost(request.host, place.site)) return errorPage("strangeHost", request);
    if (!isOwnRequest(request, name)) return errorPage("otherSite", request);
    if (name === null) return withSlash(request);
    return respond(page, request, name);
  };
}

function respond(
  page: Dashboard,
  request: HttpRequest,
  name: string,
): HandlerResult | Promise<HandlerResult> {
  if (name === "") return snapshot(page, request);
  if (name === "state.json") return stateJson(page);
  if (name === "events") return events(page, request);
  const asset = ASSETS.get(name);
  return asset === undefined ? errorPage("missing", request) : whole(asset.type, asset.text);
}

async function snapshot(page: Dashboard, request: HttpRequest): Promise<HttpResponse> {
  const view = await page.view();
  return whole("text/html; charset=utf-8", snapshotPage(view, request.query));
}

async function stateJson(page: Dashboard): Promise<HttpResponse> {
  return whole("application/json", `${JSON.stringify(await page.view())}\n`);
}

async function events(page: Dashboard, request: HttpRequest): Promise<HandlerResult> {
  const headers: readonly HeaderField[] = [
    ["Content-Type", "text/event-stream"],
    ...FIELDS,
    ["X-Accel-Buffering", "no"],
  ];
  if (request.method === "HEAD") return { status: 200, headers, body: null };
  const id = request.header("last-event-id") ?? "";
  const stream = await page.watch(/^[0-9]{1,15}$/.test(id) ? Number(id) : null);
  if (stream === null) return errorPage("viewers", request);
  return { status: 200, headers, body: stream };
}

function whole(type: string, text: string): HttpResponse {
  const headers: readonly HeaderField[] = [["Content-Type", type], ...FIELDS];
  return { status: 200, headers, body: new TextEncoder().encode(text) };
}

/** Leads to the address with a slash at its end, which the links of the page need. */
function withSlash(request: HttpRequest): HttpResponse {
  // A path alone: the name of the host is the client's own.
  const path = `/${escapedForUrl(request.rawPath).replace(/^[/\\]+/, "")}/`;
  return redirectResponse(308, request.query === null ? path : `${path}?${request.query}`);
}

/**
 * Returns what follows the path of the application; null for that path without its slash. Paths are
 * compared without regard to case, as wherever a site is found.
 */
function nameBelow(applicationPath: string, path: string): string | null {
  return path.length < applicationPath.length ? null : path.slice(applicationPath.length);
}

/**
 * Reports whether `host` cannot be another's name for this machine: an address, a name that every
 * client knows to be its own machine (RFC 6761 6.3), or one that the administrator has bound.
 */
function isKnownHost(host: string, site: DashboardPlace["site"]): boolean {
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  if (parseIp(host.replace(/^\[(.*)\]$/, "$1")) !== null) return true;
  return isBoundHost(host, site);
}

/**
 * Reports whether the request was made by the page itself, by a person or by a program; a browser says
 * if it was another site's. A link there may lead to the page, but load nothing of it.
 */
function isOwnRequest(request: HttpRequest, name: string | null): boolean {
  const origin = request.header("origin");
  if (origin !== null && hostOfOrigin(origin) !== request.header("host")?.toLowerCase()) {
    return false;
  }
  const site = request.header("sec-fetch-site");
  if (site === null || site === "same-origin" || site === "none") return true;
  const isNavigation = request.header("sec-fetch-mode") === "navigate" &&
    request.header("sec-fetch-dest") === "document";
  return isNavigation && (name === "" || name === null);
}

function hostOfOrigin(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
