/**
 * Fields that an administrator sets or removes on the way to an upstream, or back. Pure.
 *
 * What a field means for the connection, for the framing of a message or for the origin of a request
 * is the business of the proxy, so that those fields cannot be edited.
 *
 * @module
 */
import { parsePort, portProblem } from "../../base/address.ts";
import { isFieldValue } from "../../base/exchange.ts";
import { equalsIgnoringCase } from "../../wire/byte_text.ts";

/** What is done to the fields of a message. */
export interface FieldEdits {
  /** Names in lower case of the fields that do not pass. */
  readonly replaced: readonly string[];
  /** The lines that are added, each with its CR LF, one character for each byte. */
  readonly lines: string;
  /** The same without X-Request-ID: of a request that has an identifier, that is the only one. */
  readonly linesWithoutId: string;
  /** One of the lines is Server. */
  readonly setsServer: boolean;
}

const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/s;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** The value of Host that stands for the name of each upstream. */
export const OWN_HOST = "{upstream}";
/** Characters of one field: no upstream accepts a longer one. */
const FIELD_MAX = 8192;

/** Fields that the proxy itself makes or removes. */
const OWN: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "date",
  "expect",
  "forwarded",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
]);

/** Returns why `text` is not a field to set, `NAME: VALUE`; null if it is one. */
export function setProblem(text: string): string | null {
  const [, name, value = ""] = FIELD.exec(text) ?? [];
  if (name === undefined) return "must be NAME: VALUE";
  if (text.length > FIELD_MAX) return `longer than ${FIELD_MAX} characters`;
  if (!isFieldValue(value)) {
    return "a value must not have control characters or others than Latin-1";
  }
  return ownProblem(name);
}

/** Returns why the field `name` cannot be removed; null if it can. */
export function removeProblem(name: string): string | null {
  return NAME.test(name) ? ownProblem(name) : "must be the name of a field";
}

/** Returns why `text` cannot be the value of Host; null if it can: a name or an address, and a port. */
export function hostProblem(text: string): string | null {
  if (text === OWN_HOST) return null;
  const [, host, port] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]+))?$/i.exec(text) ?? [];
  if (host === undefined) return "must be a name or an address, with or without a port";
  return port !== undefined && parsePort(port) === null ? portProblem(port) : null;
}

function ownProblem(name: string): string | null {
  const lower = name.toLowerCase();
  if (!OWN.has(lower)) return null;
  return lower === "host" ? "--host-header sets Host" : "the proxy itself decides about this field";
}

/** Returns the edits for fields to set and names to remove; null if there are none. */
export function fieldEdits(
  set: readonly string[] = [],
  remove: readonly string[] = [],
): FieldEdits | null {
  if (set.length + remove.length === 0) return null;
  const fields = set.map((text) => {
    const [, name = "", value = ""] = FIELD.exec(text)!;
    return [name, value.trim()] as const;
  });
  const names = [...fields.map(([name]) => name), ...remove].map((name) => name.toLowerCase());
  return {
    replaced: [...new Set(names)],
    lines: linesOf(fields),
    linesWithoutId: linesOf(fields.filter(([name]) => name.toLowerCase() !== "x-request-id")),
    setsServer: fields.some(([name]) => name.toLowerCase() === "server"),
  };
}

function linesOf(fields: readonly (readonly [name: string, value: string])[]): string {
  return fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
}

/** Reports whether `bytes[start..end)` is one of `names`, which are in lower case. */
export function isOneOf(
  names: readonly string[],
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  for (let i = 0; i < names.length; i++) {
    if (equalsIgnoringCase(bytes, start, end, names[i]!)) return true;
  }
  return false;
}
