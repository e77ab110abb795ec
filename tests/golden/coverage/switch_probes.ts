/**
 * Probes of the tools that read switches and words: Httpcfg.exe, iisweb, net, iisreset, sc, appcmd.
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
  {
    command: "net help",
    words: ["net", "help"],
    switches: { COMMAND: ["start", "stop", "helpmsg", "services", "user"] },
  },
  {
    command: "iisreset",
    words: ["iisreset"],
    switches: {
      SWITCH: [
        "/restart",
        "/stop",
        "/start",
        "/status",
        "/noforce",
        "/timeout:30",
        "/reboot",
        "/rebootonerror",
        "/enable",
        "/disable",
      ],
      COMPUTER: ["localhost", "web2"],
    },
  },
  ...["query", "queryex", "interrogate", "stop", "pause", "qc", "config", "delete"].map((
    verb,
  ): Row => ({ command: `sc ${verb}`, words: ["sc", verb, "w3svc"] })),
  { command: "sc start", before: [["sc", "stop", "w3svc"]], words: ["sc", "start", "w3svc"] },
  {
    command: "sc continue",
    before: [["sc", "pause", "w3svc"]],
    words: ["sc", "continue", "w3svc"],
  },
  {
    command: "appcmd list",
    words: ["appcmd", "list"],
    switches: { OBJECT: ["site", "apppool", "app", "vdir", "config"] },
  },
  {
    command: "appcmd list site",
    words: ["appcmd", "list", "site"],
    switches: { "/text:bindings": [""], NAME: ["Default Web Site", "Absent"] },
  },
  {
    command: "appcmd add site",
    words: ["appcmd", "add", "site", "/name:Shop"],
    switches: {
      "/bindings:http/*:8087:": [""],
      "/bindings:http/*:8087: /physicalPath:{home}": [""],
      "/bindings:ftp/*:21: /physicalPath:{home}": [""],
    },
  },
  {
    command: "appcmd set site",
    words: ["appcmd", "set", "site", "Default Web Site"],
    switches: {
      "/name:Other": [""],
      "/bindings:http/*:8087:": [""],
      "/+bindings.[protocol='http',bindingInformation='*:8088:']": [""],
      "/-bindings.[protocol='http',bindingInformation='*:8080:']": [""],
      "/serverAutoStart:false": [""],
      "/applicationDefaults.enabledProtocols:http": [""],
    },
  },
  ...["delete", "start", "stop"].map((verb): Row => ({
    command: `appcmd ${verb} site`,
    before: verb === "start" ? [["appcmd", "stop", "site", "Default Web Site"]] : [],
    words: ["appcmd", verb, "site", "Default Web Site"],
  })),
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
            ...[...isOperand(name) ? [] : name.split(" "), value].filter((word) => word !== ""),
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
