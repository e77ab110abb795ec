/**
 * The command line of iisweb.vbs: one operation, its operands, and switches in any order.
 *
 * `/ap`, `/u` and `/p` are accepted with a note that they have no effect. A site id is a hash of the
 * name, as CreateNewSite of IIS 6.0 made it ("performs a hash function on the ServerComment"); the hash
 * function is our own (ARCHITECTURE.md, "Decisions").
 *
 * @module
 */
import { parseIp, parsePort, urlHost } from "../../../base/address.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { isHostPattern } from "../../../base/host_name.ts";
import { oneLine } from "../../../base/printable.ts";
import { isThisMachine } from "../../core/this_machine.ts";
import {
  badCommandLine,
  IISWEB_ERRORS,
  IISWEB_HELP,
  type IiswebVerb,
  invalidSwitch,
  verbHelp,
} from "./text.ts";

/** What to do with which sites. */
export interface IiswebCall {
  readonly verb: IiswebVerb;
  /** Operands: site names or `W3SVC/n`; for create, the root and the name. */
  readonly operands: readonly string[];
  readonly ip: string;
  readonly port: number;
  readonly host: string;
  readonly dontStart: boolean;
  /** What was given and has no effect here, each with the reason. */
  readonly notes: readonly string[];
}

/** A text to print and the exit status, if the command line is not a valid call. */
interface IiswebRefusal {
  readonly text: string;
  readonly exit: number;
}

const VERBS: readonly IiswebVerb[] = ["start", "stop", "pause", "delete", "create", "query"];
/** Switches with a value, by every name that the script accepts. */
const VALUED: ReadonlyMap<string, string> = new Map([
  ["s", "s"],
  ["server", "s"],
  ["u", "u"],
  ["user", "u"],
  ["p", "p"],
  ["password", "p"],
  ["d", "d"],
  ["domain", "d"],
  ["b", "b"],
  ["port", "b"],
  ["i", "i"],
  ["ip", "i"],
  ["ap", "ap"],
]);
const SHORT_VERBS: Readonly<Record<string, IiswebVerb>> = { c: "create", q: "query" };

/** Reads the words after `iisweb`; `hostName` is the name of this machine, the only server. */
export function readIisweb(words: readonly string[], hostName: string): IiswebCall | IiswebRefusal {
  if (words.length === 0) return bad(IISWEB_ERRORS.notEnough);
  const values = new Map<string, string>();
  const operands: string[] = [];
  let verb: IiswebVerb | null = null;
  let dontStart = false;
  let wantsHelp = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!isSwitch(word)) {
      if (verb === null) return bad(IISWEB_ERRORS.noOperation);
      operands.push(word);
      continue;
    }
    const name = word.slice(1).toLowerCase();
    const named = SHORT_VERBS[name] ?? VERBS.find((v) => v === name);
    const valued = VALUED.get(name);
    if (name === "?") wantsHelp = true;
    else if (named !== undefined) {
      if (verb !== null) return bad(IISWEB_ERRORS.twoOperations);
      verb = named;
    } else if (name === "dontstart") dontStart = true;
    else if (valued === undefined) {
      // The root of a site may be a top-level directory, which looks like a switch.
      if (verb !== "create" || operands.length > 0 || word.startsWith("-")) {
        return { text: invalidSwitch(word.slice(1)), exit: EXIT.failed };
      }
      operands.push(word);
    } else {
      const value = words[++i];
      if (value === undefined) return bad(IISWEB_ERRORS.notEnough, verb ?? "");
      values.set(valued, value);
    }
  }
  if (wantsHelp) return { text: verb === null ? IISWEB_HELP : verbHelp(verb), exit: EXIT.ok };
  if (!isThisMachine(values.get("s") ?? ".", hostName)) {
    return { text: IISWEB_ERRORS.noServer, exit: EXIT.failed };
  }
  return checked(verb, operands, values, dontStart);
}

function checked(
  verb: IiswebVerb | null,
  operands: readonly string[],
  values: ReadonlyMap<string, string>,
  dontStart: boolean,
): IiswebCall | IiswebRefusal {
  if (verb === null) return bad(IISWEB_ERRORS.noOperation);
  if (values.has("p") && !values.has("u")) return bad(IISWEB_ERRORS.passwordWithoutUser);
  const notes = [
    ...(values.has("u") ? ["/u and /p have no effect: this machine is the server"] : []),
    ...(values.has("ap") ? ["/ap has no effect: there are no application pools here"] : []),
  ];
  const base = { verb, operands, dontStart, ip: "", port: 80, host: "", notes };
  if (verb === "create") return checkedCreate(base, values);
  if (verb !== "query" && operands.length === 0) return bad(IISWEB_ERRORS.notEnough, verb);
  return base;
}

function checkedCreate(
  base: IiswebCall,
  values: ReadonlyMap<string, string>,
): IiswebCall | IiswebRefusal {
  const [root, name, ...more] = base.operands;
  if (root === undefined) return bad(IISWEB_ERRORS.needRoot, "create");
  if (name === undefined || name.trim() === "" || more.length > 0) {
    return bad(IISWEB_ERRORS.notEnough, "create");
  }
  const port = parsePort(values.get("b") ?? "80");
  if (port === null) return { text: IISWEB_ERRORS.badPort, exit: EXIT.failed };
  const ipText = values.get("i") ?? "";
  const ip = ipText === "" ? null : parseIp(ipText.replace(/^\[|\]$/g, ""));
  if (ipText !== "" && ip === null) return { text: IISWEB_ERRORS.badIp, exit: EXIT.failed };
  const host = (values.get("d") ?? "").toLowerCase().replace(/\.$/, "");
  if (host !== "" && !isHostPattern(host)) {
    return {
      text: badCommandLine(`Invalid host name: ${oneLine(host)}`, "create"),
      exit: EXIT.failed,
    };
  }
  if (!/^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(root)) return bad(IISWEB_ERRORS.badRoot, "create");
  return { ...base, ip: ip === null ? "" : urlHost(ip), port, host };
}

/** Returns a site id for a name: large, the same on every run, from 2 to 4294967295. */
export function siteIdOfName(name: string, isTaken: (id: number) => boolean): number {
  let id = 0x811c9dc5; // FNV-1a: even short names get large ids
  for (const char of name.toLowerCase()) {
    id = Math.imul(id ^ char.codePointAt(0)!, 0x01000193) >>> 0;
  }
  id = Math.max(id, 2);
  while (isTaken(id)) id = id === 0xffffffff ? 2 : id + 1;
  return id;
}

function isSwitch(word: string): boolean {
  return /^[/-][a-z?]+$/i.test(word);
}

function bad(message: string, verb = ""): IiswebRefusal {
  return { text: badCommandLine(message, verb), exit: EXIT.failed };
}
