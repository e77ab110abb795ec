/**
 * Probes of every tag of every command of `netsh http`, taken from the table that the program reads
 * command lines by: a new tag without a value here is an error.
 *
 * @module
 */
import { NETSH_COMMANDS } from "../../../mod/cli/tools/netsh/commands.ts";
import { APP, HASH, type Probe } from "./probe.ts";

/** A command with one tag, and a probe for each of its values. */
export interface ParameterProbes {
  readonly command: string;
  readonly parameter: string;
  /** By the value; one value is named "" when the parameter has no others of interest. */
  readonly probes: ReadonlyMap<string, Probe>;
}

type NetshCommand = (typeof NETSH_COMMANDS)[number];
type NetshTag = NetshCommand["tags"][number];

/** A valid value of each tag that takes any text. */
const VALUES: Readonly<Record<string, string>> = {
  ipaddress: "127.0.0.2",
  url: "http://+:8080/",
  user: "Everyone",
  sddl: "D:(A;;GX;;;WD)",
  value: "200",
  ipport: "127.0.0.2:443",
  hostnameport: "www.example.com:443",
  certhash: HASH,
  appid: APP,
  certstorename: "WEBHOSTING",
  revocationfreshnesstime: "60",
  urlretrievaltimeout: "1000",
  sslctlidentifier: "issuers",
  sslctlstorename: "CA",
  ccs: "443",
  scopedccs: "www.example.com:443",
  json: "{home}/records.json",
  receivewindow: "1048576",
  maxsettingsperframe: "100",
  maxsettingsperminute: "1000",
};

/** Values of tags that other commands give another meaning. */
const OWN_VALUES: Readonly<Record<string, string>> = {
  "add cacheparam value": "262144",
  "delete cache url": "http://127.0.0.2:80/app.js",
};

/** The values that a command needs beside the tag that is probed. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  "add sslcert": ["ipport", "certhash", "appid"],
  "update sslcert": ["ipport", "certhash", "appid"],
  "add urlacl": ["url", "user"],
  "update sslpropertyex": ["ipport"],
};

/** The words that a tag, or a value of it, needs beside those of its command. */
const WITH: Readonly<Record<string, readonly string[]>> = {
  "update sslpropertyex propertyid=0": [`receivewindow=${VALUES.receivewindow}`],
  "update sslpropertyex propertyid=1": [`maxsettingsperframe=${VALUES.maxsettingsperframe}`],
  "update sslpropertyex receivewindow": ["propertyid=0"],
  "update sslpropertyex maxsettingsperframe": ["propertyid=1"],
  "update sslpropertyex maxsettingsperminute": ["propertyid=1"],
};

/** Tags of which a command takes only one. */
const ONE_OF = [["ipport", "hostnameport", "ccs", "scopedccs", "json"], ["user", "sddl"]];

/** Command lines that make the record that a command works on. */
function before(command: string, words: readonly string[]): string[][] {
  const [verb = "", noun = ""] = command.split(" ");
  if (verb === "add" || noun === "") return [];
  const key = words.find((word) => /^(?:ipport|hostnameport)=/.test(word));
  switch (noun) {
    case "iplisten":
      return [line("add iplisten", ["ipaddress=127.0.0.2"])];
    case "sslcert":
    case "sslpropertyex":
      return key === undefined
        ? []
        : [line("add sslcert", [key, `certhash=${HASH}`, `appid=${APP}`])];
    case "urlacl":
      return [line("add urlacl", [`url=${VALUES.url}`, "user=Everyone"])];
    default:
      return [];
  }
}

function line(command: string, words: readonly string[]): string[] {
  return ["netsh", "http", ...command.split(" ").filter((word) => word !== ""), ...words];
}

/** Returns the probes of the whole context. */
export function netshProbes(): ParameterProbes[] {
  return NETSH_COMMANDS.flatMap((command) => {
    const name = `${command.verb} ${command.noun}`.trim();
    const tags = command.tags.map((tag) => ({
      command: `netsh http ${name}`,
      parameter: tag.name,
      probes: new Map(
        valuesOf(name, tag).map((value) => [
          tag.choices === undefined ? "" : value,
          probeOf(name, command, tag, value),
        ]),
      ),
    }));
    if (tags.length > 0) return tags;
    const alone = { words: line(name, []) };
    return [{ command: `netsh http ${name}`, parameter: "", probes: new Map([["", alone]]) }];
  });
}

function valuesOf(command: string, tag: NetshTag): readonly string[] {
  if (tag.choices !== undefined) return tag.choices;
  const value = OWN_VALUES[`${command} ${tag.name}`] ?? VALUES[tag.name];
  if (value === undefined) throw new Error(`no value to probe ${command} ${tag.name} with`);
  return [value];
}

function requiredWords(name: string, command: NetshCommand): string[] {
  const names = NEEDED[name] ??
    command.tags.filter((tag) => tag.isRequired).map((tag) => tag.name);
  return names.map((needed) => {
    const tag = command.tags.find((one) => one.name === needed)!;
    // The last of the choices is the one that has its effect here.
    return `${needed}=${valuesOf(name, tag).at(-1)}`;
  });
}

function probeOf(name: string, command: NetshCommand, tag: NetshTag, value: string): Probe {
  const group = ONE_OF.find((one) => one.includes(tag.name)) ?? [tag.name];
  const others = requiredWords(name, command)
    .filter((word) => !group.includes(word.slice(0, word.indexOf("="))));
  const needsKey = /sslcert|sslpropertyex/.test(name) && /^(?:delete|update)/.test(name) &&
    !group.includes("ipport") && !others.some((word) => word.startsWith("ipport="));
  const key = needsKey ? [`ipport=${VALUES.ipport}`] : [];
  const given = WITH[`${name} ${tag.name}=${value}`] ?? WITH[`${name} ${tag.name}`] ?? [];
  const alone = tag.name === "json" && name !== "show sslcert";
  const words = [`${tag.name}=${value}`, ...key, ...alone ? [] : [...others, ...given]];
  return { words: line(name, words), before: before(name, words) };
}
