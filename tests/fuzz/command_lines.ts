/**
 * Fuzzes the command lines of the old tools and of `site`: some in a row, against one document, beside a service
 * that does nothing. The rules:
 *
 * - the exit status is one that the tool has, and nothing is an internal error;
 * - no character that controls a terminal is printed;
 * - the stored document is valid and in its one spelling, and a view does not change it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { EXIT } from "../../mod/base/exit_status.ts";
import { loadCommands } from "../support/commands.ts";
import { readIisweb } from "../../mod/cli/tools/iisweb/args.ts";
import { NETSH_COMMANDS } from "../../mod/cli/tools/netsh/commands.ts";
import { netshUsage } from "../../mod/cli/tools/netsh/help.ts";
import { WIN32 } from "../../mod/base/win32.ts";
import { KEY_TYPES } from "../../mod/config/metabase/property.ts";
import { PROPERTIES } from "../../mod/config/metabase/schema.ts";
import { serialize, Store } from "../../mod/config/store/store.ts";
import { SERVICES } from "../../mod/host/services/service_table.ts";
import { CONTENT_RULES } from "../../mod/site/kinds/kinds.ts";
import { commandHome } from "../support/command_home.ts";
import { startFakeService } from "../support/fake_service.ts";
import { anyOf, mutatedText } from "./mutate.ts";
import type { Random } from "./random.ts";
import { type Target, target } from "./target.ts";

/** Words of one command line; `{home}` stands for the home. */
type Line = readonly string[];

interface Tool {
  readonly name: string;
  /** The word that its lines begin with. */
  readonly word?: string;
  line(random: Random): Line;
  /** Whether it is a status of the tool. */
  isStatus(status: number): boolean;
  /** A line that changes nothing. */
  readonly views: RegExp;
}

const ADDRESSES = [
  ...["127.0.0.2", "10.0.0.0/8", "::1", "eth0", "!eth0", "0.0.0.0", "fe80::1%eth0", "1.2.3.4/0"],
  ...["256.1.1.1", "::ffff:1.2.3.4", "eth0/stable", "224.0.0.1"],
];
const ENDPOINTS = ["0.0.0.0:443", "[::1]:443", "1.2.3.4:0", "a.test:443", "127.0.0.1:8443", ":443"];
const URLS = ["http://+:80/a/", "https://*:443/", "http://A.test:80/%3f/", "http://[::1]:80/b/"];
const SDDLS = [
  "D:(A;;GX;;;WD)",
  "D:(A;;GA;;;NS)",
  "D:",
  "D:(A;;GX;;;S-1-5-21-1)",
  "O:BA",
  "D:P(A;;GX;;;WD)",
];
const HASHES = [
  "63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6",
  "0".repeat(40),
  "0".repeat(39),
  "z".repeat(40),
];
const GUIDS = [
  "{00000000-0000-0000-0000-000000000000}",
  "{AbCdEf01-0000-0000-0000-00000000000f}",
  "{}",
];
const NUMBERS = ["0", "1", "0x10", "-1", "4294967295", "4294967296", "1e3", "010", ""];
const NAMES = ["MY", "a", "Default Web Site", "W3SVC/1", "ä\t", "x".repeat(300)];

const httpcfg: Tool = {
  name: "httpcfg",
  line(random): Line {
    const store = random.pick(["iplisten", "iplisten", "ssl", "urlacl"] as const);
    const values: Readonly<Record<string, readonly string[]>> = {
      iplisten: { "-i": ADDRESSES },
      urlacl: { "-u": URLS, "-a": SDDLS },
      ssl: {
        "-i": ENDPOINTS,
        "-h": HASHES,
        "-g": GUIDS,
        "-c": NAMES,
        "-m": NUMBERS,
        "-r": NUMBERS,
        "-x": NUMBERS,
        "-t": NAMES,
        "-n": NAMES,
        "-f": NUMBERS,
      },
    }[store];
    const switches = Object.entries(values).filter(() => !random.chance(8)).flatMap(
      ([name, all]) => {
        return [random.chance(6) ? name.replace("-", "/").toUpperCase() : name, anyOf(all, random)];
      },
    );
    return [anyOf(["set", "set", "query", "delete"], random), anyOf([store], random), ...switches];
  },
  isStatus: (status) => status <= 2 || Object.values<number>(WIN32).includes(status),
  views: /^query\b/i,
};

const net: Tool = {
  name: "net",
  word: "net",
  line(random): Line {
    const services = SERVICES.flatMap(({ name, display }) => [name, display]);
    const words = [anyOf(services, random), anyOf(["/y", "/n", "/YES", "x"], random)];
    const verb = anyOf(["start", "stop", "pause", "continue", "helpmsg", ""], random);
    if (/^helpmsg$/i.test(verb)) words[0] = anyOf(["2184", "0", "99999", "-1"], random);
    return [verb, ...words.slice(0, random.below(3))];
  },
  isStatus: (status) => status <= 2,
  views: /^(?:helpmsg\b|start$)/i,
};

const netsh: Tool = {
  name: "netsh",
  word: "netsh",
  line(random): Line {
    if (!random.chance(5)) return netshWords(random);
    return ["-f", anyOf(["{home}/script", "{home}", "{home}/none"], random)];
  },
  isStatus: (status) => status <= 1,
  views: /^http (?:show|dump)\b/i,
};

function netshWords(random: Random): string[] {
  const command = random.pick(NETSH_COMMANDS);
  const kinds: Readonly<Record<string, readonly string[]>> = {
    ipaddress: ADDRESSES,
    ipport: ENDPOINTS,
    hostnameport: ENDPOINTS,
    url: URLS,
    sddl: SDDLS,
    certhash: HASHES,
    appid: GUIDS,
    user: ["Everyone", "root", "nobody", "S-1-1-0"],
  };
  const tags = command.tags.filter((tag) => tag.isRequired === true || random.chance(3));
  const words = tags.map(({ name, choices }) => {
    const value = anyOf(choices ?? kinds[name] ?? [...NUMBERS, ...NAMES], random);
    return random.chance(4) ? value : `${name}=${value}`;
  });
  const noun = command.noun === "" ? [] : [command.noun];
  if (random.chance(30)) return ["http", ...netshUsage(command).split(" ")];
  const all = ["http", command.verb, ...noun, ...words];
  return random.chance(8) ? all.map((word) => anyOf([word], random)) : all;
}

const PATHS = [
  ...[
    "W3SVC",
    "W3SVC/1",
    "W3SVC/1/ROOT",
    "W3SVC/Info",
    "/LM/W3SVC/2",
    "w3svc/AppPools",
    "W3SVC/1/ROOT/a",
  ],
  ...["", "/", "W3SVC/99999999999", "W3SVC/AppPools/a", "W3SVC/2/Root"],
];
const VALUES = [
  ...[
    "True",
    "0",
    "1",
    "5",
    "a",
    ":80:",
    "127.0.0.2:80:a",
    ":443:",
    "{home}",
    "x y",
    "",
    "4294967296",
  ],
];

const adsutil: Tool = {
  name: "adsutil",
  word: "adsutil",
  line(random): Line {
    const path = (): string => anyOf(PATHS, random);
    const property = (): string => `${path()}/${anyOf(PROPERTIES.map(({ name }) => name), random)}`;
    const value = (): string => anyOf(VALUES, random);
    const calls: readonly (() => string[])[] = [
      () => ["SET", property(), value()],
      () => ["SET", property(), value(), value()],
      () => ["GET", property()],
      () => ["ENUM", path()],
      () => ["ENUM_ALL", path()],
      () => ["DELETE", random.chance(2) ? path() : property()],
      () => ["CREATE", path(), anyOf(KEY_TYPES, random)],
      () => [random.pick(["CREATE_VSERV", "CREATE_VDIR"]), path()],
      () => [random.pick(["COPY", "MOVE"]), path(), path()],
      () => ["FIND", property()],
      () => [
        random.pick(["START_SERVER", "STOP_SERVER", "PAUSE_SERVER", "CONTINUE_SERVER"]),
        path(),
      ],
      () => ["HELP"],
    ];
    const words = random.pick(calls)();
    const kept = random.chance(10) ? words.filter(() => random.chance(2)) : words;
    return [...(random.chance(15) ? ["-s:localhost"] : []), ...kept];
  },
  isStatus: (status) => status <= 2,
  views: /^(?:get|enum|enum_all|find|help)\b/i,
};

const iisweb: Tool = {
  name: "iisweb",
  word: "iisweb",
  line(random): Line {
    const name = anyOf([...NAMES, "b", "W3SVC/2", "/LM/w3svc/1"], random);
    const verb = random.pick([
      "/create",
      "/create",
      "/start",
      "/stop",
      "/pause",
      "/delete",
      "/query",
    ]);
    const switches = [
      ["/d", anyOf(["a.test", "", "xn--a", "a b", "."], random)],
      ["/b", anyOf(["80", "0", "65536", "8080"], random)],
      ["/i", anyOf(["127.0.0.2", "[::1]", "fe80::1%eth0", "224.0.0.1"], random)],
      ["/ap", "a"],
      ["/u", "a"],
      ["/s", anyOf([".", "other"], random)],
      ["/dontstart"],
      ["/?"],
    ].filter(() => random.chance(4)).flat();
    const operands = verb === "/create"
      ? [`{home}/${random.pick(["a", "b c", "ü"])}`, name]
      : [name];
    const words = [verb, ...operands, ...switches];
    const kept = random.chance(10) ? words.map((word) => anyOf([word], random)) : words;
    // A site is created with its directory, which must not be anywhere else.
    const call = readIisweb(kept, "web1");
    const root = "text" in call || call.verb !== "create" ? "{home}/" : call.operands[0]!;
    return root.startsWith("{home}/") && !root.includes("..") ? kept : words;
  },
  isStatus: (status) => status <= 1,
  views: /^\/query\b/i,
};

const iisreset: Tool = {
  name: "iisreset",
  word: "iisreset",
  line(random): Line {
    const words = ["/stop", "-START", "/restart", "/status", "/?", "/noforce", "/timeout:5", "."];
    return Array.from({ length: random.below(4) }, () => anyOf(words, random));
  },
  isStatus: (status) => status <= 1,
  views: /^\/status\b/i,
};

const sc: Tool = {
  name: "sc",
  word: "sc",
  line(random): Line {
    const verbs = ["query", "queryex", "start", "stop", "pause", "continue", "interrogate", "qc"];
    const service = anyOf(SERVICES.map(({ name }) => name), random);
    return [anyOf(verbs, random), ...(random.chance(8) ? [] : [service])];
  },
  isStatus: (status) => status <= 2,
  views: /^(?:query|queryex|interrogate)\b/i,
};

const appcmd: Tool = {
  name: "appcmd",
  word: "appcmd",
  line(random): Line {
    const name = anyOf([...NAMES, "b"], random);
    const binding = anyOf(BINDINGS, random);
    const element = `.[protocol='http',bindingInformation='${binding}']`;
    const words = [
      `/name:${anyOf(["c", "d"], random)}`,
      `/bindings:http/${binding},https/*:443:*.a.test`,
      `/+bindings${element}`,
      `/-bindings${element}`,
      "/physicalPath:{home}",
      "/serverAutoStart:false",
      "/id:7",
      "/text:bindings",
    ].filter(() => random.chance(3));
    const verb = random.pick(["list", "add", "set", "delete", "start", "stop"]);
    return [verb, random.pick(["site", "sites"]), ...(verb === "add" ? [] : [name]), ...words];
  },
  isStatus: (status) => [0, 1, 87, 183].includes(status),
  views: /^list\b/i,
};

/** The commands of our own that change sites: their flags are ours, the rules are the same. */
const site: Tool = {
  name: "site",
  word: "site",
  line(random): Line {
    const { name, flags } = random.pick(SITE_COMMANDS);
    const kinds: Readonly<Record<string, readonly string[]>> = {
      bind: BINDINGS,
      "bind-tls": BINDINGS,
      root: ["{home}", "/", "none"],
      redirect: ["/a", "https://{host}{path}", "//a", "https://a/{path}?{query}"],
      map: ["/a=echo", "/A/b/=respond:x", "/%C3%BC/=redirect:308:/b", "/=echo", "/a=nothing"],
      unmap: ["/a", "/A/B", "b"],
      status: ["301", "204", "404", "999"],
    };
    const given = Object.entries(flags).filter(() => random.chance(4)).flatMap(([flag, spec]) => {
      if (spec.kind === "boolean") return [`--${flag}`];
      const value = anyOf(spec.choices ?? kinds[flag] ?? [...NUMBERS, ...NAMES], random);
      return random.chance(2) ? [`--${flag}`, value] : [`--${flag}=${value}`];
    });
    const verb = name.slice("site ".length);
    return [verb, ...(verb === "list" ? [] : [anyOf([...NAMES, "b"], random)]), ...given];
  },
  isStatus: (status) => status <= 2,
  views: /^(?:list|show)\b/,
};

const SITE_COMMANDS = (await loadCommands()).filter(({ name }) => name.startsWith("site "));
const BINDINGS = [
  ":80:",
  "127.0.0.2:80:A.test",
  "[::1]:80:",
  "*:8080",
  ":0:",
  "1.2.3:80:",
  ":80:a_b",
];

interface Case {
  readonly lines: readonly Line[];
  /** The lines of the script that netsh runs. */
  readonly script: readonly string[];
}

function lines({ line, word }: Tool, random: Random): Case {
  // A first word that begins with two hyphens is a flag of this program: of another home, perhaps.
  const isSafe = ([first = ""]: Line): boolean => word !== undefined || !first.startsWith("--");
  return {
    lines: Array.from({ length: 1 + random.below(6) }, () => {
      const words = line(random);
      return random.chance(4) ? forged(words, random) : words;
    }).filter(isSafe),
    script: Array.from({ length: random.below(6) }, () => {
      const text = netshWords(random).slice(random.below(2)).join(" ");
      return random.chance(6) ? mutatedText(text, random) : text;
    }),
  };
}

/** Returns `words` with a line end in one of them, and what would be a line of the output then. */
function forged(words: Line, random: Random): Line {
  if (words.length === 0) return words;
  const at = random.below(words.length);
  return words.with(at, `${words[at]}\n${FORGED}`);
}

const FORGED = "FORGED";

const CERTIFICATE = await Promise.all(["site.pem", "site.key"].map(async (name) => {
  const file = new URL(`../testdata/certs/${name}`, import.meta.url);
  return [name, await Deno.readTextFile(file)] as const;
}));

async function check(tool: Tool, given: Case, random: Random): Promise<void> {
  await using home = await commandHome();
  await startFakeService(home, random.pick(["W3SVC", "HTTP", "none"]));
  await Deno.mkdir(`${home.path}/certs/MY`, { recursive: true });
  for (const [name, text] of CERTIFICATE) {
    await Deno.writeTextFile(`${home.path}/certs/MY/${name}`, text);
  }
  await Deno.writeTextFile(`${home.path}/script`, given.script.join("\n"));
  const file = `${home.path}/config.json`;
  const read = (): Promise<string> => Deno.readTextFile(file).catch(() => "");
  const store = new Store({ file, loadContentRules: () => Promise.resolve(CONTENT_RULES) });
  for (const words of given.lines) {
    const before = await read();
    const { status, out, note } = await home.run(
      [tool.word ?? [], words].flat().map((word) => word.replaceAll("{home}", home.path)),
      { answer: random.pick(["Y", "n", ""]) },
    );
    const what = `${JSON.stringify(words)} -> ${status}\n${out}${note}`;
    // A long flag is ours, in every tool.
    const isOurs = status === EXIT.usage && words.some((word) => word.startsWith("--"));
    assert(isOurs || tool.isStatus(status), `not a status of the tool: ${what}`);
    assert(!/internal error|^ {4}at /m.test(note), what);
    assert(!/[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u.test(out + note), what);
    assert(!(out + note).includes(`\n${FORGED}`), `a line of its own: ${what}`);
    const after = await read();
    if (tool.views.test(words.join(" "))) assertEquals(after, before, `a view changes: ${what}`);
    if (after !== "") assertEquals(serialize(await store.read()), after, what);
  }
}

export const COMMAND_LINES: readonly Target[] = [
  ...[httpcfg, net, netsh, adsutil, iisweb, iisreset, sc, appcmd, site],
].map((tool) => {
  return target(tool.name, (random) => lines(tool, random), () => ({
    check: (given, random) => check(tool, given, random),
  }));
});
