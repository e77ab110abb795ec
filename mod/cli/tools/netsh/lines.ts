/**
 * A line of netsh in its context, and the arguments of netsh itself. Pure.
 *
 * @module
 */
import { isThisMachine } from "../../core/this_machine.ts";
import { asksForHelp, expandWord, type NetshCall, readNetsh } from "./args.ts";

/** The context of a line: that of netsh itself, or http. */
export type Context = "" | "http";

/** What a line means. */
export type Line =
  | NetshCall
  | { readonly kind: "nothing" }
  /** Makes `context` the one of the lines that follow. */
  | { readonly kind: "enter"; readonly context: Context }
  | { readonly kind: "push"; readonly context: Context }
  | { readonly kind: "pop" }
  | { readonly kind: "quit" }
  | { readonly kind: "exec"; readonly path: string | null }
  /** The list of netsh itself. */
  | { readonly kind: "netshHelp" }
  /** A command of netsh that is not here, with the reason. */
  | { readonly kind: "refused"; readonly word: string; readonly reason: string };

/** The contexts of netsh that are not here. */
const OTHER_CONTEXTS: readonly string[] = [
  "advfirewall",
  "branchcache",
  "bridge",
  "dhcp",
  "dhcpclient",
  "dnsclient",
  "firewall",
  "interface",
  "ipsec",
  "ipsecdosprotection",
  "lan",
  "mbn",
  "namespace",
  "netio",
  "nlm",
  "p2p",
  "ras",
  "rpc",
  "trace",
  "wcn",
  "wfp",
  "winhttp",
  "winsock",
  "wlan",
];

const ONLY_HTTP = "only the context http is here";

/** Words that netsh itself has, in every context. */
const GLOBALS: Readonly<Record<string, (rest: readonly string[]) => Line>> = {
  "..": (rest) => rest.length === 0 ? { kind: "enter", context: "" } : readLine("", rest),
  bye: () => ({ kind: "quit" }),
  exit: () => ({ kind: "quit" }),
  quit: () => ({ kind: "quit" }),
  exec: ([path]) => ({ kind: "exec", path: path ?? null }),
  popd: () => ({ kind: "pop" }),
  pushd: (rest) => pushed(rest),
  online: () => ({ kind: "nothing" }),
  offline: () => refused("offline", "every change is stored at once; there is no offline mode"),
  commit: () => ({ kind: "nothing" }),
  abort: () => refused("abort", "every change is stored at once; there is nothing to discard"),
  alias: () => refused("alias", "there are no aliases"),
  unalias: () => refused("unalias", "there are no aliases"),
};

/** Reads a line in its context. */
export function readLine(context: Context, words: readonly string[]): Line {
  const [first = "", ...rest] = words;
  if (first === "" || first.startsWith("#")) return { kind: "nothing" };
  if (asksForHelp(first)) {
    return context === "" ? { kind: "netshHelp" } : { kind: "help", verb: null, command: null };
  }
  const word = first.toLowerCase();
  const own = Object.hasOwn(GLOBALS, word) ? GLOBALS[word] : undefined;
  if (own !== undefined) return own(rest);
  if (isHttp(word)) return rest.length === 0 ? { kind: "enter", context: "http" } : readNetsh(rest);
  // Nothing else has these words, so that a line that only forgets the context is understood.
  const call = readNetsh(words);
  if (call.kind !== "unknown" || call.word !== first) return call;
  const [other] = expanded(word);
  if (other === undefined) return call;
  return refused(first, `${ONLY_HTTP}, not ${other}`);
}

/** Reports whether a word is the context http, or the start of it. `h` is no verb of any context. */
function isHttp(word: string): boolean {
  return word !== "" && "http".startsWith(word);
}

/** Returns the other contexts that `word` is, or begins. */
function expanded(word: string): readonly string[] {
  const found = expandWord(word, OTHER_CONTEXTS);
  return found.kind === "word" ? [found.word] : found.candidates;
}

function refused(word: string, reason: string): Line {
  return { kind: "refused", word, reason };
}

/** Reads what follows `pushd`: the context; that of netsh itself if there is none. */
function pushed([name = "", ...rest]: readonly string[]): Line {
  if (name === "") return { kind: "push", context: "" };
  const word = name.toLowerCase();
  if (rest.length === 0 && isHttp(word)) return { kind: "push", context: "http" };
  return refused([name, ...rest].join(" "), ONLY_HTTP);
}

/** What netsh is started for. */
export type Start =
  /** Lines of stdin, in a context. */
  | { readonly kind: "lines"; readonly context: Context }
  | { readonly kind: "script"; readonly context: Context; readonly path: string }
  | { readonly kind: "command"; readonly context: Context; readonly words: readonly string[] }
  /** An option without its value. */
  | { readonly kind: "missing" }
  | {
    readonly kind: "refused";
    /** As typed, as its value is. */
    readonly option: string;
    readonly value: string;
    readonly reason: string;
  };

/** Reads the arguments of netsh; `host` is the name of this machine. */
export function readStart(args: readonly string[], host: string): Start {
  let context: Context = "";
  let i = 0;
  for (; i < args.length; i += 2) {
    const [option, value] = [args[i]!, args[i + 1]];
    const letter = /^[-/]([acfrup])$/i.exec(option)?.[1]?.toLowerCase();
    if (letter === undefined) break;
    if (value === undefined) return { kind: "missing" };
    if (letter === "f") return { kind: "script", context, path: value };
    const entered = letter === "c" ? enteredContext(value) : null;
    const reason = entered === null ? optionProblem(letter, value, host) : entered.reason;
    if (reason !== null) return { kind: "refused", option, value, reason };
    context = entered?.context ?? context;
  }
  const words = args.slice(i);
  return words.length === 0 ? { kind: "lines", context } : { kind: "command", context, words };
}

/** Returns the context that `-c` names, or why it is none here. */
function enteredContext(
  text: string,
): { readonly context: Context; readonly reason: string | null } {
  const line = readLine("", text.trim().split(/\s+/));
  if (line.kind === "enter") return { context: line.context, reason: null };
  return { context: "", reason: line.kind === "refused" ? line.reason : ONLY_HTTP };
}

/** Returns why another option cannot be followed; null if it changes nothing. */
function optionProblem(letter: string, value: string, host: string): string | null {
  if (letter === "a") return "there are no aliases";
  if (letter === "u" || letter === "p") {
    return "a user is for another machine; here the user is the one of this shell";
  }
  return isThisMachine(value, host) ? null : "only this machine can be configured";
}
