/**
 * The error responses that the service sends by itself, without any site: status, body and header
 * fields as HTTP.sys 2.0 sends them. The texts for 400, 404, 411 and 503 are HTTP.sys's own; the
 * others follow the same pattern.
 *
 * `Server` is `httpcfg`: it names the actual server, but no version, which scanners look for.
 *
 * @module
 */
import type { HeaderField } from "../base/exchange.ts";
import { writeLatin1 } from "../wire/byte_text.ts";
import type { ErrorReason } from "./parse/framing.ts";
import { reasonPhrase } from "./reason_phrase.ts";

/** The value of the Server field of a response that does not set its own. */
export const SERVER_PRODUCT = "httpcfg";

interface ErrorPage {
  readonly status: number;
  /** What follows the reason phrase in the heading; null for nothing. */
  readonly detail: string | null;
  readonly text: string;
}

function bad(detail: string | null, text: string): ErrorPage {
  return { status: 400, detail, text };
}

const BADLY_FORMED = bad(null, "The request is badly formed.");
const TOO_LONG = bad("Request Too Long", "The size of the request headers is too long.");
const UNAVAILABLE: ErrorPage = {
  status: 503,
  detail: null,
  text: "The service is unavailable.",
};

const ERROR_PAGES: Readonly<Record<ErrorReason, ErrorPage>> = {
  "AppOffline": UNAVAILABLE,
  "BadGateway": {
    status: 502,
    detail: null,
    text: "The upstream server did not send a valid response.",
  },
  "BadRequest": BADLY_FORMED,
  "ConnLimit": UNAVAILABLE,
  "Disabled": UNAVAILABLE,
  "EntityTooLarge": { status: 413, detail: null, text: "The request body is too large." },
  "Expectation": { status: 417, detail: null, text: "The expectation cannot be met." },
  "FieldLength": TOO_LONG,
  "FileChanged": UNAVAILABLE,
  "FileUnavailable": UNAVAILABLE,
  "Forbidden": { status: 403, detail: null, text: "The request is not allowed." },
  "GatewayTimeout": {
    status: 504,
    detail: null,
    text: "The upstream server did not respond in time.",
  },
  "Header": bad("Invalid Header", "The request has an invalid header name."),
  "Hostname": bad("Invalid Hostname", "The request hostname is invalid."),
  "Internal": { status: 500, detail: null, text: "The service failed to process the request." },
  "Invalid_CR/LF": BADLY_FORMED,
  "LengthRequired": {
    status: 411,
    detail: null,
    text: "The request must be chunked or have a content length.",
  },
  "N/A": UNAVAILABLE,
  "N/I": { status: 501, detail: null, text: "The request is not supported." },
  "NotFound": { status: 404, detail: null, text: "The requested resource is not found." },
  "Number": BADLY_FORMED,
  "PlainHttp": bad("HTTPS Required", "This port speaks TLS: use https:// instead of http://."),
  "QueueFull": UNAVAILABLE,
  "RequestLength": TOO_LONG,
  "URL": bad("Invalid URL", "The request URL is invalid."),
  "URL_Length": { status: 414, detail: null, text: "The request URL is too long." },
  "Verb": bad("Invalid Verb", "The request verb is invalid."),
  "Version_N/S": { status: 505, detail: null, text: "The request version is not supported." },
};

/** Returns the status of the error response for `reason`. */
export function errorStatus(reason: ErrorReason): number {
  return ERROR_PAGES[reason].status;
}

/** Returns the s-reason for HTTPERR; a failed expectation has the nearest one, `Precondition`. */
export function logReason(reason: ErrorReason): string {
  return reason === "Expectation" ? "Precondition" : reason;
}

/** Returns the body of an error response: the page of HTTP.sys 2.0, with CR LF line ends. */
export function errorBody(reason: ErrorReason): string {
  const { status, detail, text } = ERROR_PAGES[reason];
  const title = reasonPhrase(status);
  const heading = detail === null ? title : `${title} - ${detail}`;
  return [
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">',
    `<HTML><HEAD><TITLE>${title}</TITLE>`,
    '<META HTTP-EQUIV="Content-Type" Content="text/html; charset=us-ascii"></HEAD>',
    `<BODY><h2>${heading}</h2>`,
    `<hr><p>HTTP Error ${status}. ${text}</p>`,
    "</BODY></HTML>",
    "",
  ].join("\r\n");
}

/**
 * Returns the head and body of an error response. `isHead`: the response to HEAD has no body, but
 * still declares its length.
 */
export function errorResponse(
  reason: ErrorReason,
  date: string,
  { isHead, namesServer, headers = [] }: {
    readonly isHead: boolean;
    readonly namesServer: boolean;
    /** Besides its own. */
    readonly headers?: readonly HeaderField[];
  },
): Uint8Array {
  const { status } = ERROR_PAGES[reason];
  const body = errorBody(reason);
  const text = `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n` +
    "Content-Type: text/html; charset=us-ascii\r\n" +
    (namesServer ? `Server: ${SERVER_PRODUCT}\r\n` : "") +
    headers.map(([name, value]) => `${name}: ${value}\r\n`).join("") +
    `Date: ${date}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n` +
    (isHead ? "" : body);
  const bytes = new Uint8Array(text.length);
  writeLatin1(bytes, 0, text);
  return bytes;
}
