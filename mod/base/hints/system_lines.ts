/**
 * The line of a hint on another system than Linux. Pure.
 *
 * A hint is written once, as a line of a POSIX shell with the tools of Linux. Here is what each of
 * those tools is on macOS and on Windows, where the line is one of PowerShell; a tool that a system
 * has nothing for leaves the line, and a line of which nothing is left is no hint. What begins with
 * no tool is a sentence, and stays as it is.
 *
 * @module
 */
import { shellWord } from "../fault.ts";

/** A system, as the runtime names it. */
type System = string;

/** The words of a command, without quotes; the first is the tool. */
type Words = readonly string[];

/** Returns the commands that do the same; none if the system has none. */
type Translation = (words: Words) => readonly string[];

/** Returns `hint`, of one or several lines, as it is typed on `os`; null if nothing is left of it. */
export function hintOn(os: System, hint: string): string | null {
  if (os === "linux") return hint;
  const lines = hint.split("\n").flatMap((line) => lineOn(os, line) ?? []);
  return lines.length === 0 ? null : [...new Set(lines)].join("\n");
}

/** Returns `value`, an answer in JSON, with the hints in it as they are typed on `os`. */
export function withHintsOn<T>(os: System, value: T): T {
  return os === "linux" ? value : translatedIn(os, value) as T;
}

function translatedIn(os: System, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => translatedIn(os, one));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (key === "hint" && typeof one === "string") return [key, hintOn(os, one)];
      if (key === "hints" && Array.isArray(one)) {
        return [
          key,
          one.flatMap((line) => typeof line === "string" ? hintOn(os, line) ?? [] : line),
        ];
      }
      return [key, translatedIn(os, one)];
    }),
  );
}

function lineOn(os: System, line: string): string | null {
  const whole = WHOLE_LINES.find(({ form }) => form.test(line));
  const instead = os === "windows" ? whole?.windows : whole?.others;
  if (whole !== undefined && instead !== undefined) {
    return instead === null ? null : line.replace(whole.form, instead);
  }
  const tools = os === "windows" ? WINDOWS : DARWIN;
  const pieces = piecesOf(line);
  if (pieces === null || !pieces.some(({ words }) => isCommand(words))) return line;
  // A sentence may have a semicolon; a line of commands has a tool at each place.
  const written = pieces.map(({ words, text, joint }) => {
    return { joint, commands: translated(words, text, { os, tools }) };
  });
  return joined(written, os);
}

/** Lines that are more than tools and their words, with what they are elsewhere; null: nothing. */
const WHOLE_LINES: readonly {
  readonly form: RegExp;
  readonly windows: string | null;
  /** On macOS and the BSDs; as on Linux if absent. */
  readonly others?: string | null;
}[] = [
  {
    form: /^export HTTPCFG_HOME="\$HOME\/httpcfg"$/,
    windows: '$$env:HTTPCFG_HOME="$$HOME\\httpcfg"',
  },
  // Where `>` writes UTF-16.
  { form: /^httpcfg (.*)config export > /, windows: "httpcfg $1config export " },
  { form: /^cat \/dev\/null \| (httpcfg .*)$/, windows: "$$null | $1" },
  { form: /^export HTTPCFG_HOME="\$\(mktemp -d\)"$/, windows: null },
  { form: /^ulimit -n .*$/, windows: null, others: "ulimit -n 65536" },
  { form: /^(?:sudo )?sh -c '(httpcfg service [a-z]+) \| sh'$/, windows: "$1 | cmd" },
  {
    form: /^ps -o pid,stat,cmd -p ("\$\(cat .*\)"); ls -l .*$/,
    windows: httpcfgTasks(),
    others: "ps -o pid,stat,command -p $1",
  },
  {
    form: /^httpcfg set iplisten -i .*"\$\(ip -o link .*\)"$/,
    windows: "ipconfig /all",
    others: "ifconfig",
  },
  {
    form: /^httpcfg set iplisten -i .*"\$\(getent ahosts (\S+) .*\)"$/,
    windows: "nslookup $1",
    others: "dscacheutil -q host -a name $1",
  },
  // A user of Windows has a SID of another kind, and no name that this program can look up.
  {
    form: / user="\$\(id -un\)"$/,
    windows: ' "sddl=D:(A;;GX;;;$$([Security.Principal.WindowsIdentity]::GetCurrent().User))"',
  },
  { form: /^.*S-1-22-1-\$\(id -u [^)]*\).*$/, windows: "whoami /user" },
  // Which would go on at once.
  { form: /^\$\{EDITOR:-vi\} (.+?); (.*)$/, windows: "Start-Process -Wait notepad $1; $2" },
];

/** The processes that may hold a file of this program. */
function httpcfgTasks(): string {
  return 'tasklist /fi "imagename eq httpcfg.exe"';
}

const DARWIN: Readonly<Record<string, Translation>> = {
  findmnt: () => ["mount"],
  ip: () => ["ifconfig"],
  fuser: (words) => [`lsof ${shellWord(words.at(-1) ?? "")}`],
  ss: () => ["netstat -an"],
  getent: (words) => [`dscacheutil -q host -a name ${shellWord(words.at(-1) ?? "")}`],
  systemctl: () => [],
  journalctl: () => [],
  setcap: () => [],
  semanage: () => [],
  sysctl: () => [],
};

const WINDOWS: Readonly<Record<string, Translation>> = {
  ls: (words) => pathsIn(words).map((path) => `icacls ${windowsWord(path)}`),
  cat: (words) => [`type ${windowsWord(words.at(-1) ?? "")}`],
  tail: (words) => [`Get-Content -Wait ${windowsWord(words.at(-1) ?? "")}`],
  df: (words) => words.includes("-i") ? [] : [`fsutil volume diskfree ${driveOf(words)}`],
  findmnt: (words) => [`fsutil fsinfo volumeinfo ${driveOf(words)}\\`],
  mv: (words) => [["move", ...words.slice(1).map(windowsWord)].join(" ")],
  rm: (words) => [["del", ...pathsIn(words).map(windowsWord)].join(" ")],
  mkdir: (words) => [["mkdir", ...pathsIn(words).map(windowsWord)].join(" ")],
  chmod: (words) => {
    const path = windowsWord(words.at(-1) ?? "");
    return [`icacls ${path} /inheritance:d /remove:g "*S-1-1-0" "*S-1-5-11" "*S-1-5-32-545"`];
  },
  "${EDITOR:-vi}": (words) => [`notepad ${windowsWord(words.at(-1) ?? "")}`],
  kill: (words) =>
    words.includes("-HUP") ? [] : [
      ["taskkill /F", ...words.slice(1).map((pid) => `/PID ${pid}`)].join(" "),
    ],
  fuser: () => [httpcfgTasks()],
  ps: () => [httpcfgTasks()],
  ip: () => ["ipconfig /all"],
  lsof: () => ["netstat -ano"],
  ss: () => ["netstat -ano"],
  getent: (words) => [`nslookup ${windowsWord(words.at(-1) ?? "")}`],
  // After a pipe, where it runs what a command prints.
  sh: () => ["cmd"],
  export: () => [],
  ulimit: () => [],
  systemctl: () => [],
  journalctl: () => [],
  setcap: () => [],
  semanage: () => [],
  sysctl: () => [],
  chown: () => [],
  chgrp: () => [],
};

/** Tools that are the same everywhere, where they are there at all. */
const EVERYWHERE: readonly string[] = [
  "httpcfg",
  "openssl",
  "htpasswd",
  "netsh",
  "netstat",
  "icacls",
  "taskkill",
];

function isCommand(words: Words): boolean {
  const [tool = ""] = withoutSudo(words);
  return EVERYWHERE.includes(tool) || Object.hasOwn(WINDOWS, tool) || Object.hasOwn(DARWIN, tool);
}

function translated(
  words: Words,
  text: string,
  { os, tools }: { readonly os: System; readonly tools: Readonly<Record<string, Translation>> },
): readonly string[] {
  const plain = os === "windows" ? withoutSudo(words) : words;
  const [tool = ""] = withoutSudo(words);
  if (Object.hasOwn(tools, tool)) {
    const isElevated = os !== "windows" && words[0] === "sudo";
    return tools[tool]!(withoutSudo(words)).map((line) => isElevated ? `sudo ${line}` : line);
  }
  return [os === "windows" ? plain.map(windowsWord).join(" ") : text];
}

/** Returns the words of the command itself: on Windows nobody becomes an administrator by a word. */
function withoutSudo(words: Words): Words {
  if (words[0] !== "sudo") return words;
  const rest = words.slice(1);
  return rest[0] === "env"
    ? rest.slice(rest.findIndex((word, i) => i > 0 && !/^\w+=/.test(word)))
    : rest;
}

function pathsIn(words: Words): string[] {
  return words.slice(1).filter((word) => !word.startsWith("-"));
}

function driveOf(words: Words): string {
  return /^[A-Za-z]:/.exec(words.at(-1) ?? "")?.[0] ?? "C:";
}

/** A command of a line, and what joins it to the one before. */
interface Piece {
  readonly joint: string;
  readonly words: Words;
  /** As it is written. */
  readonly text: string;
}

const TOKEN =
  /\s+|(;|&&|\|\||\||>)|((?:[^\s;&|>'"$\\]|\\.|'[^']*'|"(?:\$\([^)]*\)|[^"])*"|\$'(?:\\.|[^'])*'|\$\([^)]*\)|\$\{[^}]*\}|\$|&(?!&))+)/gy;

/** Splits a line at what joins commands; null if it is no line of a shell. */
function piecesOf(line: string): Piece[] | null {
  const pieces: Piece[] = [];
  let [joint, words, text] = ["", [] as string[], ""];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < line.length; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(line);
    if (match === null) return null;
    const [whole, operator, word] = match;
    if (operator === undefined) {
      text += whole;
      if (word !== undefined) words.push(unquoted(word));
      continue;
    }
    pieces.push({ joint, words, text: text.trim() });
    [joint, words, text] = [operator, [], ""];
  }
  return [...pieces, { joint, words, text: text.trim() }];
}

/**
 * Returns a word without its quotes. A backslash outside of them is one: hints quote what has any, and
 * a line that is one of Windows already stays as it is.
 */
function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:\$\([^)]*\)|[^"])*)"/g,
    (_, single, double) => single ?? double,
  );
}

/** Joins what is left; PowerShell has no `&&` in all of its versions. */
function joined(
  pieces: readonly { readonly joint: string; readonly commands: readonly string[] }[],
  os: System,
): string | null {
  let line = "";
  for (const { joint, commands } of pieces) {
    if (commands.length === 0) continue;
    const between = os === "windows" && joint === "&&" ? ";" : joint;
    const space = between === ";" ? "; " : ` ${between} `;
    line += (line === "" ? "" : space) + commands.join("; ");
  }
  return line === "" ? null : line;
}

/** Returns `word` as PowerShell and cmd take it, quoted where one of them would interpret it. */
function windowsWord(word: string): string {
  if (/^[\w\p{L}\p{N}.:/\\@%+=-]+$/u.test(word) && !word.startsWith("@")) return word;
  return `"${word.replaceAll('"', '\\"')}"`;
}
