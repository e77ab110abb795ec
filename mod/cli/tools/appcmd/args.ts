/**
 * The command line of appcmd.exe for sites: a verb, the object, a name, and `/name:value`. A value may
 * be empty; a parameter that is not read here is refused, never left out.
 *
 * @module
 */
import { quote } from "../../../base/fault.ts";
import { isProblem, Problem } from "../../../base/problem.ts";
import { formatBinding, parseBinding } from "../../../config/document/binding.ts";

type AppcmdVerb = "list" | "add" | "set" | "delete" | "start" | "stop";

const VERBS: readonly string[] = ["list", "add", "set", "delete", "start", "stop"];

/** A binding of a site, canonical. */
export interface SiteBinding {
  readonly protocol: "http" | "https";
  readonly text: string;
}

/** What a line asks for. */
export interface AppcmdCall {
  readonly verb: AppcmdVerb;
  /** The name that identifies the site; null for none. */
  readonly site: string | null;
  readonly id: number | null;
  /** For add and set: the new name. */
  readonly name: string | null;
  /** For list: the one property that is shown; null for the usual line. */
  readonly text: string | null;
  /** For add and set: all bindings; null if they stay. */
  readonly bindings: readonly SiteBinding[] | null;
  readonly added: readonly SiteBinding[];
  readonly removed: readonly SiteBinding[];
  readonly physicalPath: string | null;
  readonly autoStart: boolean | null;
}

/** What may be given with each verb. */
const ALLOWED: Readonly<Record<AppcmdVerb, readonly string[]>> = {
  list: ["site.name", "id", "text"],
  add: ["name", "id", "bindings", "physicalpath", "serverautostart"],
  set: ["site.name", "name", "bindings", "+bindings", "-bindings", "serverautostart"],
  delete: ["site.name"],
  start: ["site.name"],
  stop: ["site.name"],
};

/** The properties that `/text:` shows. */
const TEXTS: readonly string[] = ["name", "id", "bindings", "state", "site.name"];

/** Reads the words after `appcmd`; a problem's hint is the line that does it here, if there is one. */
export function readAppcmd(
  words: readonly string[],
  isWholePath: (path: string) => boolean,
): AppcmdCall | Problem {
  const [verbWord = "", object = "", ...rest] = words;
  const verb = verbWord.toLowerCase();
  if (!VERBS.includes(verb)) return new Problem(`${quote(verbWord)} is no command that is here`);
  if (!/^sites?$/i.test(object)) {
    const hint = /^apppools?$/i.test(object) ? "httpcfg status" : "httpcfg appcmd /?";
    return new Problem(`only SITE objects are here, not ${quote(object)}`, { hint });
  }
  let call: AppcmdCall = {
    verb: verb as AppcmdVerb,
    site: null,
    id: null,
    name: null,
    text: null,
    bindings: null,
    added: [],
    removed: [],
    physicalPath: null,
    autoStart: null,
  };
  for (const word of rest) {
    const next = readWord(word, call, isWholePath);
    if (isProblem(next)) return next;
    call = next;
  }
  return call;
}

function readWord(
  word: string,
  call: AppcmdCall,
  isWholePath: (path: string) => boolean,
): AppcmdCall | Problem {
  const [, given = "", value = ""] =
    /^[/-]([+-]?[a-z.]+)(?:\.\[(?:.*)\])?(?::(.*))?$/is.exec(word) ??
      [];
  if (given === "" || (!word.includes(":") && !word.includes("["))) {
    if (/^[/-]/.test(word)) return new Problem(`${quote(word)} is not of the form /name:value`);
    return call.site === null
      ? { ...call, site: word }
      : new Problem(`${quote(word)} is a second name`);
  }
  const name = given.replace(/\.$/, "").toLowerCase();
  if (!ALLOWED[call.verb].includes(name)) {
    return new Problem(`${quote(word)} cannot be used with ${call.verb} site here`);
  }
  switch (name) {
    case "site.name":
      return { ...call, site: value };
    case "name":
      return value.trim() === "" ? new Problem("a site needs a name") : { ...call, name: value };
    case "id":
      return /^[1-9][0-9]{0,9}$/.test(value) && Number(value) <= 4294967295
        ? { ...call, id: Number(value) }
        : new Problem(`${quote(value)} is no site id`);
    case "text":
      return TEXTS.includes(value.toLowerCase())
        ? { ...call, text: value.toLowerCase() }
        : new Problem(`${quote(value)} is none of ${TEXTS.join(", ")}`);
    case "physicalpath":
      return isWholePath(value)
        ? { ...call, physicalPath: value }
        : new Problem(`${quote(value)} is not the whole path of a directory`);
    case "serverautostart":
      return /^(?:true|false)$/i.test(value)
        ? { ...call, autoStart: value.toLowerCase() === "true" }
        : new Problem(`${quote(value)} is neither true nor false`);
    case "bindings":
      return withBindings(call, value);
    default:
      return withElement(call, name, word);
  }
}

/** Reads `http/*:80:,https/*:443:www.example.com`; URLs are taken too. */
function withBindings(call: AppcmdCall, value: string): AppcmdCall | Problem {
  const bindings: SiteBinding[] = [];
  for (const text of value.split(",").map((one) => one.trim()).filter((one) => one !== "")) {
    const binding = readBinding(text);
    if (isProblem(binding)) return binding;
    bindings.push(binding);
  }
  return { ...call, bindings };
}

function readBinding(text: string): SiteBinding | Problem {
  const [, urlScheme, urlHost = "", urlPort] =
    /^(https?):\/\/(\*|\[[^\]]+\]|[^:/]+)(?::([0-9]+))?\/?$/i.exec(text) ?? [];
  if (urlScheme !== undefined) {
    const protocol = urlScheme.toLowerCase();
    const port = urlPort ?? (protocol === "https" ? "443" : "80");
    const isAddress = urlHost.startsWith("[") || /^[0-9.]+$/.test(urlHost);
    const host = urlHost === "*" || isAddress ? "" : urlHost;
    return siteBinding(protocol, `${isAddress ? urlHost : "*"}:${port}:${host}`);
  }
  const [, protocol = "", information = ""] = /^([a-z.]+)\/(.*)$/i.exec(text) ?? [];
  return siteBinding(protocol, information, text);
}

/** Reads `.[protocol='http',bindingInformation='*:8080:']` after `/+bindings` or `/-bindings`. */
function withElement(call: AppcmdCall, name: string, word: string): AppcmdCall | Problem {
  const [, inside = ""] = /\.\[(.*)\]$/s.exec(word) ?? [];
  const fields = new Map(
    [...inside.matchAll(/([a-z]+)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^,'"]*))/gi)]
      .map(([, key = "", a, b, c]) => [key.toLowerCase(), a ?? b ?? c ?? ""]),
  );
  const known = ["protocol", "bindinginformation"];
  const other = [...fields.keys()].find((key) => !known.includes(key));
  if (other !== undefined) return new Problem(`${quote(other)} of a binding is not here`);
  const binding = siteBinding(
    fields.get("protocol") ?? "",
    fields.get("bindinginformation") ?? "",
    word,
  );
  if (isProblem(binding)) return binding;
  return name === "+bindings"
    ? { ...call, added: [...call.added, binding] }
    : { ...call, removed: [...call.removed, binding] };
}

function siteBinding(
  protocolText: string,
  information: string,
  whole = information,
): SiteBinding | Problem {
  const protocol = protocolText.toLowerCase();
  if (protocol !== "http" && protocol !== "https") {
    return new Problem(`${quote(whole)} is not a binding of http or https`);
  }
  const binding = parseBinding(information);
  if (isProblem(binding)) return new Problem(`${quote(information)}: ${binding.reason}`);
  return { protocol, text: formatBinding(binding) };
}
