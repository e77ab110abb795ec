/**
 * Why a text is no key, thumbprint or application id of a certificate record, and the one that was
 * probably meant. Pure.
 *
 * @module
 */
import { ANY_V4, formatEndpoint, parseIp, parsePort, portProblem } from "../../base/address.ts";
import { quote } from "../../base/fault.ts";
import { NULL_GUID, parseCertHash, parseGuid } from "../../base/guid.ts";
import { hostProblem, nearestWildcard } from "../../base/host_name.ts";
import { explainPasted, withoutPasted } from "../../base/hints/pasted.ts";
import { sslKeyOfAddress, sslKeyOfName } from "../document/http_records.ts";

/** Why a text is none. */
export interface NoRecordText {
  /** The end of a sentence. */
  readonly reason: string;
  /** A valid text; null if none can be guessed. */
  readonly cure: string | null;
}

/** The usual port of HTTPS. */
const HTTPS_PORT = 443;

/** Returns why `text` is no `IP:port`; null if it is one. */
export function explainNoAddressKey(text: string): NoRecordText | null {
  if (sslKeyOfAddress(text) !== null) return null;
  return { reason: addressProblem(text), cure: nearestAddressKey(text) };
}

function addressProblem(text: string): string {
  const pasted = explainPasted(text);
  if (text === "") return "it is empty; the form is IP:port";
  if (pasted !== null) return pasted.reason;
  if (/^[a-z]+:\/\//i.test(text)) return "it is a URL; the form is IP:port";
  const bare = parseIp(text.replace(/^\[|\]$/g, ""));
  const { host, port } = splitPort(text);
  const isOpen = parseIp(host)?.includes(":") ?? false;
  if (!text.startsWith("[") && isOpen && port !== "") {
    return "an IPv6 address is in brackets: [::1]:443";
  }
  if (bare !== null || port === null) {
    return bare === null && !/^[0-9.]+$/.test(text)
      ? "the port is missing, and the host is no address"
      : "the port is missing";
  }
  if (port === "") return "the port is missing after the colon";
  if (parsePort(port) === null) return portProblem(port);
  if (/^[*+]?$/.test(host)) return "every address is 0.0.0.0, or [::] for IPv6";
  if (sslKeyOfName(text) !== null) return "it is a host name, and no address";
  return `not an IP address: ${quote(host)}`;
}

/** Returns the `IP:port` that `text` probably means; that of every address for any other text. */
export function nearestAddressKey(text: string): string {
  const bare = withoutPasted(text).replace(/^[a-z]+:\/\//i, "").replace(/\/.*$/, "");
  const whole = parseIp(bare.replace(/^\[|\]$/g, ""));
  const { host, port } = splitPort(bare);
  const isOpen = !bare.startsWith("[") && parseIp(host)?.includes(":"); // ::1:443
  if (whole !== null && !isOpen) return formatEndpoint({ ip: whole, port: HTTPS_PORT });
  const ip = /^[*+]?$/.test(host) ? ANY_V4 : parseIp(host.replace(/^\[|\]$/g, ""));
  return formatEndpoint({ ip: ip ?? ANY_V4, port: parsePort(port ?? "") ?? HTTPS_PORT });
}

/** Returns why `text` is no `name:port`; null if it is one. */
export function explainNoNameKey(text: string): NoRecordText | null {
  if (sslKeyOfName(text) !== null) return null;
  const bare = withoutPasted(text).replace(/^[a-z]+:\/\//i, "").replace(/\/.*$/, "");
  const { host, port } = splitPort(bare);
  const key = `${nearestWildcard(host)}:${parsePort(port ?? "") ?? HTTPS_PORT}`;
  return { reason: nameProblem(text), cure: sslKeyOfName(key) };
}

function nameProblem(text: string): string {
  const pasted = explainPasted(text);
  if (text === "") return "it is empty; the form is name:port";
  if (pasted !== null) return pasted.reason;
  if (/^[a-z]+:\/\//i.test(text)) return "it is a URL; the form is name:port";
  const { host, port } = splitPort(text);
  if (parseIp(text.replace(/^\[|\]$/g, "")) !== null || sslKeyOfAddress(text) !== null) {
    return "it is an address, and no host name";
  }
  if (port === null) return "the port is missing";
  if (port === "") return "the port is missing after the colon";
  if (parsePort(port) === null) return portProblem(port);
  return host === "" ? "the host name is missing" : `${quote(host)} ${hostProblem(host)}`;
}

/** Returns why `text` is no thumbprint; null if it is one. */
export function explainNoHash(text: string): NoRecordText | null {
  if (parseCertHash(text) !== null) return null;
  const digits = withoutPasted(text).replace(/[\s:-]/g, "").replace(/^0x/i, "");
  return { reason: hashProblem(text, digits), cure: parseCertHash(digits) };
}

function hashProblem(text: string, digits: string): string {
  if (text === "") return "it is empty; a thumbprint has 40 hex digits";
  const pasted = explainPasted(text);
  if (pasted !== null) return pasted.reason;
  const [separator] = /[\s:-]/.exec(text) ?? [];
  if (separator !== undefined && /^[0-9a-f]*$/i.test(digits)) {
    const what = separator === ":" ? "colons" : separator === "-" ? "hyphens" : "spaces";
    return `it has ${what} between the digits`;
  }
  const [wrong] = /[^0-9a-f]/iu.exec(text) ?? [];
  if (wrong !== undefined) return `${quote(wrong)} is no hex digit`;
  if (text.length === 64) {
    return "64 hex digits, as of SHA-256; a thumbprint is of SHA-1 and has 40";
  }
  return `it has ${text.length} hex digits, not 40`;
}

/** Returns why `text` is no GUID; null if it is one. */
export function explainNoAppId(text: string): NoRecordText | null {
  if (parseGuid(text) !== null) return null;
  const digits = withoutPasted(text).replace(/[^0-9a-f]/gi, "");
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(digits);
  const cure = parts === null ? NULL_GUID : parseGuid(`{${parts.slice(1).join("-")}}`);
  return { reason: appIdProblem(text), cure };
}

function appIdProblem(text: string): string {
  if (text === "") return "it is empty; the form is {00112233-4455-6677-8899-aabbccddeeff}";
  const pasted = explainPasted(text);
  if (pasted !== null) return pasted.reason;
  if (parseGuid(`{${text}`) !== null) return "the opening brace is missing";
  if (parseGuid(`${text}}`) !== null) return "the closing brace is missing";
  if (/\s/.test(text)) return "it has a space in it";
  if (/^\{?[0-9a-f]{32}\}?$/i.test(text)) return "the hyphens between its parts are missing";
  return "not of the form {00112233-4455-6677-8899-aabbccddeeff}";
}

/** Splits at the last colon that is not in brackets; the port is null without one. */
function splitPort(text: string): { readonly host: string; readonly port: string | null } {
  const [, host = text, port] = /^(\[[^\]]*\]|.*?)(?::([^:\]]*))?$/.exec(text) ?? [];
  return { host, port: port ?? null };
}
