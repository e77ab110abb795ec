/**
 * The document as everybody may see it: its structure, its numbers and choices, and pseudonyms for
 * the rest. It need not be a valid one. Pure.
 *
 * @module
 */
import type { Masker } from "./masker.ts";

/** Members of a list that are shown: the others are counted. */
const LIST_MAX = 100;
/** Members of an object that are shown. */
const MEMBERS_MAX = 200;
/** A document is not deeper. */
const DEPTH_MAX = 12;

/** Fields of responses that say what a site is configured for, and not for whom. */
const KNOWN_FIELDS =
  /^(?:cache-control|content-security-policy|x-frame-options|x-content-type-options|referrer-policy|permissions-policy|strict-transport-security|access-control-[a-z-]+|expires|vary|server|x-powered-by|cross-origin-[a-z-]+)$/i;

const INTERFACE =
  /^!?(?:eth|ens?|eno|enp|enx|wlan|wlp|wg|tun|tap|utun|ppp|br|bond|veth|vlan|docker|virbr|lo|bridge|\*)[0-9s*]{0,8}(?:\/stable)?$/;

/**
 * Returns `value` as it is shown. Names of sites and hosts are learnt on the way, so that sentences
 * which are shown later have their pseudonyms.
 */
export function documentView(value: unknown, masker: Masker, words: ReadonlySet<string>): unknown {
  return view(value, "", 0, { masker, words });
}

interface Context {
  readonly masker: Masker;
  readonly words: ReadonlySet<string>;
}

function view(value: unknown, field: string, depth: number, context: Context): unknown {
  if (typeof value === "string") return textView(value, field, context);
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEPTH_MAX) return "[masked]";
  if (Array.isArray(value)) {
    const shown = value.slice(0, LIST_MAX).map((one) => view(one, field, depth + 1, context));
    const more = value.length - shown.length;
    for (const one of value.slice(LIST_MAX)) view(one, field, depth + 1, context); // is masked too
    return more === 0 ? shown : [...shown, `and ${more} more`];
  }
  const members = Object.entries(value);
  const shown = members.map(([name, member]) => {
    return [nameView(name, context), view(member, name, depth + 1, context)] as const;
  });
  const more = shown.length - MEMBERS_MAX;
  const kept = shown.slice(0, MEMBERS_MAX);
  return Object.fromEntries(more <= 0 ? kept : [...kept, ["and more", more]]);
}

/** Fields that name a file or a directory. */
const FILE_FIELDS: ReadonlySet<string> = new Set(["root", "file", "ca", "caFile"]);

/** The name of a field that the schema knows, and of what is named by a status or a key. */
function nameView(name: string, { masker, words }: Context): string {
  if (words.has(name) || /^[45][0-9]{2}$/.test(name)) return name;
  if (/^\/?LM(?:\/|$)/i.test(name)) {
    return name.split("/").map((part) => {
      return part === "" || /^(?:LM|W3SVC|MSFTPSVC|ROOT|INFO|FILTERS|[0-9]{1,10})$/i.test(part)
        ? part
        : masker.mask(part);
    }).join("/");
  }
  return masker.mask(name);
}

function textView(text: string, field: string, { masker, words }: Context): string {
  if (words.has(text)) return text;
  switch (field) {
    case "name":
      return masker.site(text);
    case "hash":
      return /^[0-9a-f]{40}$/i.test(text) ? masker.certificate(text) : masker.mask(text);
    case "headers":
    case "setRequestHeaders":
    case "setResponseHeaders":
      return fieldView(text, masker);
    case "ipListen":
      // An interface of a list is as public as its kind: eth0, wg*, en0/stable.
      return INTERFACE.test(text) ? text : masker.value(text);
    case "path":
    case "fallback":
      return text === "/" ? text : masker.mask(text);
  }
  if (!FILE_FIELDS.has(field)) return masker.value(text);
  const isAbsolute = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(text);
  return isAbsolute ? masker.path(text) : masker.mask(text);
}

/** `Name: value`, of which a common name is shown. */
function fieldView(text: string, masker: Masker): string {
  const [, name = "", rest = ""] = /^([^:]*):?\s*(.*)$/s.exec(text) ?? [];
  const shown = KNOWN_FIELDS.test(name) ? name : masker.mask(name);
  return `${shown}: ${masker.mask(rest)}`;
}

/**
 * Returns lines of a text that is no JSON as their shape: letters and digits are gone, the signs of
 * JSON stay, so that a missing comma or bracket shows.
 */
export function shapeOf(text: string): string {
  return text.replace(/[\p{L}\p{M}]/gu, "a").replace(/\p{N}/gu, "0")
    .replace(/[^\sa0{}[\],:"'/*\\.+-]/gu, "?");
}
