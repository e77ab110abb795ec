/**
 * `net help`, and `/?` and `/help` after a command of net.exe: its syntax screens, with what the
 * commands do here.
 *
 * The screens begin as those of net.exe do; the explanations are ours, because the services are
 * (ARCHITECTURE.md, "Decisions").
 *
 * @module
 */
import { NET_EXIT } from "../../../base/exit_status.ts";
import { quote } from "../../../base/fault.ts";
import { SERVICES } from "../../../host/services/service_table.ts";
import type { CommandIo, CommandSpec } from "../../core/command.ts";
import { reportError } from "../../core/report.ts";
import { isNetVerb, netSyntax, type NetVerb } from "./messages.ts";

/** Commands of net.exe for what is not here: accounts, shares, printers, messages. */
const ELSEWHERE: readonly string[] = [
  "accounts",
  "computer",
  "config",
  "file",
  "group",
  "localgroup",
  "name",
  "print",
  "send",
  "session",
  "share",
  "statistics",
  "time",
  "use",
  "user",
  "view",
];

const LIST = `The syntax of this command is:

NET HELP
command
     -or-
NET command /HELP

  Commands available are:

  NET CONTINUE             NET HELPMSG              NET START
  NET HELP                 NET PAUSE                NET STOP

  NET HELP SERVICES lists the services that can be started and stopped.
  NET HELP SYNTAX explains how to read NET HELP syntax lines.

`;

const SYNTAX = `The following conventions are used in NET HELP syntax lines:

  -  Words in capital letters are typed as they are, in either case.
  -  Words in small letters stand for something of your choice, such as the
     name of a service.
  -  What is between [ and ] may be left out.
  -  Of what is between { and }, or separated by |, one is typed.

A display name of several words may be typed with or without quotation marks.

`;

const ABOUT: Readonly<Record<NetVerb, string>> = {
  start: `NET START lists the running services, or starts a service and those that it
depends on. It returns when the service listens.

service          Name or display name of the service; see NET HELP SERVICES.
`,
  stop: `NET STOP stops a service. If running services depend on it, they are named,
and stopped with it if the answer is Y.

service          Name or display name of the service; see NET HELP SERVICES.
/Y               Stops the dependent services without a question.
`,
  pause: `NET PAUSE pauses a service. While it is paused, it keeps its sockets and
responds to requests with 503. Only W3SVC can be paused.

service          Name or display name of the service; see NET HELP SERVICES.
`,
  continue: `NET CONTINUE continues a service that NET PAUSE has paused.

service          Name or display name of the service; see NET HELP SERVICES.
`,
  help: `NET HELP shows the syntax of a command and explains it.

command          CONTINUE, HELPMSG, PAUSE, START or STOP, or SERVICES or SYNTAX.
`,
  helpmsg: `NET HELPMSG explains a message of NET, or a status code that the other tools
print and exit with.

message#         The number, such as 2182 or 1168.
`,
};

const netHelp: CommandSpec = {
  name: "net help",
  usage: "[COMMAND]",
  summary: "Explain a command of net.exe",
  examples: [
    { line: "httpcfg net help", shows: "which commands there are" },
    { line: "httpcfg net help stop", shows: "the syntax of one" },
  ],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  ownHelp: true,
  run: ({ words }, io): Promise<number> => Promise.resolve(showTopic(words, io)),
};

/** A verb of net.exe that this program does not have, or no verb at all. */
const net: CommandSpec = {
  name: "net",
  usage: "START | STOP | PAUSE | CONTINUE | HELP | HELPMSG",
  summary: "Services, as net.exe controls them",
  examples: [{ line: "httpcfg net start", shows: "list the running services" }],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  ownHelp: true,
  hidden: true,
  run({ words }, io): Promise<number> {
    const [first = ""] = words;
    return Promise.resolve(isHelpOption(first) ? showTopic([], io) : refuseVerb(first, io));
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [netHelp, net];

/** Returns the record of a command of net.exe, whose `/?` and `/help` show its screen. */
export function withNetHelp(verb: NetVerb, spec: CommandSpec): CommandSpec {
  return {
    ...spec,
    ownHelp: true,
    run(input, io): Promise<number> {
      if (!input.words.some(isHelpOption)) return spec.run(input, io);
      io.print(screen(verb));
      return Promise.resolve(NET_EXIT.ok);
    },
  };
}

function isHelpOption(word: string): boolean {
  return /^[/-](?:\?|help|h)$/i.test(word);
}

function showTopic(words: readonly string[], io: CommandIo): number {
  const [topic = ""] = words.filter((word) => !isHelpOption(word)).map((word) =>
    word.toLowerCase()
  );
  if (topic !== "" && topic !== "services" && topic !== "syntax" && !isNetVerb(topic)) {
    return refuseVerb(topic, io);
  }
  io.print(
    topic === ""
      ? LIST
      : topic === "services"
      ? services()
      : topic === "syntax"
      ? SYNTAX
      : screen(topic),
  );
  return NET_EXIT.ok;
}

function screen(verb: NetVerb): string {
  return `${netSyntax(verb)}${ABOUT[verb]}\n`;
}

function services(): string {
  const width = Math.max(...SERVICES.map(({ name }) => name.length));
  const rows = SERVICES.map(({ name, display }) =>
    `  NET START ${name.padEnd(width)}   ${display}\n`
  );
  return `NET START can start these services, by name or display name:\n\n${rows.join("")}\n`;
}

/** Shows the commands that there are, and says why one that net.exe has is not among them. */
function refuseVerb(verb: string, io: CommandIo): number {
  io.note(netSyntax(null));
  if (ELSEWHERE.includes(verb.toLowerCase())) {
    reportError(io, {
      message: `Cannot run ${quote(`net ${verb}`)}: only the commands for services are here`,
      hint: "httpcfg net help",
    });
  }
  return NET_EXIT.syntax;
}
