/**
 * What the metabase says of the paths of a site, as rules: where a request is redirected, whether it
 * may be read, which fields its response has, and whether it is logged.
 *
 * @module
 */
import type { HandlerResult, HttpRequest, HttpResponse } from "../../base/exchange.ts";
import { isProblem } from "../../base/problem.ts";
import { applicationEnd } from "../../config/document/application.ts";
import type { PathValues } from "../../config/metabase/site_values.ts";
import {
  type HttpRedirect,
  parseHttpRedirect,
  redirectedTo,
} from "../../config/rules/http_redirect.ts";
import { isLocalClient } from "../local_client.ts";
import { errorPage } from "../pages/error_page.ts";
import { escapedForUrl, redirectResponse } from "../pages/redirect_response.ts";
import { comparablePath, coveringPath } from "../path_values.ts";
import { fieldsOfTexts, ResponseFields } from "./response_fields.ts";

/** The rules of one path. */
interface PathRule extends PathValues {
  readonly target: HttpRedirect | null;
  /** In place of the fields of the site; null if it has those of the site. */
  readonly fields: ResponseFields | null;
  readonly cacheFields: ResponseFields | null;
}

/** The rules of the paths of a site. */
export class PathRules {
  readonly #rules: readonly PathRule[];
  /** Whoever asks has given a password by then. */
  readonly #knowsWho: boolean;
  /** That of the whole site, if nothing is said of any part of it. */
  readonly #only: PathRule | null;

  constructor(values: readonly PathValues[], knowsWho: boolean) {
    this.#knowsWho = knowsWho;
    this.#rules = values.map((one): PathRule => {
      const target = one.redirect === undefined ? null : parseHttpRedirect(one.redirect.value);
      const { headers, caching } = one;
      return {
        ...one,
        target: isProblem(target) ? null : target,
        fields: headers === undefined ? null : new ResponseFields(fieldsOfTexts(headers)),
        cacheFields: caching === undefined ? null : new ResponseFields(fieldsOfTexts(caching)),
      };
    });
    const [first] = this.#rules;
    this.#only = this.#rules.length === 1 && first?.path === "" ? first : null;
  }

  /** Returns what a request gets in place of the content; null if it gets the content. */
  pass(request: HttpRequest): HandlerResult | null {
    const rule = this.#ruleOf(request);
    if (rule === undefined) return null;
    if (rule.unlogged === true) request.isUnlogged = true;
    const { target, redirect } = rule;
    if (target !== null && redirect !== undefined) {
      const to = redirectedTo(target, redirected(request, redirect.at));
      if (to !== null) return redirectResponse(target.status, to);
    }
    const isClosed = rule.closedTo === "all" || (rule.asksWho === true && !this.#knowsWho) ||
      (rule.closedTo === "remote" && !isLocalClient(request));
    if (!isClosed) return null;
    request.substatus = 2; // 403.2 of IIS: reading is denied
    return errorPage("denied", request);
  }

  /** Returns `response` with what caches are told, and with the fields of its path or `ofSite`. */
  finish(response: HttpResponse, request: HttpRequest, ofSite: ResponseFields): HttpResponse {
    const rule = this.#ruleOf(request);
    if (rule === undefined) return ofSite.add(response);
    const { cacheFields, fields } = rule;
    const isContent = response.status === 200 || response.status === 206 || response.status === 304;
    const isSilent = response.encoded === undefined &&
      !response.headers.some(([name]) => name.toLowerCase() === "cache-control");
    const cached = cacheFields !== null && isContent && isSilent
      ? cacheFields.add(response)
      : response;
    return (fields ?? ofSite).add(cached);
  }

  #ruleOf({ path }: HttpRequest): PathRule | undefined {
    return this.#only ?? coveringPath(this.#rules, comparablePath(path));
  }
}

/** Returns the parts of a request that a redirect set at the path `at` depends on. */
function redirected(
  { path, query }: HttpRequest,
  at: string,
): { readonly path: string; readonly keyEnd: number; readonly query: string | null } {
  const plain = path.replace(/\/{2,}/g, "/");
  const end = at === "" ? 0 : applicationEnd(plain, `${at}/`);
  const before = encodedPath(plain.slice(0, end));
  return {
    path: before + encodedPath(plain.slice(end)),
    keyEnd: before.length,
    query: query === null ? null : escapedForUrl(query),
  };
}

function encodedPath(decoded: string): string {
  return encodeURI(decoded).replace(/[?#[\]]/g, encodeURIComponent);
}
