/**
 * What users of other programs type, and the command that it is here.
 *
 * A row is tried where a line is no command of ours, or one that its command refuses: it never
 * changes the meaning of a valid line. The first row that fits is taken.
 *
 * @module
 */

export type Guess = Taken | Ambiguous;

/** The line means one thing. */
interface Taken {
  /** The words of the line; see {@linkcode PLACEHOLDERS}. `a|b` is either, `…` is any further words. */
  readonly typed: string;
  /** The commands that are run instead, in order, until one fails. */
  readonly lines: readonly string[];
  /** Another command that it could mean. Only reading may be guessed where there is one. */
  readonly or?: string;
}

/** The line could mean several things, so that nothing is done. */
interface Ambiguous {
  readonly typed: string;
  /** The full lines of which the user chooses one. */
  readonly choices: readonly string[];
}

/**
 * The words of a row that stand for what the user types. `ENTRIES` are one or several; in a command
 * each of them follows the switch before it again. What a row has twice is taken in order.
 */
export const PLACEHOLDERS = [
  "ENTRY",
  "ENTRIES",
  "SERVICE",
  "SETTING",
  "PORT",
  "NUMBER",
  "FILE",
  "PEM",
  "NAME",
  "VALUE",
] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

const START = "net start w3svc";
const STOP = "net stop http /y";

const SERVICE_GUESSES: readonly Guess[] = [
  taken("start|up", START),
  taken("start|up httpcfg", START),
  taken("start|up SERVICE", "net start SERVICE"),
  taken("start|enable|up NAME", "site start NAME"),
  taken("stop|down|quit|shutdown", STOP),
  taken("stop|down httpcfg", STOP),
  taken("stop|down SERVICE", "net stop SERVICE /y"),
  taken("stop|disable|down NAME", "site stop NAME"),
  taken("restart", STOP, START),
  taken("restart http|httpcfg", STOP, START),
  taken("restart w3svc", "net stop w3svc", START),
  taken("restart NAME", "site stop NAME", "site start NAME"),
  taken("pause", "net pause w3svc"),
  taken("pause SERVICE", "net pause SERVICE"),
  taken("pause NAME", "site pause NAME"),
  taken("continue|resume|unpause", "net continue w3svc"),
  taken("continue|resume|unpause SERVICE", "net continue SERVICE"),
  taken("continue|resume|unpause NAME", "site continue NAME"),
  taken("run|server …", "serve …"),
  taken("apply|refresh …", "reload …"),
  taken("-s reload", "reload"),
  taken("-s stop|quit", STOP),
  taken("service start", START),
  taken("service stop", STOP),
  taken("service restart", STOP, START),
  taken("service enable|add|create …", "service install …"),
  taken("service disable|remove|rm|delete …", "service uninstall …"),
  ambiguous("enable", "service install", "site start NAME"),
  ambiguous("disable", "service uninstall", "site stop NAME"),
  taken("iisreset", STOP, START),
  taken("iisreset /restart", STOP, START),
  taken("iisreset /start", START),
  taken("iisreset /stop", STOP),
  taken("iisreset /status", "status"),
  taken("install …", "service install …"),
  ambiguous("uninstall", "service uninstall", "site remove NAME"),
];

const INSPECT_GUESSES: readonly Guess[] = [
  taken("version|ver", "--version"),
  taken("-v|-version", "--version"),
  taken("ps|info|state|stat …", "status …"),
  taken("show status …", "status …"),
  taken("status httpcfg …", "status …"),
  taken("log …", "logs …"),
  taken("tail …", "logs --follow …"),
  taken("error-log|errorlog|errors …", "logs --errors …"),
  taken("show logs …", "logs …"),
  taken("journal …", "events …"),
  taken("show events …", "events …"),
  taken("who|port|whois|lsof|holder|owner PORT …", "who PORT …"),
  ambiguous("explain PORT", "explain 127.0.0.1:PORT", "who PORT"),
  taken("diff|preview|dry-run …", "plan …"),
  taken("show plan …", "plan …"),
  taken("why|trace|whence VALUE …", "explain VALUE …"),
];

const LIST_GUESSES: readonly Guess[] = [
  taken("add|listen|include|bind ENTRIES", "set iplisten -i ENTRIES"),
  taken("exclude|except|deny|block ENTRIES", "set iplisten --except ENTRIES"),
  taken("remove|rm|del|unlisten ENTRIES", "delete iplisten -i ENTRIES"),
  taken("addresses|ips|iplist|allowlist", "query iplisten"),
  taken("list|ls|show|get addresses|ips|iplist …", "query iplisten …"),
  taken("iplisten|iplist|list add|set ENTRIES", "set iplisten -i ENTRIES"),
  taken("iplisten|iplist|list remove|rm|del|delete ENTRIES", "delete iplisten -i ENTRIES"),
  taken("iplisten|iplist list|ls|show|query|get …", "query iplisten …"),
];

const SITE_GUESSES: readonly Guess[] = [
  taken("sites|vhosts", "site list"),
  taken("list|ls|show sites|site|vhosts …", "site list …"),
  taken("add|new|create site|vhost …", "site add …"),
  taken("remove|rm|del site|vhost …", "site remove …"),
  taken("start site …", "site start …"),
  taken("stop site …", "site stop …"),
  taken("sites|vhost|vhosts|site ls …", "site list …"),
  taken("sites|vhost|vhosts list …", "site list …"),
  taken("site|sites rm|delete|del|uninstall …", "site remove …"),
  taken("site|sites create|new …", "site add …"),
  taken("site|sites edit|update|change|modify|config …", "site set …"),
  taken("site|sites info|get|describe|inspect|status|cat NAME …", "site show NAME …"),
  taken("site|sites enable|up|run NAME", "site start NAME"),
  taken("site|sites disable|down NAME", "site stop NAME"),
  taken("site|sites resume|unpause NAME", "site continue NAME"),
  taken("site|sites restart NAME", "site stop NAME", "site start NAME"),
  taken("site list NAME", "site show NAME"),
  taken("site show", "site list"),
  taken("rename NAME VALUE", "site set NAME --name VALUE"),
  ambiguous("add|new|create NAME", "set iplisten -i NAME", "site add NAME --bind :80: --root DIR"),
  taken("add|new|create NAME …", "site add NAME …"),
  ambiguous("remove|rm|del NAME", "delete iplisten -i NAME", "site remove NAME"),
];

const CERT_GUESSES: readonly Guess[] = [
  taken("certs|certificates", "cert list"),
  taken("list|ls|show certs|cert|certificates …", "cert list …"),
  taken("cert|certs|certificate ls|list|show|info|status …", "cert list …"),
  taken("cert|certs|certificate renew NAME", "cert acme renew NAME"),
  taken("cert|certs|certificate rm|delete|del|remove …", "cert remove …"),
  ambiguous(
    "cert|certs|certificate add|install|set|bind",
    "cert import --cert fullchain.pem --key privkey.pem",
    "cert create --self-signed --name NAME",
  ),
  taken("cert import|add|install PEM PEM …", "cert import --cert PEM --key PEM …"),
  taken("cert|certs|certificate add|install …", "cert import …"),
  taken("cert create|new|generate|self-signed NAME", "cert create --self-signed --name NAME"),
  taken("cert|certs|certificate new|generate …", "cert create …"),
  taken("ssl list|ls|show …", "query ssl …"),
];

const SHARING_GUESSES: readonly Guess[] = [
  taken("proxy|forward|reverse-proxy VALUE VALUE …", "register VALUE --to VALUE …"),
  ambiguous(
    "proxy|forward|reverse-proxy …",
    "register http://+:80/app/ --to http://127.0.0.1:3000",
    "register http://*:80/ --to http://127.0.0.1:3000",
  ),
  taken("deregister …", "unregister …"),
  taken("registered …", "registrations …"),
];

const CONFIG_GUESSES: readonly Guess[] = [
  taken("config get SETTING", "settings get SETTING"),
  taken("config get NAME", "settings get NAME"),
  taken("config set NAME …", "settings set NAME …"),
  taken("config unset|reset NAME", "settings reset NAME"),
  taken("config list|ls|settings …", "settings list …"),
  taken("get SETTING", "settings get SETTING"),
  taken("unset|reset SETTING", "settings reset SETTING"),
  taken("list|ls|show settings …", "settings list …"),
  taken("settings ls|show …", "settings list …"),
  taken("settings unset|delete|rm NAME", "settings reset NAME"),
  taken("settings SETTING", "settings get SETTING"),
  taken("settings SETTING VALUE", "settings set SETTING VALUE"),
  taken("test|validate|check|configtest …", "config check …"),
  taken("-t …", "config check …"),
  taken("config test|validate|verify|lint …", "config check …"),
  taken("config show --json", "config show"),
  taken("history show NUMBER --json", "history show NUMBER"),
  taken("config get|cat|print|dump|view …", "config show …"),
  taken("show|dump|print config", "config show"),
  taken("dump", "config show"),
  taken("-T", "config show"),
  taken("config save|backup …", "config export …"),
  taken("config load|replace|restore FILE …", "config import FILE …"),
  taken("config history|log", "history"),
  taken("config rollback|revert NUMBER", "rollback NUMBER"),
  taken("config where|file", "config path"),
  taken("edit", "config edit"),
  taken("export|backup …", "config export …"),
  taken("import|load FILE …", "config import FILE …"),
  taken("import PEM PEM …", "cert import --cert PEM --key PEM …"),
  taken("revert|undo|restore NUMBER", "rollback NUMBER"),
  ambiguous("rollback|revert|undo|restore", "history", "rollback NUMBER"),
  taken("history list|ls|log …", "history …"),
  taken("versions …", "history …"),
  taken("list|ls|show history|versions …", "history …"),
];

const OTHER_GUESSES: readonly Guess[] = [
  taken("list|ls services", "net start"),
  taken("completion …", "completions …"),
  taken("manual …", "man …"),
  or(taken("list|ls …", "site list …"), "query iplisten"),
  taken("show|inspect|describe NAME …", "site show NAME …"),
  or(taken("show", "status"), "config show"),
];

/**
 * Lines of Httpcfg.exe that it refuses: it does so here too, and the hint is what they mean.
 */
const REFUSED_GUESSES: readonly Guess[] = [
  taken("list|ls|show|get iplisten …", "query iplisten …"),
  taken("list|ls|show|get ssl …", "query ssl …"),
  taken("list|ls|show|get urlacl …", "query urlacl …"),
  taken("add|new|create iplisten ENTRIES", "set iplisten -i ENTRIES"),
  taken("remove|rm|del iplisten ENTRIES", "delete iplisten -i ENTRIES"),
  taken("set ENTRIES", "set iplisten -i ENTRIES"),
  taken("delete ENTRIES", "delete iplisten -i ENTRIES"),
  taken("query ENTRIES", "query iplisten"),
  taken("set SETTING VALUE", "settings set SETTING VALUE"),
  taken("query SETTING", "settings get SETTING"),
  taken("set site NAME …", "site set NAME …"),
  taken("delete site NAME", "site remove NAME"),
  taken("query site|sites", "site list"),
  taken("delete cert NAME", "cert remove NAME"),
  taken("query cert|certs", "cert list"),
];

/** Every row, in the order in which they are tried. */
export const GUESSES: readonly Guess[] = [
  ...REFUSED_GUESSES,
  ...SERVICE_GUESSES,
  ...INSPECT_GUESSES,
  ...LIST_GUESSES,
  ...SITE_GUESSES,
  ...CERT_GUESSES,
  ...SHARING_GUESSES,
  ...CONFIG_GUESSES,
  ...OTHER_GUESSES,
];

function taken(typed: string, ...lines: readonly string[]): Taken {
  return { typed, lines };
}

function or(guess: Taken, other: string): Taken {
  return { ...guess, or: other };
}

function ambiguous(typed: string, ...choices: readonly string[]): Ambiguous {
  return { typed, choices };
}
