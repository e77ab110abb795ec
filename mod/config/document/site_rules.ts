/**
 * What applies to a site whatever its content is: who may use it and how much (`access`), and what
 * its responses have in addition (`response`). Their shape, and their one spelling. Pure.
 *
 * @module
 */
import * as v from "valibot";
import { quote } from "../../base/fault.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import { parseMediaType } from "../rules/media_type.ts";
import { parseRequestRate, REQUESTS_MAX } from "../rules/request_rate.ts";
import { parseHsts, parseResponseField } from "../rules/response_field.ts";
import { normalSslAccess, SSL_ACCESS_NAMES, type SslAccess } from "../rules/ssl_access.ts";
import { formatBlock, parseAddressBlock } from "./address_block.ts";
import type { DocumentProblem } from "./document_problems.ts";
import { isFolderContent, type SiteContent } from "./site_content.ts";
import {
  integer,
  list,
  name,
  NAME_MAX,
  PATH_MAX,
  plainObject,
  strictObject,
  text,
} from "./shape.ts";

/** Who may use a site, and how much. */
export interface SiteAccess {
  /**
   * Blocks of clients: the most specific of both lists decides, and clients in no block are denied
   * if there is any in `allow`.
   */
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
  /** Requests of each client: `10/s`. */
  readonly rate?: string | undefined;
  /** Requests at once; if absent, as many as `rate` allows in its time. */
  readonly burst?: number | undefined;
  /** Concurrent connections of each client. */
  readonly connectionsPerClient?: number | undefined;
  readonly basicAuth?: BasicAuth | undefined;
  /** What is demanded of TLS; nothing if absent. */
  readonly sslFlags?: readonly SslAccess[] | undefined;
}

/** Who may use a site with a password. */
export interface BasicAuth {
  /** Absolute path of an htpasswd file. */
  readonly file: string;
  /** What browsers show; the name of the site if absent. */
  readonly realm?: string | undefined;
}

/** What the responses of a site have. */
export interface SiteResponse {
  /** Fields of every response: `Name: value`. */
  readonly headers?: readonly string[] | undefined;
  /** Strict-Transport-Security of every response over TLS: `max-age=31536000`. */
  readonly hsts?: string | undefined;
  /** By status. */
  readonly errorPages?: Readonly<Record<string, ErrorPage>> | undefined;
  /** The path that serves a navigation to a path where there is nothing. */
  readonly fallback?: string | undefined;
  /** Media types of files by extension. */
  readonly mimeTypes?: Readonly<Record<string, string>> | undefined;
}

/** What is sent in place of an error page: a file, or a text. */
export type ErrorPage = { readonly file: string } | { readonly text: string };

/** Responses of a site that can have a page of their own. */
export const ERROR_STATUS: RegExp = /^[45][0-9]{2}$/;
/** It is in quotes in a field, where only these characters need no escape. */
const REALM = /^[ !#-[\]-~]+$/;
/** Escapes and dot segments are resolved in the path of a request, and so have no place here. */
// deno-lint-ignore no-control-regex -- these are what it must not have
const FALLBACK = /^(?:\/[^/.%?#\\\x00-\x1f\x7f][^/%?#\\\x00-\x1f\x7f]*)+$/;
/** Fields that a site may add. */
const FIELDS_MAX = 64;
/** Characters of an error page that is a text. */
const ERROR_TEXT_MAX = 65_536;

const count = integer(1, 4294967295);
const path = v.pipe(text(PATH_MAX), v.nonEmpty("must not be empty"));
const absolute = v.pipe(
  path,
  v.regex(/^(?:\/|[A-Za-z]:[\\/]|\\\\)[^\0]*$/, "expected an absolute path"),
);

const basicAuth = strictObject({
  file: absolute,
  realm: v.optional(v.pipe(name, v.regex(REALM, 'expected ASCII without " and \\'))),
});

const errorPage = v.union(
  [strictObject({ file: absolute }), strictObject({ text: text(ERROR_TEXT_MAX) })],
  "expected { file } with an absolute path or { text }",
);

const errorPages = v.pipe(
  plainObject,
  v.record(
    v.pipe(v.string(), v.regex(ERROR_STATUS, "expected a status from 400 to 599")),
    errorPage,
  ),
);

/** The schema of demands of TLS. */
export const sslFlagsSchema: v.GenericSchema<unknown, readonly SslAccess[]> = list(
  v.picklist(SSL_ACCESS_NAMES, `expected one of ${SSL_ACCESS_NAMES.join(", ")}`),
);

const accessFields = {
  allow: v.optional(list(text(NAME_MAX))),
  deny: v.optional(list(text(NAME_MAX))),
  rate: v.optional(text(NAME_MAX)),
  burst: v.optional(integer(1, REQUESTS_MAX)),
  connectionsPerClient: v.optional(count),
  basicAuth: v.optional(basicAuth),
  sslFlags: v.optional(sslFlagsSchema),
};

const responseFields = {
  headers: v.optional(
    v.pipe(list(text(PATH_MAX)), v.maxLength(FIELDS_MAX, `must have at most ${FIELDS_MAX}`)),
  ),
  hsts: v.optional(text(NAME_MAX)),
  errorPages: v.optional(errorPages),
  fallback: v.optional(v.pipe(path, v.regex(FALLBACK, "expected the path of a file"))),
  mimeTypes: v.optional(v.pipe(plainObject, v.record(name, text(NAME_MAX)))),
};

/** The schema of {@linkcode SiteAccess}. */
export const accessSchema: v.GenericSchema<unknown, SiteAccess> = v.pipe(
  plainObject,
  strictObject(accessFields),
);

/** The schema of {@linkcode SiteResponse}. */
export const responseSchema: v.GenericSchema<unknown, SiteResponse> = v.pipe(
  plainObject,
  strictObject(responseFields),
);

/** Every client, of both families. */
const ALL: readonly string[] = ["0.0.0.0/0", "::/0"];

/**
 * Returns the blocks of clients that `text` means, with commas between them, each in its one spelling;
 * `all` means two.
 */
export function parseClients(text: string): readonly string[] | Problem {
  const words = text.split(",");
  const blocks: string[] = [];
  for (const [i, word] of words.entries()) {
    if (word.toLowerCase() === "all") {
      blocks.push(...ALL);
      continue;
    }
    const block = parseAddressBlock(word);
    if (!isProblem(block)) blocks.push(formatBlock(block));
    else {
      const proposals = block.hint?.split("\n").map((one) => words.with(i, one).join(","));
      return new Problem(block.reason, { hint: proposals?.join("\n") });
    }
  }
  return blocks;
}

/** Reports whether `text` can be a realm. */
export function isRealm(text: string): boolean {
  return REALM.test(text) && text.length <= NAME_MAX;
}

/** Reports whether `text` can be the path of a fallback. */
export function isFallback(text: string): boolean {
  return FALLBACK.test(text) && text.length <= PATH_MAX;
}

/** The rules of a site record. */
export interface SiteRules {
  readonly access?: SiteAccess | undefined;
  readonly response?: SiteResponse | undefined;
}

/** Returns the rules in their one spelling, without those that say nothing. */
export function normaliseRules(
  { access, response }: SiteRules,
  at: string,
  problems: DocumentProblem[],
): SiteRules {
  const reader = new RuleReader(problems);
  const normalAccess = reader.access(access ?? {}, `${at}.access`);
  const normalResponse = reader.response(response ?? {}, `${at}.response`);
  return {
    ...(Object.keys(normalAccess).length === 0 ? {} : { access: normalAccess }),
    ...(Object.keys(normalResponse).length === 0 ? {} : { response: normalResponse }),
  };
}

/** What a site has of content: its own, and that of its applications. */
interface SiteContents extends SiteRules {
  readonly content: SiteContent;
  readonly applications?: readonly { readonly content: SiteContent }[] | undefined;
}

/** Returns the problems of rules that need files, where no content has any. */
export function fileRuleProblems(
  { response = {}, content, applications = [] }: SiteContents,
): DocumentProblem[] {
  const { fallback, mimeTypes } = response;
  const hasFiles = [content, ...applications.map((one) => one.content)].some(isFolderContent);
  return [
    ...(fallback === undefined || isFolderContent(content)
      ? []
      : [{ at: "response.fallback", message: "only a site of files (root) has one" }]),
    ...(mimeTypes === undefined || hasFiles
      ? []
      : [{ at: "response.mimeTypes", message: "only a site of files (root) has them" }]),
  ];
}

/** Reads texts, and collects what cannot be read. */
class RuleReader {
  readonly #problems: DocumentProblem[];

  constructor(problems: DocumentProblem[]) {
    this.#problems = problems;
  }

  access(
    { allow, deny, rate, burst, connectionsPerClient, basicAuth, sslFlags = [] }: SiteAccess,
    at: string,
  ): SiteAccess {
    const read = (text: string, i: number, sign: string): readonly string[] => {
      return this.#value(parseClients(text), text, `${at}.${sign}[${i}]`) ?? [text];
    };
    const allowed = new Set(allow?.flatMap((text, i) => read(text, i, "allow")));
    const denied = new Set(deny?.flatMap((text, i) => read(text, i, "deny")));
    for (const text of denied.intersection(allowed)) {
      const message = `${quote(text)} is both allowed and denied`;
      this.#problems.push({ at: `${at}.deny`, message, value: text });
    }
    if (rate === undefined && burst !== undefined) {
      this.#problems.push({ at: `${at}.burst`, message: "a burst needs a rate" });
    }
    const parsed = rate === undefined
      ? null
      : this.#value(parseRequestRate(rate), rate, `${at}.rate`);
    return {
      ...(allowed.size === 0 ? {} : { allow: [...allowed] }),
      ...(denied.size === 0 ? {} : { deny: [...denied] }),
      ...(rate === undefined ? {} : { rate: parsed?.text ?? rate }),
      ...(burst === undefined ? {} : { burst }),
      ...(connectionsPerClient === undefined ? {} : { connectionsPerClient }),
      ...(basicAuth === undefined ? {} : { basicAuth }),
      ...(sslFlags.length === 0 ? {} : { sslFlags: normalSslAccess(sslFlags) }),
    };
  }

  response(
    { headers = [], hsts, errorPages = {}, fallback, mimeTypes = {} }: SiteResponse,
    at: string,
  ): SiteResponse {
    const fields = headers.map((text, i) => {
      return this.#value(parseResponseField(text), text, `${at}.headers[${i}]`)?.text ?? text;
    });
    const types = Object.entries(mimeTypes).map(([extension, type]) => {
      const place = `${at}.mimeTypes[${quote(extension)}]`;
      const parsed = this.#value(parseMediaType(extension, type), type, place);
      return [parsed?.extension ?? extension, type] as const;
    });
    const value = hsts === undefined ? undefined : this.#value(parseHsts(hsts), hsts, `${at}.hsts`);
    return {
      ...(fields.length === 0 ? {} : { headers: fields }),
      ...(hsts === undefined ? {} : { hsts: value ?? hsts }),
      ...(Object.keys(errorPages).length === 0 ? {} : { errorPages }),
      ...(fallback === undefined ? {} : { fallback }),
      ...(types.length === 0 ? {} : { mimeTypes: Object.fromEntries(types) }),
    };
  }

  #value<T>(parsed: T | Problem, text: string, at: string): T | null {
    if (!isProblem(parsed)) return parsed;
    const message = `${quote(text)} cannot be used: ${parsed.reason}`;
    this.#problems.push({ at, message, value: text });
    return null;
  }
}
