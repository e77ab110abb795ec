/**
 * What a page says of a group beside its commands.
 *
 * @module
 */
import { ACCESS_LOG_FIELD_NAMES, ACCESS_LOG_FIELDS } from "../../../config/rules/access_log.ts";
import { prose, sentence, terms } from "./mdoc.ts";

interface GroupNotes {
  /** Paragraphs of the description. */
  readonly about: readonly string[];
  /** Sections after the commands. */
  readonly sections: readonly string[];
}

const LOGS: readonly string[] = [
  ".Sh LOGS",
  ...prose(
    "The logs are below the log directory: /var/log/httpcfg for the system, " +
      "~/.local/state/httpcfg/log for a user, DIR/log with HTTPCFG_HOME=DIR; httpcfg config path " +
      "--all shows it. Each has the format of its original, with times in UTC.",
  ),
  ...terms([
    [
      "Pa W3SVC1/ex261122.log",
      "Responses of site 1: W3C extended, with the fields of IIS 6. The next file begins each day, " +
      "and ex261122.1.log at the size limit. Settings: LogEnabled, LogExtFileFlags, " +
      "LogFileTruncateSize; adsutil sets LogType, LogExtFileFlags and DontLog of single sites.",
    ],
    [
      "Pa W3SVC1/ac261122.ndjson",
      "The same with AccessLogFormat json: one object a line, with the members of the Elastic Common " +
      "Schema below. AccessLogFields chooses them.",
    ],
    [
      "Pa W3SVC1/ac261122.log",
      "The same with AccessLogFormat combined, that of Apache and nginx, with the escapes of Apache. " +
      "A change of the format begins another file; what was written stays as it is.",
    ],
    [
      "Pa HTTPERR/httperr1.log",
      "What the service rejected or aborted, with the reason of HTTP.sys. httperr2.log begins at " +
      "the size limit; ErrorLoggingRolloverType makes it ht261122.log, ht261104.log (the week of " +
      "the month), ht2611.log or ht26112205.log. Settings: EnableErrorLogging, ErrorLoggingFields, " +
      "ErrorLogFileTruncateSize, ErrorLoggingRolloverType, ErrorLoggingLocaltimeRollover.",
    ],
    [
      "Pa events1.ndjson",
      "Events of HTTP, W3SVC and the service controller, with their ids; httpcfg events shows " +
      "them. events2.ndjson begins at 1 MB, and at most four files are kept.",
    ],
  ]),
  ".Pp",
  ...prose(
    "Lines are written once a second, or sooner if there are many. No request waits for a log: if " +
      "the disk is full or slow, lines are lost; they are counted and reported once. What a client " +
      "sent is written as printable ASCII (+ for spaces and control bytes, ? for anything above), " +
      "so that no line can be forged.",
  ),
  ".Pp",
  ...prose(
    "With AccessLogTarget stdout the service writes the lines of all sites to its stdout, for the " +
      "journal or a container, and with syslog it sends them where AccessLogSyslog says, as local7.info: " +
      "in the form of syslog(3) to a socket of this machine, by RFC 5424 over UDP, and over TCP with " +
      "octet counting. If the reader is slow or gone, lines are lost in the same way. No line of JSON " +
      "or combined is longer than 16 KiB. site set --log-format, --log-target and --log-sample are for " +
      "single sites.",
  ),
  ".Pp",
  ...prose(
    "The program does not delete access and error logs. SIGHUP makes the service open every file " +
      "by its name again, so that logrotate may move them.",
  ),
  ".Sh FIELDS OF A LINE IN JSON",
  ...prose(
    "url.path is the member path of the object url. A field without a value is absent. Those marked " +
      "with + are logged only if AccessLogFields names them. A byte that is not UTF-8 is written as " +
      "\\xE9 in the string, and everything above ASCII as an escape of JSON.",
  ),
  ...terms(ACCESS_LOG_FIELD_NAMES.map((name) => {
    const { isUsual, summary } = ACCESS_LOG_FIELDS[name];
    return [`Va ${name}`, `${sentence(summary)}${isUsual ? "" : " (+)"}`] as const;
  })),
];

const ORIGIN: readonly string[] = [
  ".Sh ORIGIN OF A REQUEST",
  ...prose(
    "X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host and Forwarded tell the program the origin " +
      "of a request. What a client sends in them, or in any other field by which a proxy would tell " +
      "it (X-Real-IP, Remote-User, X_Forwarded_For and others), is dropped: no client speaks for a " +
      "proxy.",
  ),
  ".Pp",
  ...prose(
    "With EnableRequestIds, X-Request-ID identifies the request: that of one of TrustedProxies is " +
      "taken over, any other is replaced, and so is one that a site or an upstream sets. " +
      "traceparent and tracestate are passed on if they are valid; where requests are traced " +
      "(httpcfg serve --help), they name a span of the service instead. The trace of a client is " +
      "continued if it is one of TrustedProxies or on this machine; that of any other is linked.",
  ),
  ".Pp",
  ...prose(
    "A client may have 1,024 WebSockets (MaxTunnelsPerAddress), and each ends after an hour without " +
      "a byte (TunnelIdleTimeout). A request for a prefix that is reserved but not registered gets " +
      "503.",
  ),
];

const LINKS: readonly string[] = [
  ".Sh LINKS",
  ...prose(
    "If it is called through a link named net, netsh, adsutil, iisweb, iisreset, sc or appcmd, the " +
      "program is that tool: net start w3svc is then httpcfg net start w3svc. install.sh --links makes the links. A link " +
      "hides another program of its name that comes later in PATH; Samba has one named net.",
  ),
  ".Sh COMPATIBILITY",
  ...prose(
    "The output of each tool on stdout and its exit status are those of the original, byte for " +
      "byte. Notes and hints of this program go to stderr. The tools of Httpcfg.exe are in " +
      "httpcfg-iplisten(1), httpcfg-cert(1) and httpcfg-sharing(1), net start and net stop in " +
      "httpcfg-run(1).",
  ),
];

/** By the word of the group. */
export const GROUP_NOTES: Readonly<Record<string, GroupNotes>> = {
  run: {
    about: [
      "The service is one process with the services of Windows in it: HTTP listens, HTTPFilter (HTTP " +
      "SSL) has the certificates, W3SVC has the Web sites, IISADMIN is there for the tools. net " +
      "start starts the process in the background if there is none; net stop http /y closes every " +
      "socket, and net stop iisadmin ends the process too. serve is the same in the foreground, for " +
      "a service manager or a container.",
      "Changes of the stored document take effect when a service starts, or with reload, which " +
      "opens new sockets first, does not touch those that stay, and changes nothing if one cannot " +
      "be opened. With the setting applyChanges live, each change is applied at once.",
      "A service that root starts by hand runs as root and stays root; it says so at its start. The " +
      "service that service install makes has a user of its own with the right to open ports below " +
      "1024, except on macOS, where only root may open them on single addresses.",
    ],
    sections: [],
  },
  inspect: {
    about: [
      "status shows what runs, plan what a reload would change, explain what would respond to one " +
      "request, and who which programs have a port. They ask the kernel, and agree with each " +
      "other. None of them changes anything, so that any user may run them.",
    ],
    sections: LOGS,
  },
  iplisten: {
    about: [
      "These are the commands of Httpcfg.exe for the list of KB 813368, with its syntax: -i and /i " +
      "are equivalent. Without an entry, the service listens on every address of the machine; with " +
      "entries, on the addresses that they mean and on no others, so that other programs can use " +
      "the same port there.",
    ],
    sections: [],
  },
  site: {
    about: [
      "A site is bound to IP:Port:Host and has one kind of content. A site bound to an address that " +
      "is not on the list does not start; the others do. NAME is the name of a site, or W3SVC/N.",
      "site add also takes a directory or a URL after the name, an address, a port or a host name " +
      "as the binding, and says which line it takes that for.",
    ],
    sections: [],
  },
  cert: {
    about: [
      "cert keeps certificates in stores, as files that only their owner can read; set ssl binds one " +
      "of them, by its thumbprint, to an address and port, as Httpcfg.exe did. 0.0.0.0 stands for " +
      "every address.",
    ],
    sections: [],
  },
  sharing: {
    about: [
      "As with HTTP.sys, a local program can have a URL prefix on a port that the sites and other " +
      "programs also use. A reservation says who may register it.",
    ],
    sections: ORIGIN,
  },
  config: {
    about: [
      "The whole configuration is one JSON document, which httpcfg-config(5) describes. Every change " +
      "is a version of the history, with its user and its command line.",
      "Root's commands are about the document and service of the system. So are those of every " +
      "other user who has no document: they show what that user may read, and name the line that " +
      "an administrator types for the rest. httpcfg --user is about one's own document and " +
      "service, as is every command of a user who has one.",
    ],
    sections: [],
  },
  tools: { about: [], sections: LINKS },
};
