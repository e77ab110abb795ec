/**
 * The groups of commands, in the order in which a new administrator needs them: one table for the
 * overview, the help of a group, the manual pages and the completions.
 *
 * @module
 */

export interface CommandGroup {
  /** Its name on a command line: `help WORD`, `man WORD`; httpcfg-WORD(1) is its page. */
  readonly word: string;
  /** Other words for it: what its commands are about. */
  readonly topics: readonly string[];
  /** Heading in the overview. */
  readonly title: string;
  /** What its commands do, in one line without a full stop. */
  readonly summary: string;
  /** Its lines in the overview, in order. */
  readonly rows: readonly GroupRow[];
}

/** A line of the overview. */
interface GroupRow {
  /** How it names its commands, with the words that they begin with. */
  readonly label: string;
  readonly summary: string;
  /** The names of the commands, none of which is in another row. */
  readonly commands: readonly string[];
}

/** Every group. A visible command is in one row of one of them. */
export const GROUPS: readonly CommandGroup[] = [
  {
    word: "run",
    topics: [],
    title: "Run the service",
    summary: "Start, reload and stop the service, now or at boot",
    rows: [
      row("net start|stop", "in the background: net start w3svc, net stop http /y", [
        "net start",
        "net stop",
      ]),
      row("serve", "in the foreground"),
      row("reload, confirm", "apply what is stored, without a stop", ["reload", "confirm"]),
      row("service …", "at boot: install, status, uninstall", [
        "service install",
        "service status",
        "service uninstall",
      ]),
    ],
  },
  {
    word: "inspect",
    topics: [],
    title: "See what it does",
    summary: "Show what listens, what would change, what responds, and what was logged",
    rows: [
      row("status, top", "services, listening addresses and sites; top: live", ["status", "top"]),
      row("plan, explain", "what a reload would change; which site responds, and why", [
        "plan",
        "explain",
      ]),
      row("who, diagnose", "which programs listen on a port; what a bug report needs", [
        "who",
        "diagnose",
      ]),
      row("verify, health", "proof, by connecting, of what is exposed", ["verify", "health"]),
      row("logs, events", "what the sites served, what was refused, what happened", [
        "logs",
        "events",
      ]),
      row("metrics", "what it has counted, for Prometheus and Grafana"),
    ],
  },
  {
    word: "iplisten",
    topics: [],
    title: "The list of addresses",
    summary: "Show and change the IP inclusion list: on which addresses the service listens",
    rows: [
      row("query iplisten", "show the IP inclusion list; empty means every address"),
      row("set iplisten …", "add an address, block, interface or exclusion; also delete", [
        "set iplisten",
        "delete iplisten",
      ]),
    ],
  },
  {
    word: "site",
    topics: [],
    title: "Sites",
    summary: "Add, change and control Web sites",
    rows: [
      row("site …", "add, list, show, set, remove, start, stop, pause, continue", [
        "site add",
        "site list",
        "site show",
        "site set",
        "site remove",
        "site start",
        "site stop",
        "site pause",
        "site continue",
      ]),
    ],
  },
  {
    word: "cert",
    topics: ["ssl"],
    title: "Certificates",
    summary: "Store certificates, and bind them to addresses and ports",
    rows: [
      row("cert …", "import, create, list, remove; acme: obtain and renew", [
        "cert import",
        "cert create",
        "cert acme add",
        "cert acme list",
        "cert acme renew",
        "cert acme remove",
        "cert list",
        "cert remove",
      ]),
      row("set ssl …", "bind one to an address and port; also query, delete", [
        "set ssl",
        "query ssl",
        "delete ssl",
      ]),
    ],
  },
  {
    word: "sharing",
    topics: ["urlacl"],
    title: "Programs on a port of the service",
    summary: "Give a local program a part of the URLs of a port",
    rows: [
      row("register …", "give a program URLs; also unregister, registrations", [
        "register",
        "unregister",
        "registrations",
      ]),
      row("set urlacl …", "say who may register a URL prefix; also query, delete", [
        "set urlacl",
        "query urlacl",
        "delete urlacl",
      ]),
    ],
  },
  {
    word: "config",
    topics: [],
    title: "Configuration",
    summary: "Show, check, edit and copy the stored configuration, and restore a version of it",
    rows: [
      row("config …", "show, check, edit, export, import, profile, schema, path", [
        "config show",
        "config check",
        "config edit",
        "config export",
        "config import",
        "config profile",
        "config schema",
        "config path",
      ]),
      row("settings …", "list, get, set, reset", [
        "settings list",
        "settings get",
        "settings set",
        "settings reset",
      ]),
      row("history, rollback", "what changed, and the way back", [
        "history",
        "history show",
        "history diff",
        "rollback",
      ]),
    ],
  },
  {
    word: "fleet",
    topics: [],
    title: "Many machines",
    summary: "One list, with sites and settings, for many machines, in a store that they share",
    rows: [
      row("fleet …", "one list for many: join, set, site, plan, apply, status", [
        "fleet join",
        "fleet follow",
        "fleet leave",
        "fleet status",
        "fleet set iplisten",
        "fleet delete iplisten",
        "fleet query iplisten",
        "fleet site add",
        "fleet site list",
        "fleet site show",
        "fleet site set",
        "fleet site remove",
        "fleet site start",
        "fleet site stop",
        "fleet settings list",
        "fleet settings get",
        "fleet settings set",
        "fleet settings reset",
        "fleet export",
        "fleet import",
        "fleet edit",
        "fleet plan",
        "fleet apply",
        "fleet confirm",
        "fleet cancel",
        "fleet verify",
        "fleet drift",
        "fleet who",
        "fleet history",
        "fleet rollback",
        "fleet remove",
        "fleet agent",
      ]),
    ],
  },
  {
    word: "tools",
    topics: [],
    title: "Old tools",
    summary: "The tools of Windows Server 2003, with their syntax and their output",
    rows: [
      row("net …", "pause, continue, help, helpmsg", [
        "net pause",
        "net continue",
        "net help",
        "net helpmsg",
      ]),
      row("netsh …", "as on Windows: netsh, adsutil, iisweb, iisreset, sc, appcmd", [
        "netsh",
        "adsutil",
        "iisweb",
        "iisreset",
        "sc",
        "appcmd",
      ]),
    ],
  },
  {
    word: "docs",
    topics: [],
    title: "Manual",
    summary: "Print the manual pages and the completion scripts",
    rows: [row("man, completions", "manual pages; completion for a shell", ["man", "completions"])],
  },
];

/** What the commands that begin with a word do, where the word is not that of a group. */
export const FIRST_WORDS: Readonly<Record<string, string>> = {
  query: "Show the records of a store: iplisten, ssl or urlacl",
  set: "Add a record to a store: iplisten, ssl or urlacl",
  delete: "Delete a record of a store: iplisten, ssl or urlacl",
  net: "Start and stop services, as net.exe did",
  settings: "Show and change the settings of the service",
  service: "Install the system service, which starts at boot",
  history: "Show the versions of the configuration",
};

/** Returns the names of the commands of a group, in order. */
export function commandsOf({ rows }: CommandGroup): string[] {
  return rows.flatMap(({ commands }) => commands);
}

/** Returns `names` in the order of the groups; those of none, which are hidden, come last. */
export function inGroupOrder(names: readonly string[]): string[] {
  const ordered = GROUPS.flatMap(commandsOf);
  const place = (name: string): number => ordered.includes(name) ? ordered.indexOf(name) : Infinity;
  return names.toSorted((a, b) => place(a) === place(b) ? 0 : place(a) - place(b));
}

/** Returns the group that `word` means; undefined if there is none. */
export function findGroup(word: string): CommandGroup | undefined {
  return GROUPS.find((group) => group.word === word || group.topics.includes(word));
}

/** Returns what `word`, with which commands begin, is about; undefined for a command's own name. */
export function firstWordSummary(word: string): string | undefined {
  return GROUPS.find((group) => group.word === word)?.summary ?? FIRST_WORDS[word];
}

function row(label: string, summary: string, commands: readonly string[] = [label]): GroupRow {
  return { label, summary, commands };
}
