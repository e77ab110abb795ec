/**
 * Where the store is, and what a client shows to be let in. Secrets are in files; here are their names.
 *
 * @module
 */
import * as v from "valibot";
import { quote, usageFault } from "../../base/fault.ts";

/** The endpoints of one etcd cluster; paths are absolute. */
export interface StoreAddress {
  /** Origins, in the order in which they are tried: `https://10.0.0.1:2379`. */
  readonly urls: readonly string[];
  /** PEM file of the authorities that vouch for the endpoints; those of the system if absent. */
  readonly caFile?: string | undefined;
  /** PEM files of the certificate of this client and of its key; both or none. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Name of the user of etcd; `passwordFile` has the password, on its first line. */
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
}

/** Endpoints of one cluster; no honest one has more. */
const URLS_MAX = 16;
const DEFAULT_PORT = 2379;

const path = v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(4096)));
const origin = v.pipe(
  v.string(),
  v.check((value) => originOf(value) === value, "expected the origin of an etcd endpoint"),
);

/** A stored address. */
export const storeAddressSchema: v.GenericSchema<unknown, StoreAddress> = v.pipe(
  v.object({
    urls: v.pipe(v.array(origin), v.minLength(1), v.maxLength(URLS_MAX)),
    caFile: path,
    certFile: path,
    keyFile: path,
    user: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(256))),
    passwordFile: path,
  }),
  v.check(
    ({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined),
    "certFile and keyFile belong together",
  ),
  v.check(
    ({ user, passwordFile }) => (user === undefined) === (passwordFile === undefined),
    "user and passwordFile belong together",
  ),
);

/**
 * Returns the endpoints in `URL[,URL]`. Throws a UsageFault for anything else, and for a password in
 * a URL, which every user of the machine could read there.
 */
export function parseStoreUrls(text: string): readonly string[] {
  const urls = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  if (urls.length === 0) throw usageFault(`Cannot use the store ${quote(text)}: no URL`, EXAMPLE);
  if (urls.length > URLS_MAX) {
    throw usageFault(`Cannot use the store: more than ${URLS_MAX} URLs`, EXAMPLE);
  }
  return [...new Set(urls.map(parseOne))];
}

const EXAMPLE = "httpcfg fleet join https://10.0.0.1:2379,https://10.0.0.2:2379 --name web1";

function parseOne(text: string): string {
  const origin = originOf(text);
  if (origin !== null) return origin;
  const { reason, hint } = whyNot(text);
  throw usageFault(`Cannot use the store ${quote(withoutPassword(text))}: ${reason}`, hint);
}

/** Returns scheme, host and port; null if there is more, or less. */
function originOf(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "") return null;
  const isBare = url.username === "" && url.password === "" && url.pathname === "/" &&
    url.search === "" && url.hash === "" && !/[?#@]/.test(text);
  if (!isBare) return null;
  // Port 80 or 443 is not what etcd has, unless it is written.
  const isWritten = /:[0-9]+\/?$/.test(text);
  return isWritten
    ? `${url.protocol}//${url.hostname}:${portOf(url)}`
    : `${url.origin}:${DEFAULT_PORT}`;
}

function portOf({ port, protocol }: URL): string {
  return port !== "" ? port : protocol === "https:" ? "443" : "80";
}

function whyNot(text: string): { readonly reason: string; readonly hint: string } {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const host = text.replace(/^[a-z]+:\/*/i, "");
    const better = originOf(`https://${host}`);
    const hint = better === null ? EXAMPLE : `httpcfg fleet join ${better} --name web1`;
    return { reason: "it must begin with http:// or https://", hint };
  }
  const bare = `${url.protocol}//${url.host}`;
  if (/@/.test(text)) {
    return {
      reason: "every user of this machine can read a password that is in a URL",
      hint: `httpcfg fleet join ${bare} --name web1 --user NAME --password-file FILE`,
    };
  }
  return {
    reason: "it must be a scheme, a host and a port, without a path",
    hint: `httpcfg fleet join ${bare} --name web1`,
  };
}

function withoutPassword(text: string): string {
  return text.replace(/\/\/[^/]*@/, "//…@");
}
