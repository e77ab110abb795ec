/**
 * httpcfg(1): what the program is, its groups of commands, and what is true of all of them.
 *
 * @module
 */
import type { Example } from "../../../base/flag_spec.ts";
import { commandsOf, GROUPS } from "../../command_groups.ts";
import { DIAGNOSTICS } from "./diagnostics.ts";
import { escapeMdoc, example, prose, sentence, terms } from "./mdoc.ts";

/** What the page is about, in a line. */
export const PROGRAM_SUMMARY = "a web service that listens only on the addresses you list";

/** Returns the sections of the page. */
export function programSections(): string[] {
  return [
    ".Sh SYNOPSIS",
    ".Nm",
    ".Op Fl \\-config Ar FILE | Fl \\-user",
    ".Op Ar COMMAND Op Ar ARGUMENTS",
    ".Sh DESCRIPTION",
    ".Nm",
    ...DESCRIPTION.flatMap((text, i) => [...(i === 0 ? [] : [".Pp"]), ...prose(text)]),
    ".Sh OPTIONS",
    ...terms(OPTIONS),
    ".Sh COMMANDS",
    ".Bl -tag -width Ds",
    ...GROUPS.flatMap((group) => [
      `.It Xr httpcfg-${group.word} 1`,
      ...prose(sentence(group.summary)),
      ...prose(`Commands: ${commandsOf(group).join(", ")}.`),
    ]),
    ".El",
    ".Sh OUTPUT",
    ...prose(
      "Every listing has the formats text, json, ndjson, csv and tsv, with --format. Names of " +
        "other users' programs may contain characters that control a terminal: json, ndjson and " +
        "tsv have them escaped, text and csv show a question mark instead. Output goes to stdout; errors, notes " +
        "and hints go to stderr, and a hint is a line to type next.",
    ),
    ".Sh IMPLEMENTATION NOTES",
    ...PORTABLE_FORM.flatMap((text, i) => [...(i === 0 ? [] : [".Pp"]), ...prose(text)]),
    ".Sh ENVIRONMENT",
    ...terms(ENVIRONMENT),
    ".Sh FILES",
    ...terms(FILES),
    ".Sh EXIT STATUS",
    ...prose(
      "The old tools exit with the code that they print: 0, 183 if an entry already exists, 2 " +
        "if it does not exist. A code above 255 becomes 1 if the platform cannot represent it. " +
        "The other commands exit with 0, with 1 if they failed, and with 2 if the command line is " +
        "invalid, so that nothing was done; who and verify exit with 3 if the system does not show " +
        "what they were asked. The help of a command says where it has a status of " +
        "its own.",
    ),
    ".Sh EXAMPLES",
    ...EXAMPLES.flatMap((one, i) => [...(i === 0 ? [] : [".Pp"]), ...example(one)]),
    ".Sh DIAGNOSTICS",
    ".Bl -diag",
    ...DIAGNOSTICS.flatMap(({ message, meaning, cure }) => [
      `.It ${escapeMdoc(message)}`,
      ...prose(`${meaning}. ${cure}.`),
    ]),
    ".El",
  ];
}

/** Returns the section after the references, where the others have none. */
export function securitySection(): string[] {
  return [
    ".Sh SECURITY CONSIDERATIONS",
    ...SECURITY.flatMap((text, i) => [...(i === 0 ? [] : [".Pp"]), ...prose(text)]),
  ];
}

const OPTIONS: readonly (readonly [string, string])[] = [
  ["Fl \\-config Ar FILE", "Use this configuration document instead of the default one."],
  [
    "Fl \\-user",
    "Use one's own document and service, whatever the system has. Without it, a user who has " +
    "neither, on a machine where the system has a document or runs the service, sees those of " +
    "the system, and may change them as root only; httpcfg config path says which and why.",
  ],
  [
    "Fl \\-help",
    "Show the help of the program or, after a command or the name of a group, of that.",
  ],
  ["Fl \\-version", "Show the version and commit of the program."],
];

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  [
    "Ev HTTPCFG_HOME",
    "Directory for everything: document, control socket, logs, history, certificates.",
  ],
  ["Ev HTTPCFG_SYSTEM", "1 makes the document and service of the system those of any user."],
  ["Ev HTTPCFG_CACHE", "Directory that the portable form of the program unpacks into."],
  [
    "Ev OTEL_EXPORTER_OTLP_ENDPOINT",
    "The URL of an OpenTelemetry collector, to which serve sends traces; httpcfg serve --help has " +
    "the others of these variables.",
  ],
  ["Ev VISUAL , EDITOR", "The editor for config edit."],
];

const FILES: readonly (readonly [string, string])[] = [
  [
    "Pa /etc/httpcfg/config.json",
    "The document of the system, which root uses, and which other users see who have none of " +
    "their own. Certificates are in the directory certs beside it.",
  ],
  ["Pa ~/.config/httpcfg/config.json", "The document of any other user."],
  ["Pa /run/httpcfg", "Control socket and process file of the running service."],
  ["Pa /var/log/httpcfg", "W3C logs, HTTPERR logs and events; see httpcfg-inspect(1)."],
  ["Pa /var/lib/httpcfg/history", "Versions of the document."],
  ["Pa ~/.local/state/httpcfg", "Logs, history and run files of any other user."],
];

const PORTABLE_FORM: readonly string[] = [
  "Where a build cannot have the runtime compiled in, it is in the portable form: one executable " +
  "file, a short shell script followed by the packed runtime and program. Its first start unpacks " +
  "it, once per version, into HTTPCFG_CACHE, else /var/cache/httpcfg (root, for all users), " +
  "~/.cache/httpcfg or a private directory in /tmp. Later starts only check that the unpacked files " +
  "are complete and owned by the user or by root, and then run the program. It needs sh, tar and " +
  "gzip.",
  "Both forms may read and write files and use the network; they cannot load native code or download " +
  "programs. Commands may start programs (the editor, the service in the background); a running " +
  "service may not.",
];

const DESCRIPTION: readonly string[] = [
  "keeps an IP inclusion list: its HTTP service listens on those addresses and on no " +
  "others, so that other programs can use the same port on the other addresses of the " +
  "machine. An empty list means every address. Web sites are bound to IP:Port:Host. A site " +
  "that is bound to an address that is not listed does not start, and the program reports " +
  "why.",
  "Commands change the stored configuration document, whether or not the service is running. " +
  "The service reads it when it starts, or when it is reloaded. Without a command, the " +
  "program shows the state of the service and the next steps that fit it.",
  "A line that is no command, but is known from other programs (start, restart, ls, site rm), " +
  "is completed; a note on stderr shows the command that is run. If it could mean several " +
  "commands, nothing is done.",
  "On Linux no other user's program gets a port on an address that the service has. macOS, the BSDs and " +
  "Windows let another program listen on one address beside a socket on every address, and give it " +
  "the connections to that one; Windows also lets one that insists (SO_REUSEADDR) have the same " +
  "address. httpcfg verify finds both; a list of addresses leaves only the latter.",
];

const EXAMPLES: readonly Example[] = [
  { line: "httpcfg set iplisten -i 192.168.1.10", shows: "listen on this address only" },
  {
    line: "httpcfg site add intranet --bind :80: --root /srv/intranet",
    shows: "serve a directory there",
  },
  { line: "httpcfg net start w3svc", shows: "start the service in the background" },
  { line: "httpcfg status", shows: "show where it listens, and why a site did not start" },
  { line: "httpcfg plan", shows: "show what a reload would change" },
  { line: "httpcfg reload --confirm 60s", shows: "apply it, and revert unless confirmed" },
  { line: "httpcfg explain http://192.168.1.10/", shows: "show what responds there, and why" },
  { line: "httpcfg who 80", shows: "show which programs have the port" },
];

const SECURITY: readonly string[] = [
  "The service that httpcfg service install makes has a user of its own and one capability, to open " +
  "ports below 1024. A service that root starts by hand stays root, and says so.",
  "Who may change what is decided by the modes of the document and of the control socket alone. A " +
  "local user may register a URL prefix only if a reservation, httpcfg set urlacl, says so. " +
  "httpcfg-sharing(1) says what a registered program learns of a client.",
  "A release is signed; install.sh has the public key in it, verifies the signature and the checksum, " +
  "and refuses to go back to an older version.",
];
