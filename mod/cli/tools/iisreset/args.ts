/**
 * The command line of iisreset.exe: at most one operation, options, and the name of a computer.
 *
 * @module
 */
import { isThisMachine } from "../../core/this_machine.ts";

/** What to do. */
type IisresetVerb = "restart" | "start" | "stop" | "status" | "help";

/** A line that can be carried out, with notes about what has no effect here. */
interface IisresetCall {
  readonly verb: IisresetVerb;
  readonly notes: readonly string[];
}

/** Why a line cannot be carried out, as the end of a sentence. */
interface IisresetRefusal {
  readonly word: string;
  readonly reason: string;
}

const VERBS: Readonly<Record<string, IisresetVerb>> = {
  restart: "restart",
  start: "start",
  stop: "stop",
  status: "status",
  "?": "help",
  help: "help",
};

/** Operations of iisreset.exe that mean something else than the service, each with the reason. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  reboot: "it restarts no machine",
  rebootonerror: "it restarts no machine",
  enable: "who may control the service is decided by the system",
  disable: "who may control the service is decided by the system",
};

/** Reads the words after `iisreset`; `hostName` is the name of this machine. */
export function readIisreset(
  words: readonly string[],
  hostName: string,
): IisresetCall | IisresetRefusal {
  let verb: IisresetVerb | null = null;
  const notes: string[] = [];
  for (const word of words) {
    const [, name = "", value] = /^[/-]([a-z]+|\?)(?::(.*))?$/i.exec(word)?.map((part) => {
      return part?.toLowerCase();
    }) ?? [];
    const found = VERBS[name];
    if (name === "") {
      if (/^[/-]/.test(word)) return { word, reason: "no such option" };
      if (!isThisMachine(word, hostName)) return { word, reason: "another machine" };
    } else if (value !== undefined && name !== "timeout") {
      return { word, reason: "no such option" };
    } else if (found !== undefined) {
      if (verb !== null && verb !== found) return { word, reason: "one operation at a time" };
      verb = found;
    } else if (name === "timeout") {
      if (!/^[0-9]{1,6}$/.test(value ?? "")) return { word, reason: "not a number of seconds" };
      notes.push(
        `${word} has no effect: how long connections may take to end is the setting ` +
          "ShutdownGraceTimeout",
      );
    } else if (name !== "noforce") { // nothing is ended by force
      return { word, reason: ELSEWHERE[name] ?? "no such option" };
    }
  }
  return { verb: verb ?? "restart", notes };
}
