/**
 * `man`: the manual pages, made from the command records and the table of settings.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { quote, usageFault } from "../../../base/fault.ts";
import { RELEASED } from "../../../base/version.ts";
import type { FlagSpec } from "../../../base/flag_spec.ts";
import type { ConfigDocument } from "../../../config/document/document.ts";
import { PROFILES } from "../../../config/document/profiles.ts";
import { type SettingRow, SETTINGS } from "../../../config/document/settings.ts";
import { folderContent } from "../../../config/document/site_content.ts";
import { INCLUSION_RULE } from "../../../listen/list/inclusion.ts";
import type { ContentKind } from "../../../site/kinds/content_kind.ts";
import { KINDS } from "../../../site/kinds/kinds.ts";
import type { CommandSpec } from "../../core/command.ts";
import { display, escapeMdoc, literal, mdocArgument, paragraphs, prose } from "./mdoc.ts";

const man: CommandSpec = {
  name: "man",
  usage: "[1|5]",
  summary: "Print the manual page of the program or of its configuration",
  details: [
    "1 is httpcfg(1), the program and its commands; it is the default. 5 is httpcfg-config(5), " +
    "the configuration document and its settings. Both are mdoc source.",
  ],
  examples: [
    { line: "httpcfg man | man -l -", shows: "read the page in the terminal" },
    {
      line: "httpcfg man 5 > /usr/local/share/man/man5/httpcfg-config.5",
      shows: "install the page of the configuration document",
    },
  ],
  flags: {},
  words: { min: 0, max: 1 },
  async run(input, io): Promise<number> {
    const section = input.words[0] ?? "1";
    if (section !== "1" && section !== "5") {
      throw usageFault(
        `Cannot print the page ${quote(section)}: must be 1 or 5`,
        "httpcfg man 5",
      );
    }
    const records = await Promise.all(io.commands.names.map((name) => io.commands.load(name)));
    io.out(section === "1" ? programPage(records) : documentPage());
    return EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [man];

/** Returns httpcfg(1). */
export function programPage(records: readonly CommandSpec[]): string {
  return page([
    ...title("HTTPCFG", 1, "httpcfg", "a web service that listens only on the addresses you list"),
    ".Sh SYNOPSIS",
    ".Nm",
    ".Op Fl \\-user",
    ".Op Fl \\-config Ar FILE",
    ".Ar COMMAND",
    ".Op Ar ARGUMENTS",
    ".Sh DESCRIPTION",
    ".Nm",
    ...prose(
      "keeps an IP inclusion list: its HTTP service listens on those addresses and on no " +
        "others, so that other programs can use the same port on the other addresses of the " +
        "machine. An empty list means every address. Web sites are bound to IP:Port:Host. A site " +
        "that is bound to an address that is not listed does not start, and the program reports " +
        "why.",
    ),
    ".Pp",
    ...prose(
      "Commands change the stored configuration document, whether or not the service is running. " +
        "The service reads it when it starts, or when it is reloaded.",
    ),
    ...SECTIONS_BEFORE,
    ".Sh COMMANDS",
    ".Bl -tag -width Ds",
    ...records.filter(({ hidden }) => !hidden).flatMap(commandItem),
    ".El",
    ...SECTIONS_AFTER,
  ]);
}

/** Returns httpcfg-config(5). */
export function documentPage(): string {
  return page([
    ...title("HTTPCFG-CONFIG", 5, "httpcfg-config", "the configuration document of httpcfg"),
    ".Sh DESCRIPTION",
    ...prose(
      "One JSON document holds the whole configuration. The commands of httpcfg(1) rewrite it " +
        "and keep the previous version; it can also be written by hand.",
    ),
    ...literalLine("httpcfg config check", "reports what is wrong with it,"),
    ...literalLine("httpcfg config schema", "prints its JSON Schema."),
    ".Pp",
    ...prose(
      "A document without a version is taken as written by hand: what it leaves out is as on a " +
        "new machine. A document of a newer version is rejected.",
    ),
    ".Pp",
    ...prose(
      "Entries of the list, bindings and keys of certificates may be spelled in every way that " +
        "the command line takes. Two spellings of one entry are one entry.",
    ),
    ".Sh DOCUMENT",
    ".Bl -tag -width Ds",
    ...FIELDS.flatMap(([name, text]) => [`.It Va ${escapeMdoc(name)}`, ...prose(text)]),
    ".El",
    ".Sh SITE CONTENT",
    ...prose("The content of a site is an object with its kind and the fields of that kind."),
    ".Bl -tag -width Ds",
    ...KINDS.flatMap(kindItem),
    ".El",
    ".Sh SETTINGS",
    ".Bl -tag -width Ds",
    ...Object.entries(SETTINGS).flatMap(([name, row]) => settingItem(name, row)),
    ".El",
    ".Sh TIME-OUTS",
    ...prose(TIMEOUTS),
    ".Pp",
    ...literalLine("httpcfg config profile strict", "stores the values of nginx:"),
    ".Bl -tag -width Ds",
    ...STRICT_NOTES.flatMap(([name, text]) => {
      return [`.It Va ${name} ${PROFILES.strict.settings[name]}`, ...prose(text)];
    }),
    ".El",
    ".Pp",
    ...prose(NOT_SET),
    ".Sh EXAMPLES",
    ...prose("A document written by hand: one address, one site, changes applied at once."),
    ...display(JSON.stringify(DOCUMENT_BY_HAND, null, 2).split("\n")),
    ".Sh SEE ALSO",
    ".Xr httpcfg 1",
  ]);
}

/** The example of the page; a test checks it. */
export const DOCUMENT_BY_HAND: Partial<ConfigDocument> = {
  ipListen: ["10.0.0.5"],
  sites: [{
    id: 1,
    name: "intranet",
    bindings: [":80:"],
    secureBindings: [],
    autoStart: true,
    content: folderContent("/srv/intranet"),
  }],
  settings: { applyChanges: "live" },
};

const TIMEOUTS =
  "The defaults of 120 seconds are those of HTTP.sys, so that a site that moves here from IIS keeps " +
  "the behavior that its clients know, slow uploads included. On the open Internet a client that " +
  "says nothing for two minutes is rarely worth its connection, and other servers cut it sooner.";

/** What each setting of the profile is in nginx. */
const STRICT_NOTES: readonly (readonly [keyof typeof PROFILES.strict.settings, string])[] = [
  ["HeaderWaitTimeout", "As client_header_timeout, for TLS handshakes too."],
  [
    "ConnectionTimeout",
    "As keepalive_timeout; for the first request of a connection too, where nginx waits 60 seconds.",
  ],
  ["EntityBodyTimeout", "As client_body_timeout."],
  ["DrainEntityBodyTimeout", "As lingering_timeout, but for all of the content together."],
  [
    "MinFileBytesPerSec",
    "In place of send_timeout, 60 seconds: at this rate 64 KiB take 60 seconds. A write without " +
    "progress is never cut before ConnectionTimeout, so it is after 75.",
  ],
];

const NOT_SET =
  "There is no setting for how long a client may go on sending after the last response of its " +
  "connection: it is 2 seconds, where nginx has lingering_timeout. Requests to a registered program " +
  "have time-outs of their own.";

const FIELDS: readonly (readonly [string, string])[] = [
  ["version", "Version of the document format."],
  ["ipListen", `The IP inclusion list. ${INCLUSION_RULE}`],
  ["ssl", "Certificates by address and port."],
  ["urlAcl", "URL reservations: who may register a URL prefix."],
  ["sites", "Web sites: number, name, bindings and content."],
  ["metabase", "Metabase properties that are in no other field, by path."],
  ["settings", "Settings that differ from their default; see below."],
];

const SECTIONS_BEFORE: readonly string[] = [
  ".Sh OPTIONS",
  ".Bl -tag -width Ds",
  ".It Fl \\-config Ar FILE",
  ...prose("Use this configuration document instead of the default one."),
  ".It Fl \\-user",
  ...prose(
    "Use one's own document and service, whatever the system has. Without it, a user who has " +
      "neither, on a machine where the system has a document or runs the service, sees those of " +
      "the system, and may change them as root only; httpcfg config path says which and why.",
  ),
  ".It Fl \\-help",
  ...prose("Show the help of the program or, after the name of a command, of that command."),
  ".It Fl \\-version",
  ...prose("Show the version and commit of the program."),
  ".El",
];

const SECTIONS_AFTER: readonly string[] = [
  ".Sh ENVIRONMENT",
  ".Bl -tag -width Ds",
  ".It Ev HTTPCFG_HOME",
  ...prose("Directory for everything: document, control socket, logs, history, certificates."),
  ".It Ev HTTPCFG_CACHE",
  ...prose("Directory that the portable form of the program unpacks into."),
  ".It Ev VISUAL , EDITOR",
  ...prose("The editor for config edit."),
  ".El",
  ".Sh FILES",
  ".Bl -tag -width Ds",
  ".It Pa /etc/httpcfg/config.json",
  ...prose(
    "The document of the system, which root uses, and which other users see who have none of " +
      "their own.",
  ),
  ".It Pa ~/.config/httpcfg/config.json",
  ...prose("The document of any other user."),
  ".It Pa /run/httpcfg",
  ...prose("Control socket and process file of the running service."),
  ".It Pa /var/log/httpcfg",
  ...prose("W3C logs, HTTPERR logs and events."),
  ".El",
  ".Sh EXIT STATUS",
  ...prose(
    "The old tools exit with the code that they print: 0, 183 if an entry already exists, 2 " +
      "if it does not exist. A code above 255 becomes 1 if the platform cannot represent it. " +
      "The other commands exit with 0, with 1 if they failed, and with 2 " +
      "if the command line is invalid.",
  ),
  ".Sh SEE ALSO",
  ".Xr httpcfg-config 5",
];

function title(name: string, section: number, command: string, summary: string): string[] {
  return [
    `.Dd ${RELEASED}`,
    `.Dt ${name} ${section}`,
    ".Os",
    ".Sh NAME",
    `.Nm ${command}`,
    `.Nd ${summary}`,
  ];
}

function commandItem(spec: CommandSpec): string[] {
  const usage = spec.usage === "" ? "" : ` ${mdocArgument(spec.usage)}`;
  const flags = Object.entries(spec.flags);
  return [
    `.It Cm ${escapeMdoc(spec.name)}${usage}`,
    ...prose(`${spec.summary}.`),
    ...(spec.details ?? []).flatMap((text) => [".Pp", ...paragraphs(text)]),
    ...(flags.length === 0 ? [] : [".Bl -tag -width Ds", ...flags.flatMap(flagItem), ".El"]),
    ...(spec.examples ?? []).flatMap(({ line, shows }) => [
      ".Pp",
      ...prose(`${shows.charAt(0).toUpperCase()}${shows.slice(1)}:`),
      ".Pp",
      `.Dl ${escapeMdoc(line)}`,
    ]),
  ];
}

function flagItem([name, flag]: readonly [string, FlagSpec]): string[] {
  const value = flag.value === undefined ? "" : ` Ar ${escapeMdoc(flag.value)}`;
  const choices = flag.choices === undefined ? "" : `: ${flag.choices.join(", ")}`;
  return [`.It Fl \\-${escapeMdoc(name)}${value}`, ...prose(sentence(`${flag.summary}${choices}`))];
}

function kindItem({ kind, flag, fields, help = [] }: ContentKind): string[] {
  const names = Object.entries(fields).map(([name, { type }]) => {
    return type === "optional" ? `${name} (optional)` : name;
  });
  return [
    `.It Va ${escapeMdoc(kind)}`,
    ...prose(sentence(flag.summary)),
    ...prose(names.length === 0 ? "No fields." : `Fields: ${names.join(", ")}.`),
    ...help.flatMap(prose),
  ];
}

function settingItem(name: string, row: SettingRow): string[] {
  const limits = row.kind === "number"
    ? `from ${row.min} to ${row.max}${row.unit === "" ? "" : ` ${row.unit}`}`
    : row.kind === "choice"
    ? `one of ${row.choices.join(", ")}`
    : "true or false";
  return [
    `.It Va ${escapeMdoc(name)}`,
    ...prose(sentence(row.summary)),
    ...prose(`Default ${row.default}, ${limits}.`),
  ];
}

function literalLine(command: string, rest: string): string[] {
  return [literal(command), ...prose(rest)];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function page(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
