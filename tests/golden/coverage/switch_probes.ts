/**
 * Probes of the tools that read switches and words: Httpcfg.exe, iisweb, and net.
 *
 * @module
 */
import type { ParameterProbes } from "./netsh_probes.ts";
import { APP, HASH, type Probe } from "./probe.ts";

const SSL_SET = ["set", "ssl", "-i", "127.0.0.2:443", "-h", HASH, "-g", APP];
const URLACL_SET = ["set", "urlacl", "-u", "http://+:8080/", "-a", "D:(A;;GX;;;WD)"];
const LIST_SET = ["set", "iplisten", "-i", "127.0.0.2"];

const CREATE = ["iisweb", "/create", "{home}/www", "Site"];
const BOUND = [...CREATE, "/b", "8085", "/i", "127.0.0.2"];

const SERVICES = ["http", "httpfilter", "iisadmin", "w3svc", "spooler"];

/** A command: what has to be there, its words, and values by the switch that they follow. */
interface Row {
  readonly command: string;
  readonly before?: readonly (readonly string[])[];
  readonly words: readonly string[];
  /** Several words, separated by blanks, are as many arguments. */
  readonly switches?: Readonly<Record<string, readonly string[]>>;
}

const TABLE: readonly Row[] = [
  {
    command: "httpcfg set iplisten",
    words: ["set", "iplisten"],
    switches: { "-i": ["127.0.0.2", "127.0.0.2:8000", "::", "10.0.0.0/8"] },
  },
  { command: "httpcfg query iplisten", before: [LIST_SET], words: ["query", "iplisten"] },
  {
    command: "httpcfg delete iplisten",
    before: [LIST_SET],
    words: ["delete", "iplisten"],
    switches: { "-i": ["127.0.0.2"] },
  },
  {
    command: "httpcfg set ssl",
    words: SSL_SET,
    switches: {
      "-i": ["127.0.0.2:443"],
      "-h": [HASH],
      "-g": [APP],
      "-c": ["WEBHOSTING"],
      "-m": ["0", "1", "2", "4", "65536"],
      "-r": ["60"],
      "-x": ["1000"],
      "-t": ["issuers"],
      "-n": ["CA"],
      "-f": ["0", "1", "2", "4", "8", "16", "64", "256", "4096", "16384"],
    },
  },
  {
    command: "httpcfg query ssl",
    before: [SSL_SET],
    words: ["query", "ssl"],
    switches: { "-i": ["127.0.0.2:443"] },
  },
  {
    command: "httpcfg delete ssl",
    before: [SSL_SET],
    words: ["delete", "ssl"],
    switches: { "-i": ["127.0.0.2:443"] },
  },
  {
    command: "httpcfg set urlacl",
    words: URLACL_SET,
    switches: { "-u": ["http://+:8080/"], "-a": ["D:(A;;GX;;;WD)"] },
  },
  {
    command: "httpcfg query urlacl",
    before: [URLACL_SET],
    words: ["query", "urlacl"],
    switches: { "-u": ["http://+:8080/"] },
  },
  {
    command: "httpcfg delete urlacl",
    before: [URLACL_SET],
    words: ["delete", "urlacl"],
    switches: { "-u": ["http://+:8080/"] },
  },
  {
    command: "iisweb /create",
    words: BOUND,
    switches: {
      "/b": ["8086"],
      "/i": ["127.0.0.3"],
      "/d": ["www.example.com"],
      "/dontstart": [""],
      "/s": [".", "web2"],
      "/u": ["admin"],
      "/ap": ["Pool"],
    },
  },
  ...["query", "start", "stop", "pause", "delete"].map((verb): Row => ({
    command: `iisweb /${verb}`,
    before: [BOUND, ...verb === "start" ? [["iisweb", "/stop", "Site"]] : []],
    words: ["iisweb", `/${verb}`, "Site"],
  })),
  {
    command: "net start",
    before: [["net", "stop", "http", "/y"], ["net", "stop", "iisadmin"]],
    words: ["net", "start"],
    switches: { SERVICE: SERVICES },
  },
  { command: "net stop", words: ["net", "stop", "/y"], switches: { SERVICE: SERVICES } },
  { command: "net pause", words: ["net", "pause"], switches: { SERVICE: SERVICES } },
  {
    command: "net continue",
    before: [["net", "pause", "w3svc"]],
    words: ["net", "continue"],
    switches: { SERVICE: SERVICES },
  },
  { command: "net stop", words: ["net", "stop", "http"], switches: { "/y": [""], "/n": [""] } },
  { command: "net helpmsg", words: ["net", "helpmsg"], switches: { NUMBER: ["2185"] } },
];

/** Returns the probes of every row. */
export function switchProbes(): ParameterProbes[] {
  return TABLE.flatMap(({ command, before = [], words, switches = {} }) => {
    const ofSwitch = Object.entries(switches).map(([name, values]) => ({
      command,
      parameter: name,
      probes: new Map(values.map((value): [string, Probe] => [
        values.length === 1 ? "" : value,
        {
          words: [
            ...words,
            ...[...isOperand(name) ? [] : [name], value].filter((word) => word !== ""),
          ],
          before,
        },
      ])),
    }));
    if (ofSwitch.length > 0) return ofSwitch;
    return [{ command, parameter: "", probes: new Map([["", { words, before }]]) }];
  });
}

function isOperand(name: string): boolean {
  return /^[A-Z]/.test(name);
}
