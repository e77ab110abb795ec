/**
 * The command line of `netsh http`: verb, noun, then `tag=value` words in any order, or values
 * alone in the order of the tags. Verbs and nouns may be abbreviated as long as they stay
 * unambiguous.
 *
 * @module
 */

/** One command of the context. */
interface NetshCommand {
  readonly verb: string;
  readonly noun: string;
  /** Tags, in the order of values without a tag. */
  readonly tags: readonly NetshTag[];
}

interface NetshTag {
  readonly name: string;
  /** Other names of the tag. */
  readonly aliases?: readonly string[];
  readonly isRequired?: boolean;
  /** The valid values, in lower case; any value if absent. */
  readonly choices?: readonly string[];
}

const SWITCH = ["enable", "disable"] as const;
const YES_NO = ["yes", "no"] as const;

const SSL_KEYS: readonly NetshTag[] = [{ name: "ipport" }, { name: "hostnameport" }];
const SSL_TAGS: readonly NetshTag[] = [
  ...SSL_KEYS,
  { name: "certhash", isRequired: true },
  { name: "appid", isRequired: true },
  { name: "certstorename" },
  { name: "verifyclientcertrevocation", choices: SWITCH },
  { name: "verifyrevocationwithcachedclientcertonly", choices: SWITCH },
  { name: "usagecheck", choices: SWITCH },
  { name: "revocationfreshnesstime" },
  { name: "urlretrievaltimeout" },
  { name: "sslctlidentifier" },
  { name: "sslctlstorename" },
  { name: "dsmapperusage", choices: SWITCH },
  { name: "clientcertnegotiation", choices: SWITCH },
];
const IP: NetshTag = { name: "ipaddress", aliases: ["address"], isRequired: true };
const URL: NetshTag = { name: "url", isRequired: true };
const TIMEOUT: NetshTag = {
  name: "timeouttype",
  isRequired: true,
  choices: ["idleconnectiontimeout", "headerwaittimeout"],
};

/** Every command of the context. */
export const NETSH_COMMANDS: readonly NetshCommand[] = [
  { verb: "add", noun: "iplisten", tags: [IP] },
  { verb: "add", noun: "sslcert", tags: SSL_TAGS },
  {
    verb: "add",
    noun: "urlacl",
    tags: [
      URL,
      { name: "user" },
      { name: "listen", choices: YES_NO },
      { name: "delegate", choices: YES_NO },
      { name: "sddl" },
    ],
  },
  { verb: "add", noun: "timeout", tags: [TIMEOUT, { name: "value", isRequired: true }] },
  {
    verb: "add",
    noun: "cacheparam",
    tags: [
      { name: "type", isRequired: true, choices: ["cacherangechunksize", "maxcacheresponsesize"] },
      { name: "value", isRequired: true },
    ],
  },
  { verb: "update", noun: "sslcert", tags: SSL_TAGS },
  { verb: "delete", noun: "iplisten", tags: [IP] },
  { verb: "delete", noun: "sslcert", tags: SSL_KEYS },
  { verb: "delete", noun: "urlacl", tags: [URL] },
  { verb: "delete", noun: "timeout", tags: [TIMEOUT] },
  {
    verb: "delete",
    noun: "cache",
    tags: [{ name: "url" }, { name: "recursive", choices: YES_NO }],
  },
  { verb: "flush", noun: "logbuffer", tags: [] },
  { verb: "show", noun: "iplisten", tags: [] },
  { verb: "show", noun: "sslcert", tags: SSL_KEYS },
  { verb: "show", noun: "urlacl", tags: [{ name: "url" }] },
  { verb: "show", noun: "timeout", tags: [] },
  { verb: "show", noun: "cacheparam", tags: [] },
  { verb: "show", noun: "cachestate", tags: [{ name: "url" }] },
  {
    verb: "show",
    noun: "servicestate",
    tags: [
      { name: "view", choices: ["session", "requestq"] },
      { name: "verbose", choices: YES_NO },
    ],
  },
  { verb: "dump", noun: "", tags: [] },
];

/** What a line of the context means. */
type NetshCall =
  | {
    readonly kind: "call";
    readonly command: NetshCommand;
    readonly values: ReadonlyMap<string, string>;
  }
  | { readonly kind: "unknown" }
  | { readonly kind: "help" }
  | { readonly kind: "missing"; readonly command: NetshCommand }
  | { readonly kind: "badTag"; readonly command: NetshCommand; readonly tag: string }
  | {
    readonly kind: "badValue";
    readonly command: NetshCommand;
    readonly tag: string;
    readonly value: string;
  };

/** Reads the words after `netsh http`. */
export function readNetsh(words: readonly string[]): NetshCall {
  const [verbText = "", ...rest] = words;
  const last = words.at(-1)?.toLowerCase();
  if (verbText === "" || last === "?" || last === "/?" || last === "help") return { kind: "help" };
  const verb = expandWord(verbText, NETSH_COMMANDS.map((command) => command.verb));
  const ofVerb = NETSH_COMMANDS.filter((command) => command.verb === verb);
  const [only] = ofVerb;
  if (only?.noun === "") return readTags(only, rest);
  const noun = expandWord(rest[0] ?? "", ofVerb.map((command) => command.noun));
  const command = ofVerb.find((one) => one.noun === noun);
  return command === undefined ? { kind: "unknown" } : readTags(command, rest.slice(1));
}

function readTags(command: NetshCommand, words: readonly string[]): NetshCall {
  const values = new Map<string, string>();
  for (const word of words) {
    const equals = word.indexOf("=");
    const named = equals < 1 ? undefined : tagNamed(command, word.slice(0, equals));
    // A value without a tag may contain a "=" itself, as a URL can.
    const looksTagged = /^[a-z][a-z0-9]*=/i.test(word);
    const tag = named ?? (looksTagged ? undefined : command.tags.find((t) => !values.has(t.name)));
    if (tag === undefined) {
      return { kind: "badTag", command, tag: looksTagged ? word.slice(0, equals) : word };
    }
    const value = named === undefined ? word : word.slice(equals + 1);
    if (tag.choices !== undefined && !tag.choices.includes(value.toLowerCase())) {
      return { kind: "badValue", command, tag: tag.name, value };
    }
    if (values.has(tag.name)) return { kind: "badTag", command, tag: tag.name };
    values.set(tag.name, tag.choices === undefined ? value : value.toLowerCase());
  }
  const isMissing = command.tags.some((tag) => tag.isRequired && !values.get(tag.name));
  return isMissing ? { kind: "missing", command } : { kind: "call", command, values };
}

function tagNamed(command: NetshCommand, text: string): NetshTag | undefined {
  const wanted = text.toLowerCase();
  return command.tags.find(({ name, aliases }) => name === wanted || aliases?.includes(wanted));
}

/** Returns the word that `text` is, or the only one that it begins; null if there is none. */
function expandWord(text: string, words: readonly string[]): string | null {
  const wanted = text.toLowerCase();
  const found = new Set(words.filter((word) => word === wanted));
  if (found.size === 0 && wanted !== "") {
    for (const word of words) if (word.startsWith(wanted)) found.add(word);
  }
  return found.size === 1 ? [...found][0]! : null;
}

/** `add iplisten [ipaddress=]value`, for the syntax text. */
export function netshUsage({ verb, noun, tags }: NetshCommand): string {
  const operands = tags.map(({ name, choices, isRequired }) => {
    const value = choices === undefined ? "<value>" : choices.join("|");
    return isRequired ? `[${name}=]${value}` : `[[${name}=]${value}]`;
  });
  return [verb, noun, ...operands].filter((word) => word !== "").join(" ");
}

/** Splits a line of a script into words at blanks; double quotes group words. */
export function scriptWords(line: string): string[] {
  return [...line.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([word]) => word.replaceAll('"', ""));
}
