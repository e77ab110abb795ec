/**
 * The help of netsh: what a context or a verb has, and what a command takes, in the layout of netsh.
 * Pure.
 *
 * @module
 */
import { NETSH_COMMANDS, type NetshCommand, type NetshTag, VERBS } from "./commands.ts";

const AVAILABLE = "\nThe following commands are available:\n\nCommands in this context:\n";
const MORE = "\nTo view help for a command, type the command, followed by a space, and then\n" +
  " type ?.\n\n";

/** What netsh itself takes, without its context. */
export const NETSH_USAGE = "netsh [-c Context] [-r RemoteMachine] [Command | -f ScriptFile]";

/** The commands that are the same in every context, and what they do. */
const GLOBAL_COMMANDS: Readonly<Record<string, string>> = {
  "..": "Goes up one context level.",
  "?": "Displays a list of commands.",
  bye: "Exits the program.",
  exec: "Runs a script file.",
  exit: "Exits the program.",
  help: "Displays a list of commands.",
  popd: "Pops a context from the stack.",
  pushd: "Pushes the current context on the stack.",
  quit: "Exits the program.",
};

/** The help of netsh itself. */
export function netshHelp(): string {
  const rows = {
    ...GLOBAL_COMMANDS,
    dump: VERBS.dump!,
    http: "Changes to the `netsh http' context.",
  };
  return `\nUsage: ${NETSH_USAGE}\n${AVAILABLE}${rowsText(rows)}\n` +
    `The following sub-contexts are available:\n http\n${MORE}`;
}

/** The help of the context http. */
export function contextHelp(): string {
  const { "?": list, help } = GLOBAL_COMMANDS;
  return `${AVAILABLE}${rowsText({ "?": list!, help: help!, ...VERBS })}${MORE}`;
}

/** What a verb takes. */
export function verbHelp(verb: string): string {
  const commands = NETSH_COMMANDS.filter((command) => command.verb === verb);
  const rows = commands.map(({ noun, summary }) => [`${verb} ${noun}`, summary]);
  return `${AVAILABLE}${rowsText(Object.fromEntries(rows))}${MORE}`;
}

function rowsText(rows: Readonly<Record<string, string>>): string {
  const names = Object.keys(rows).toSorted();
  const width = Math.max(...names.map((name) => name.length), NAME_WIDTH);
  return names.map((name) => `${name.padEnd(width)} - ${rows[name]}\n`).join("");
}

/** The least width of the names in a list of commands. */
const NAME_WIDTH = 14;

/** What a command takes, with each tag, remarks and examples. */
export function commandHelp(command: NetshCommand): string {
  const { tags, remarks, examples } = command;
  const parameters = tags.length === 0 ? "" : `\nParameters:\n\n${tagsText(tags)}`;
  return `\nUsage: ${netshUsage(command)}\n${parameters}\nRemarks: ${
    remarks.join("\n         ")
  }\n\n` +
    `Examples:\n\n${examples.map((line) => `        ${line}\n`).join("")}\n`;
}

function tagsText(tags: readonly NetshTag[]): string {
  const width = Math.max(...tags.map(({ name }) => name.length));
  const lines = tags.map(({ name, about }) => `        ${name.padEnd(width)} - ${about}\n`);
  return `        ${"Tag".padEnd(width)}   Value\n${lines.join("")}`;
}

/** `add iplisten [ipaddress=]<IP address>`; one tag a line where one of several keys is given. */
export function netshUsage({ verb, noun, tags }: NetshCommand): string {
  const name = [verb, noun].filter((word) => word !== "").join(" ");
  const keys = tags.filter(({ isKey }) => isKey);
  if (keys.length === 0) return [name, ...tags.map(operand)].join(" ");
  const others = tags.filter(({ isKey }) => !isKey).map((tag) => {
    const text = `${tag.name}=${valueOf(tag)}`;
    return `\n\t${tag.isRequired ? text : `[${text}]`}`;
  });
  const choice = keys.map((tag) => `${tag.name}=${valueOf(tag)}`).join(" | ");
  return `${name} ${verb === "show" ? `[${choice}]` : choice}${others.join("")}`;
}

function operand(tag: NetshTag): string {
  const text = `[${tag.name}=]${valueOf(tag)}`;
  return tag.isRequired ? text : `[${text}]`;
}

function valueOf({ choices, form = "string" }: NetshTag): string {
  return choices === undefined ? `<${form}>` : choices.join("|");
}
