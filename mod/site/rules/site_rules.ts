/**
 * The rules of a site around its content. A request passes, in this order: the client's address, what
 * is demanded of TLS, which an application may have of its own, the client's connections, its rate,
 * its path, its credentials; then comes the content, and whatever is responded gets the site's own
 * error page and fields. A site without rules has its handler alone.
 *
 * @module
 */
import type { Handler, HandlerResult, HttpRequest, HttpResponse } from "../../base/exchange.ts";
import { isProblem } from "../../base/problem.ts";
import { applicationKey } from "../../config/document/application.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import type { SiteAccess } from "../../config/document/site_rules.ts";
import type { ServedSite } from "../../config/metabase/site_values.ts";
import { parseRequestRate, type RequestRate } from "../../config/rules/request_rate.ts";
import type { SslAccess } from "../../config/rules/ssl_access.ts";
import { clientOf } from "../client.ts";
import { errorPage } from "../pages/error_page.ts";
import type { FileAccess } from "../static/file_access.ts";
import { BasicAuthGate, type GateResult } from "./basic_auth.ts";
import { ClientRules } from "./client_rules.ts";
import { ErrorPages } from "./error_pages.ts";
import { withFallback } from "./fallback.ts";
import { PathRules } from "./path_rules.ts";
import { fieldsOfTexts, ResponseFields } from "./response_fields.ts";
import type { RuleState } from "./rule_state.ts";
import { type JudgedBy, tlsGate } from "./tls_gate.ts";

interface RulesContext {
  readonly files: FileAccess;
  readonly state: RuleState;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Counts the connection of a client among those of the site; false if it has too many. */
  readonly admitConnection: (site: SiteRecord, request: HttpRequest) => boolean | Promise<boolean>;
  readonly judgedBy: JudgedBy;
}

type Gate = (request: HttpRequest) => GateResult;

/** Seconds after which a client may have fewer connections. */
const CONNECTIONS_RETRY = "5";

/** The rules of a site. */
export class SiteRules {
  /** Whether connections of each client are counted. */
  readonly limitsConnections: boolean;
  readonly #addressGates: readonly Gate[];
  readonly #clientGates: readonly Gate[];
  /** What is demanded of TLS, by the key of the path: "/" for the site. */
  readonly #demands: ReadonlyMap<string, readonly SslAccess[]>;
  readonly #judgedBy: JudgedBy;
  readonly #fallback: string | undefined;
  readonly #pages: ErrorPages | null;
  /** What the metabase says of paths; null for nothing. */
  readonly #paths: PathRules | null;
  readonly #plain: ResponseFields;
  /** With Strict-Transport-Security, which means nothing without TLS. */
  readonly #secure: ResponseFields;

  constructor(site: ServedSite, context: RulesContext) {
    const { access = {}, response = {}, values = {} } = site;
    this.limitsConnections = access.connectionsPerClient !== undefined;
    this.#paths = values.paths === undefined
      ? null
      : new PathRules(values.paths, access.basicAuth !== undefined);
    const { allow, deny } = access;
    const hasBlocks = allow !== undefined || deny !== undefined;
    this.#addressGates = hasBlocks ? [clientGate(new ClientRules(access))] : [];
    this.#clientGates = gatesOf(site, access, context, this.#paths);
    this.#demands = demandsOf(site);
    this.#judgedBy = context.judgedBy;
    this.#fallback = response.fallback;
    const errorPages = values.errorPages === undefined
      ? response.errorPages
      : { ...values.errorPages, ...response.errorPages };
    const own = { files: context.files.site(site.id), now: context.now };
    this.#pages = errorPages === undefined ? null : new ErrorPages(errorPages, own);
    const fields = fieldsOfTexts(response.headers ?? []);
    this.#plain = new ResponseFields(fields);
    const { hsts } = response;
    this.#secure = hsts === undefined
      ? this.#plain
      : new ResponseFields([...fields, ["Strict-Transport-Security", hsts]]);
  }

  /** Returns the handler of the site around the one of the content at `path`, `/` or an application. */
  around(content: Handler, path: string): Handler {
    const demands = this.#demands.get(path) ?? this.#demands.get("/") ?? [];
    const tls = tlsGate(demands, this.#judgedBy);
    const gates = [...this.#addressGates, ...(tls === null ? [] : [tls]), ...this.#clientGates];
    const fallback = path === "/" ? this.#fallback : undefined;
    const handle = fallback === undefined ? content : withFallback(content, fallback);
    return (request) => {
      const result = passGate(gates, 0, request, handle);
      return result instanceof Promise
        ? result.then((one) => this.#finish(one, request))
        : this.#finish(result, request);
    };
  }

  /**
   * Returns what the site sends for a refusal with `status`; `page` is what is sent otherwise, null
   * for the words of HTTP.sys, which stay as they are if the site has no page.
   */
  refusalPage(
    page: HttpResponse | null,
    status: number,
    request: HttpRequest,
  ): HttpResponse | null {
    const found = this.#pages?.known(status) ?? page;
    return found === null ? null : this.#withFields(found, request);
  }

  #finish(result: HandlerResult, request: HttpRequest): HandlerResult | Promise<HandlerResult> {
    if ("refuse" in result) return result;
    if (this.#pages === null || result.isErrorPage !== true) {
      return this.#withFields(result, request);
    }
    const page = this.#pages.replace(result);
    return page instanceof Promise
      ? page.then((one) => this.#withFields(one, request))
      : this.#withFields(page, request);
  }

  #withFields(response: HttpResponse, request: HttpRequest): HttpResponse {
    const fields = request.scheme === "https" ? this.#secure : this.#plain;
    return this.#paths === null
      ? fields.add(response)
      : this.#paths.finish(response, request, fields);
  }
}

function passGate(
  gates: readonly Gate[],
  index: number,
  request: HttpRequest,
  handle: Handler,
): HandlerResult | Promise<HandlerResult> {
  const gate = gates[index];
  if (gate === undefined) return handle(request);
  const result = gate(request);
  if (!(result instanceof Promise)) return result ?? passGate(gates, index + 1, request, handle);
  return result.then((one) => one ?? passGate(gates, index + 1, request, handle));
}

/** Returns what each part of a site demands of TLS that does not demand what the site does. */
function demandsOf({ access, applications = [] }: SiteRecord): Map<string, readonly SslAccess[]> {
  const own = applications.flatMap(({ path, sslFlags }) => {
    return sslFlags === undefined ? [] : [[applicationKey(path), sslFlags] as const];
  });
  return new Map([["/", access?.sslFlags ?? []], ...own]);
}

/** Returns the rules of a site; null if it has none. */
export function rulesOf(site: ServedSite, context: RulesContext): SiteRules | null {
  const { access, response, values, applications = [] } = site;
  const hasRules = access !== undefined || response !== undefined ||
    values?.paths !== undefined || values?.errorPages !== undefined ||
    applications.some(({ sslFlags }) => sslFlags !== undefined);
  return hasRules ? new SiteRules(site, context) : null;
}

function gatesOf(
  site: SiteRecord,
  access: SiteAccess,
  context: RulesContext,
  paths: PathRules | null,
): Gate[] {
  const { connectionsPerClient, basicAuth } = access;
  const gates: Gate[] = [];
  if (connectionsPerClient !== undefined) gates.push(connectionGate(site, context));
  const rate = rateOf(access);
  if (rate !== null) gates.push(rateGate(site.id, rate, context));
  if (paths !== null) gates.push((request) => paths.pass(request));
  if (basicAuth !== undefined) {
    const { file, realm = asciiName(site.name) } = basicAuth;
    const { state, now } = context;
    const files = context.files.site(site.id);
    const gate = new BasicAuthGate({ file, realm, checks: state.passwords, files, now });
    gates.push((request) => gate.pass(request));
  }
  return gates;
}

/** 403.6, as IIS calls it: the address of the client is rejected. */
function clientGate(rules: ClientRules): Gate {
  return (request) => {
    if (rules.allows(request.remote.ip)) return null;
    request.substatus = 6;
    return errorPage("client", request);
  };
}

function connectionGate(site: SiteRecord, { admitConnection }: RulesContext): Gate {
  const conclude = (isAdmitted: boolean, request: HttpRequest): HandlerResult | null => {
    if (isAdmitted) return null;
    return errorPage("connections", request, [["Retry-After", CONNECTIONS_RETRY]]);
  };
  return (request) => {
    const isAdmitted = admitConnection(site, request);
    if (!(isAdmitted instanceof Promise)) return conclude(isAdmitted, request);
    return isAdmitted.then((is) => conclude(is, request));
  };
}

function rateGate(
  siteId: number,
  rate: RequestRate & { readonly burst: number },
  { state, now }: RulesContext,
): Gate {
  const buckets = state.bucketsOf(siteId, rate);
  return (request) => {
    const waitMs = buckets.take(clientOf(request.remote.ip), now());
    if (waitMs === 0) return null;
    return errorPage("rate", request, [["Retry-After", `${Math.ceil(waitMs / 1000)}`]]);
  };
}

/** Returns the rate of a checked document; null for none. */
function rateOf({ rate, burst }: SiteAccess): RequestRate & { readonly burst: number } | null {
  if (rate === undefined) return null;
  const parsed = parseRequestRate(rate);
  if (isProblem(parsed)) throw new Error(`Unchecked rate ${rate}: ${parsed.reason}`);
  return { ...parsed, burst: burst ?? parsed.requests };
}

/** A realm is in quotes in a field, where only these characters need no escape. */
function asciiName(name: string): string {
  return name.replace(/[^ !#-[\]-~]/g, "?");
}
