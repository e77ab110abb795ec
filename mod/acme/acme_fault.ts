/**
 * What a server refuses, in words for an administrator. Pure.
 *
 * @module
 */
import { Fault, quote, shellWord } from "../base/fault.ts";
import type { AcmeProblem } from "./messages.ts";

const PREFIX = "urn:ietf:params:acme:error:";
/** Characters of the server's own words in a message. */
const DETAIL_MAX = 600;

interface AcmeFaultOptions {
  readonly type: string | null;
  readonly status: number;
  /** Milliseconds that the server asks to wait. */
  readonly retryAfterMs?: number | null;
  readonly hint?: string | undefined;
}

/** A refusal by the server. */
export class AcmeFault extends Fault {
  /** The end of the problem's type: `rateLimited`; null if the server says none. */
  readonly type: string | null;
  readonly status: number;
  readonly retryAfterMs: number | null;

  constructor(message: string, { type, status, retryAfterMs = null, hint }: AcmeFaultOptions) {
    super(message, { hint });
    this.type = type;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Returns the fault for a request to `url` that was answered with `status`, and perhaps a problem. */
export function refusedFault(
  url: string,
  status: number,
  found: AcmeProblem | null,
  retryAfterMs: number | null,
): AcmeFault {
  const type = found === null ? null : shortType(found.type);
  const words = found === null ? `it answers with status ${status}` : problemText(found);
  const { host } = new URL(url);
  return new AcmeFault(`The certificate authority at ${quote(host)} refuses: ${words}`, {
    type,
    status,
    retryAfterMs,
    hint: type === null ? undefined : HINTS[type],
  });
}

/** Returns the fault for a name whose control could not be proved. */
export function unprovedFault(name: string, found: AcmeProblem | null): AcmeFault {
  const type = found === null ? null : shortType(found.type);
  const words = found === null ? "the certificate authority does not say why" : problemText(found);
  const host = name.includes(":") ? `[${name}]` : name;
  const path = shellWord(`http://${host}/.well-known/acme-challenge/test`);
  return new AcmeFault(`Cannot prove control of ${quote(name)}: ${words}`, {
    type,
    status: 0,
    // The answer to an unknown token is a 404 of this service, wherever the name leads here.
    hint: `httpcfg status\ncurl -sv ${path}`,
  });
}

/** Returns the type of a problem without the common prefix. */
function shortType(type: string): string {
  return type.startsWith(PREFIX) ? type.slice(PREFIX.length) : type;
}

/** Returns what the server says, on one line: its words, and those about each name. */
export function problemText({ type, detail, subproblems = [] }: AcmeProblem): string {
  const own = `${oneLine(detail ?? "no reason given")} (${oneLine(shortType(type))})`;
  const others = subproblems.map((one) => {
    const name = one.identifier === undefined ? "" : `${quote(one.identifier.value)}: `;
    return `; ${name}${oneLine(one.detail ?? shortType(one.type))}`;
  });
  return `${own}${others.join("")}`.slice(0, DETAIL_MAX);
}

/** A server's words are another's: no control characters, and on one line. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").trim();
}

const HINTS: Readonly<Record<string, string>> = {
  rateLimited: "httpcfg cert acme list", // which shows when it is tried again
  rejectedIdentifier: "httpcfg cert acme list",
  invalidContact: "httpcfg help cert acme add",
  unsupportedContact: "httpcfg help cert acme add",
};
