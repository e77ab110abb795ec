/**
 * What of a machine's texts may be shown to everybody: nothing that is not known to be harmless.
 *
 * A value is shown if it is a word of ours, a number with a unit or a time; an address, a host name, a
 * path, a site or a user gets a pseudonym, the same one wherever it is; everything else is masked.
 * So a field that nobody has thought of is masked, too. Sentences of others are masked by word: what
 * was masked elsewhere, what is in quotes and not known, what looks like a key. Pure.
 *
 * @module
 */
import {
  type Ip,
  ipBytes,
  isLoopback,
  isWildcard,
  parseBracketed,
  parseIp,
  withoutZone,
  zoneOf,
} from "../../../../base/address.ts";
import { networkKey } from "../../../../base/ip_blocks.ts";
import { isHostName } from "../../../../base/host_name.ts";

/** What has pseudonyms. */
type Kind = "addr" | "net" | "host" | "site" | "path" | "user" | "cert" | "name";

export interface MaskerOptions {
  /** Words that say nothing of a machine. */
  readonly words: ReadonlySet<string>;
  /** Shows addresses, names and paths as they are; secrets are masked all the same. */
  readonly withNames?: boolean;
  /** Directories whose paths are shown, with what stands for them: `/home/ann` -> `~`. */
  readonly folders?: readonly (readonly [folder: string, shown: string])[];
  /** Names of this machine. */
  readonly hostNames?: readonly string[];
}

/** Parts of a masked value that are searched for elsewhere: shorter ones are words of sentences. */
const SECRET_LENGTH_MIN = 6;
/** Words without a space that are longer are no words. */
const WORD_LENGTH_MAX = 32;
/** Words with digits and letters that are longer look like a key. */
const MIXED_LENGTH_MAX = 15;
/** The most masked values that are searched for in each sentence. */
const SECRETS_MAX = 20_000;

const HARMLESS = [
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]{5,12}Z?)?$/,
  /^(?:max-age=[0-9]{1,10}(?:; ?includeSubDomains)?(?:; ?preload)?)$/i,
  /^[0-9]{1,3}$/,
  /^[0-9]{1,6}(?:\.[0-9]{1,6})?(?: ?(?:\/?(?:ms|s|m|h|d|min|%|bytes|[KMGT]i?B?)))$/,
];
/** Fields whose value is a secret, whatever it looks like. */
const SECRET_FIELD =
  /\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token|api-?key|password|passwd|token|secret|hmac)(["']?\s*[:=]\s*)(?:(?:basic|bearer|digest|token)\s+)?[^\s,;]+/gi;
const SECRET_SCHEME = /\b(basic|bearer|digest)\s+[A-Za-z0-9+/_.=~-]{6,}/gi;
const PEM = /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g;
/** A line of htpasswd, and the forms of its hashes. */
const PASSWORD_HASH =
  /(?:[^\s:"]+:)?(?:\$(?:2[abxy]|apr1|[156]|argon2[a-z]*|y)\$|\{(?:S?SHA|MD5|CRYPT)[0-9]*\})\S*/g;
const URL_TEXT = /\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s"'<>)]+/gi;
const IPV4 = /(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w]|\.[0-9])/g;
const IPV6 = /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f.]{0,15}(?:%[\w.-]+)?(?![\w:])/gi;
const DOMAIN =
  /(?<![\w.@-])(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z](?![\w-])/gi;
const MAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)*/g;
/** Endings of files, which are no names of hosts. */
const FILE_NAME =
  /\.(?:json|ndjson|log|sock|pem|crt|key|csr|crl|ts|js|exe|pid|lock|service|socket|slice|scope|txt|new|html?)$/i;
const UNIX_PATH = /(?:(?<![\w.~$:/])|(?<=\bunix:))\/[^\s"',;:)]+/g;
const WINDOWS_PATH = /\b[A-Za-z]:\\[^\s"',;)]*/g;

export class Masker {
  readonly #words: ReadonlySet<string>;
  readonly #withNames: boolean;
  readonly #folders: readonly (readonly [string, string])[];
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<Kind, number>();
  readonly #hosts = new Set<string>();
  readonly #sites = new Map<string, string>();
  readonly #secrets = new Set<string>();
  #secretPattern: RegExp | null = null;
  #hostPattern: RegExp | null = null;

  constructor({ words, withNames = false, folders = [], hostNames = [] }: MaskerOptions) {
    this.#words = words;
    this.#withNames = withNames;
    this.#folders = folders.filter(([folder]) => folder.length > 1)
      .toSorted(([a], [b]) => b.length - a.length);
    for (const name of hostNames) if (name !== "") this.host(name);
  }

  /** Returns the pseudonyms, each with what it stands for, as far as that may be said. */
  legend(): string[] {
    return [...this.#names].flatMap(([key, shown]) => {
      const [kind = "", value = ""] = splitKey(key);
      if (kind === "addr") return [`${shown}: ${addressKind(value as Ip)}`];
      return kind === "net" ? [`${shown}: ${this.#blockKind(value)}`] : [];
    });
  }

  /** Shows an address: its pseudonym, unless it is a wildcard or a loopback address. */
  address(ip: Ip): string {
    return isWildcard(ip) || isLoopback(ip) ? ip : this.#named("addr", ip);
  }

  /** Shows a host name: its pseudonym; a wildcard keeps its star. */
  host(name: string): string {
    const lower = name.toLowerCase().replace(/\.$/, "");
    if (this.#words.has(lower) || /^[*+]?$/.test(lower)) return lower;
    if (lower.startsWith("*.")) return `*.${this.host(lower.slice(2))}`;
    if (lower.length > 2) {
      this.#hosts.add(lower);
      this.#hostPattern = null;
    }
    return this.#named("host", lower);
  }

  /** Shows the name of a site. Sentences have it from now on as well. */
  site(name: string): string {
    if (this.#words.has(name)) return name;
    const shown = this.#named("site", name);
    this.#sites.set(name, shown);
    return shown;
  }

  user(name: string): string {
    const isOfSystem = this.#words.has(name) || /^(?:systemd-[a-z]+|[0-9]{1,6})$/.test(name);
    return isOfSystem ? name : this.#named("user", name);
  }

  /** Shows a path: whole below a directory of ours, else as a pseudonym. */
  path(path: string): string {
    if (this.#withNames) return path;
    for (const [folder, shown] of this.#folders) {
      if (path === folder) return shown;
      const rest = path.slice(folder.length);
      if (!path.startsWith(folder) || !/^[\\/]/.test(rest)) continue;
      const parts = rest.slice(1).split(/[\\/]/).map((part) => {
        return OUR_FILE.test(part) ? part : this.#named("name", part);
      });
      return [shown, ...parts].join(rest.charAt(0));
    }
    return this.#named("path", path);
  }

  /** Shows a certificate by its thumbprint, which is looked up in public logs. */
  certificate(hash: string): string {
    return this.#named("cert", hash.toLowerCase());
  }

  /** Shows a value of a field. */
  value(text: string): string {
    if (text === "" || this.#words.has(text)) return text;
    if (HARMLESS.some((pattern) => pattern.test(text))) return text;
    return this.#shaped(text) ?? this.mask(text);
  }

  /** Masks a value wherever it is from now on. */
  mask(text: string): string {
    for (const piece of [text, ...text.split(/[\s:=;,&?/\\@"']+/)]) {
      const isPlain = /^[A-Z]?[a-z]{0,11}$/.test(piece) && piece !== text;
      const isWord = piece.length < SECRET_LENGTH_MIN || isPlain || this.#words.has(piece);
      if (isWord || this.#secrets.size >= SECRETS_MAX) continue;
      this.#secrets.add(piece);
      this.#secretPattern = null;
    }
    return `[masked, ${text.length} characters]`;
  }

  /** Shows a sentence that may have texts of others in it. */
  sentence(text: string): string {
    let shown = text.replace(PEM, "[masked PEM]").replace(PASSWORD_HASH, "[masked hash]")
      .replace(SECRET_FIELD, "$1$2[masked]").replace(SECRET_SCHEME, "$1 [masked]")
      .replace(URL_TEXT, (url) => this.#url(url) ?? "[masked URL]")
      .replace(/"((?:[^"\\\n]|\\.)*)"/g, (_, inner: string) => `"${this.#quoted(inner)}"`)
      .replace(MAIL, "[masked address]").replace(DOMAIN, (name) => {
        return FILE_NAME.test(name) || this.#isOurs(name) ? name : this.host(name);
      });
    if (this.#secrets.size > 0) {
      this.#secretPattern ??= anyOf(this.#secrets, "gi");
      shown = shown.replace(this.#secretPattern, "[masked]");
    }
    for (const [name, pseudonym] of this.#sites) {
      if (name.length > 2) shown = shown.replaceAll(name, pseudonym);
    }
    shown = shown.replace(WINDOWS_PATH, (path) => this.path(path))
      .replace(UNIX_PATH, (path) => this.#pathInText(path));
    return this.finish(shown.replace(/\S+/g, (word) => this.#word(word)));
  }

  /** Returns `text` with the addresses and the host names that are known as pseudonyms. */
  finish(text: string): string {
    if (this.#withNames) return text;
    const ip = (found: string): string => {
      const parsed = parseIp(found);
      return parsed === null ? found : this.address(parsed);
    };
    const shown = text.replace(IPV6, ip).replace(IPV4, ip);
    if (this.#hosts.size === 0) return shown;
    this.#hostPattern ??= anyOf(this.#hosts, "gi", "(?<![\\w.-])", "(?![\\w-])");
    return shown.replace(this.#hostPattern, (name) => this.host(name));
  }

  /** A value that has the form of something with a pseudonym. */
  #shaped(text: string): string | null {
    const block = /^(!?)([0-9a-f:.]+(?:%[\w.-]+)?)(\/[0-9]{1,3})?$/i.exec(text);
    const ip = block === null ? null : parseIp(block[2]!);
    if (block !== null && ip !== null) {
      const [, sign = "", , bits] = block;
      if (bits === undefined) return sign + this.address(ip);
      const isHarmless = isWildcard(ip) || isLoopback(ip);
      if (isHarmless || this.#withNames) return text;
      return `${sign}${this.#named("net", `${ip}${bits}`)}${bits}`;
    }
    const bound = /^(\*?|[0-9.]+|\[[^\]\s]+\]|[a-z0-9.*_-]+):([0-9]{1,5})(?::([^:\s]*))?$/i.exec(
      text,
    );
    if (bound !== null) return this.#bound(bound[1]!, bound[2]!, bound[3]);
    if (/^(?:https?):\/\//i.test(text)) return this.#url(text);
    if (text.startsWith("unix:/")) return `unix:${this.path(text.slice("unix:".length))}`;
    if (/^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(text)) return this.path(text);
    const name = text.toLowerCase().replace(/^\*\./, "");
    return name.includes(".") && /[a-z]$/.test(name) && isHostName(name) ? this.host(text) : null;
  }

  #bound(place: string, port: string, host: string | undefined): string | null {
    const ip = parseBracketed(place) ?? parseIp(place);
    const isName = ip === null && !/^[*]?$/.test(place);
    if (isName && !isHostName(place.toLowerCase().replace(/^\*\./, ""))) return null;
    const address = ip === null ? "" : this.address(ip);
    const shown = ip === null
      ? (isName ? this.host(place) : place)
      : address.includes(":")
      ? `[${address}]`
      : address;
    if (host === undefined) return `${shown}:${port}`;
    if (host !== "" && !isHostName(host.toLowerCase().replace(/^\*\./, ""))) return null;
    return `${shown}:${port}:${host === "" ? "" : this.host(host)}`;
  }

  /** A URL without what is private in it: user and password, path and query. */
  #url(text: string): string | null {
    const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(text);
    if (match === null) return null;
    const [, scheme = "", authority = "", rest = ""] = match;
    if (!/^(?:https?|wss?|unix|tcp)$/i.test(scheme)) return null;
    const at = authority.lastIndexOf("@");
    if (at >= 0) this.mask(authority.slice(0, at));
    const [, host = "", port = ""] =
      /^(\[[^\]]*\]|[^:]*)(:[0-9]{1,5})?/.exec(authority.slice(at + 1)) ?? [];
    const ip = parseBracketed(host) ?? parseIp(host);
    const address = ip === null ? "" : this.address(ip);
    const shown = ip === null
      ? /^[+*]?$/.test(host) || isHostName(host.toLowerCase().replace(/^\*\./, ""))
        ? this.host(host)
        : this.mask(host)
      : address.includes(":")
      ? `[${address}]`
      : address;
    if (rest.length > 1) this.mask(rest);
    const end = rest === "" || rest === "/" ? rest : "/[masked]";
    return `${scheme}://${at >= 0 ? "[masked]@" : ""}${shown}${port}${end}`;
  }

  /** What stands in quotes in a sentence: often a value that somebody else has chosen. */
  #quoted(inner: string): string {
    const site = this.#sites.get(inner);
    if (site !== undefined) return site;
    if (inner === "" || this.#words.has(inner) || /^[a-z]+-[0-9]+$/.test(inner)) return inner;
    return HARMLESS.some((pattern) => pattern.test(inner))
      ? inner
      : this.#shaped(inner) ?? "[masked]";
  }

  #pathInText(path: string): string {
    const bare = path.replace(/[.]+$/, "");
    if (bare.length < 2 || /^\/(?:0|[0-9]{1,3}|\[masked\])$/.test(bare)) return path;
    return this.path(bare) + path.slice(bare.length);
  }

  /** A word that is too long, or too mixed, to be one. */
  #word(word: string): string {
    const [, start = "", core = "", end = ""] = /^([("'[]*)(.*?)([)\]"'.,;:]*)$/.exec(word) ?? [];
    if (core.includes("[masked") || this.#isOurs(core)) return word;
    const parts = core.split(/[=:,/|.[\]]/);
    const isLong = parts.some((part) => {
      if (
        this.#isOurs(part) ||
        /^[a-z]+(?:[-.:_][a-z0-9]+)*$/.test(part) && part.length <= WORD_LENGTH_MAX
      ) return false;
      const isMixed = /[0-9]/.test(part) && /[A-Za-z]/.test(part);
      return part.length > (isMixed ? MIXED_LENGTH_MAX : WORD_LENGTH_MAX);
    });
    return isLong && !HARMLESS[0]!.test(core) ? `${start}[masked]${end}` : word;
  }

  /** Words of ours, and what has a pseudonym already. */
  #isOurs(word: string): boolean {
    return this.#words.has(word) ||
      /^(?:\*\.)?(?:addr|net|host|site|path|user|cert|name)-[0-9]+$/.test(word);
  }

  /** Says of a block which of the addresses that have a pseudonym are in it. */
  #blockKind(text: string): string {
    const [ip = "", bits = ""] = text.split("/");
    const key = (one: Ip): string => networkKey(ipBytes(one), Number(bits));
    const isV6 = ip.includes(":");
    const members = [...this.#names].flatMap(([name, shown]) => {
      const [kind, value] = splitKey(name);
      if (kind !== "addr" || value.includes(":") !== isV6) return [];
      return key(withoutZone(value as Ip)) === key(ip as Ip) ? [shown] : [];
    });
    const some = members.slice(0, 8).join(" ") + (members.length > 8 ? " and others" : "");
    return `a block of ${isV6 ? "IPv6" : "IPv4"}${members.length === 0 ? "" : ` with ${some}`}`;
  }

  #named(kind: Kind, value: string): string {
    if (this.#withNames) return value;
    const key = `${kind} ${value}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const number = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, number);
    const shown = `${kind}-${number}`;
    this.#names.set(key, shown);
    return shown;
  }
}

/** Files of ours, whose names say nothing. */
const OUR_FILE =
  /^(?:config\.json(?:\.(?:new|lock|history|broken|original))?|run|log|history|certs|HTTPERR|W3SVC[0-9]{1,10}|MY|CA|ACME|control\.(?:sock|json)|httpcfg\.(?:pid|lock)|httpcfg|register\.sock|events[0-9]{1,6}\.ndjson|(?:httperr|ex|u_ex|ht)[0-9]{1,8}\.log)$/;

function splitKey(key: string): [string, string] {
  const at = key.indexOf(" ");
  return [key.slice(0, at), key.slice(at + 1)];
}

/** Says of an address what its pseudonym does not. */
function addressKind(ip: Ip): string {
  const zone = zoneOf(ip) === "" ? "" : ` on ${zoneOf(ip)}`;
  if (!ip.includes(":")) {
    const isPrivate = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.)/.test(ip);
    if (isPrivate) return "IPv4, private";
    if (ip.startsWith("169.254.")) return "IPv4, link-local";
    return /^100\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\./.test(ip)
      ? "IPv4, shared (CGNAT)"
      : "IPv4";
  }
  if (/^fe[89ab]/.test(ip)) return `IPv6, link-local${zone}`;
  return /^f[cd]/.test(ip) ? "IPv6, unique local" : /^::ffff:/.test(ip) ? "IPv4-mapped" : "IPv6";
}

/** A pattern that fits each of `texts`, the longest first. */
function anyOf(texts: Iterable<string>, flags: string, before = "", after = ""): RegExp {
  const sorted = [...texts].sort((a, b) => b.length - a.length);
  const escaped = sorted.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`${before}(?:${escaped.join("|")})${after}`, flags);
}
