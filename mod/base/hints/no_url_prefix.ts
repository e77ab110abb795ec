/**
 * Why a text is no UrlPrefix, and the one that was probably meant. Pure.
 *
 * @module
 */
import { parseBracketed, parseIp, parsePort, portProblem } from "../address.ts";
import { quote } from "../fault.ts";
import { hostProblem } from "../host_name.ts";
import { decodePrefixPath, nearestPrefix, parseUrlPrefix } from "../url_prefix.ts";
import { explainPasted, withoutPasted } from "./pasted.ts";

/** Why a text is no prefix. */
interface NoUrlPrefix {
  /** The end of a sentence. */
  readonly reason: string;
  /** A valid prefix. */
  readonly prefix: string;
}

/** Returns why `text` is no prefix; null if it is one. */
export function explainNoPrefix(text: string): NoUrlPrefix | null {
  if (parseUrlPrefix(text) !== null) return null;
  return { reason: reasonOf(text), prefix: nearestPrefix(straightened(text)) };
}

/** Returns `text` with the slashes, the scheme and the brackets that it probably should have. */
function straightened(text: string): string {
  const plain = withoutPasted(text).replaceAll("\\", "/");
  const whole = /^[^/:]+:[0-9]/.test(plain) ? `http://${plain}` : plain;
  return whole.replace(
    /^(https?:\/\/)([0-9a-f:]*:[0-9a-f:]*)(?::([0-9]+))?(?=\/|$)/i,
    (all, scheme, host, port) => {
      const at = port === undefined ? host.lastIndexOf(":") : host.length;
      const bare = parseIp(host.slice(0, at));
      return bare?.includes(":") ? `${scheme}[${bare}]:${port ?? host.slice(at + 1)}` : all;
    },
  );
}

const FORM = "the form is scheme://host:port/path/";

function reasonOf(text: string): string {
  if (text === "") return `it is empty; ${FORM}`;
  const pasted = explainPasted(text);
  if (pasted !== null) return pasted.reason;
  if (text.includes("\\")) return "it has a backslash in place of a slash";
  if (/\s/.test(text)) return "it has a space in it";
  const [, scheme, slashes = "", rest = ""] = /^([a-z][a-z0-9+.-]*):(\/*)(.*)$/i.exec(text) ?? [];
  const isHost = scheme !== undefined && slashes === "" && /^[0-9]/.test(rest);
  if (scheme === undefined || isHost) {
    return "the scheme is missing: it begins with http:// or https://";
  }
  if (/^https?$/i.test(scheme) && !/^https?$/.test(scheme)) {
    return `the scheme is in lower case: ${scheme.toLowerCase()}, not ${scheme}`;
  }
  if (!/^https?$/.test(scheme)) return `the scheme is http or https, not ${quote(scheme)}`;
  if (slashes !== "//") return `two slashes follow ${scheme}:`;
  const slash = rest.indexOf("/");
  const authority = slash < 0 ? rest.replace(/[?#].*$/, "") : rest.slice(0, slash);
  return authorityProblem(authority) ?? pathProblem(rest.slice(authority.length));
}

/** Returns what is wrong with `host:port`; null if nothing. */
function authorityProblem(authority: string): string | null {
  if (authority.includes("@")) return "it has a user name; a prefix has none";
  const [, host = "", colon = "", port = ""] = /^(\[[^\]]*\]|[^:]*)(:?)(.*)$/.exec(authority) ?? [];
  if (
    parseIp(authority)?.includes(":") ||
    parseIp(`${authority.replace(/:[0-9]+$/, "")}`)?.includes(":")
  ) {
    return "an IPv6 address is in brackets: [::1]:80";
  }
  if (host === "") {
    return "the host is empty; + is every host, before all others, * after all others";
  }
  if (colon === "") return "the port is missing";
  if (port === "") return "the port is missing after the colon";
  if (parsePort(port) === null) return portProblem(port);
  return wrongHost(host);
}

function wrongHost(host: string): string | null {
  if (host === "+" || host === "*") return null;
  if (host.startsWith("[")) {
    return parseBracketed(host) === null ? `not an IPv6 address: ${quote(host)}` : null;
  }
  if (parseUrlPrefix(`http://${host}:80/`) !== null) return null;
  if (host.includes("+")) return "a plus sign is the whole host, and no part of one";
  if (/^[0-9.]+$/.test(host)) return `not an IPv4 address: ${quote(host)}`;
  return `${quote(host)} ${hostProblem(host)}`;
}

/** Returns what is wrong with a path that makes no prefix. */
function pathProblem(path: string): string {
  if (/[?#]/.test(path)) return "a prefix has no query and no fragment";
  if (path === "") return "the slash after the port is missing";
  if (!path.endsWith("/")) return "it does not end with a slash";
  if (path.includes("*")) return "a path has no asterisk; a prefix has everything below it";
  if (decodePrefixPath(path) !== null) return "it is longer than 2048 characters";
  if (path.includes("//")) return "the path has an empty segment, //";
  return /(?:^|\/)\.{1,2}\//.test(path)
    ? "the path has a segment that is . or .."
    : "the path has a character or an escape that no request has";
}
