/**
 * Golden cases: a file is a story of command lines, each with its exit status, stdout and stderr.
 *
 *     # A line of why.
 *     % document {"sites": []}          parts of the document that the home starts with
 *     % cert site                       a certificate of tests/testdata/certs in the store MY
 *     % service W3SVC                   a service process runs, with this service and what it needs
 *     % event bindFailed [::]:80 10013  an event of telemetry/events/event.ts stands in the log
 *     % answer Y                        what is typed when the next command asks, - for nothing
 *     $ set iplisten -i 127.0.0.2       words after httpcfg; 'quotes' and "quotes" as in a shell
 *     | a line of stdout
 *     ! a line of stderr
 *     = 183                             exit status; left out where it is 0
 *
 * `{home}` stands for the home's folder, `{HOST}` for this machine, `{time}` for a time, `{text}` for the text of a stdout without a last line end.
 *
 * @module
 */
import { DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { run } from "../../mod/cli/run.ts";
import * as event from "../../mod/telemetry/events/event.ts";
import type { NewEvent } from "../../mod/telemetry/events/event.ts";
import { EventLog } from "../../mod/telemetry/events/event_log.ts";
import { type FakeService, startFakeService } from "./fake_service.ts";

/** One step of a case: how to set up, or a command with what it must give. */
type Step =
  | { readonly kind: "setup"; readonly line: string }
  | { readonly kind: "comment"; readonly line: string }
  | { readonly kind: "command"; readonly line: string; readonly wanted: readonly string[] };

/** Runs the case in `text`; gives it back as it should read. */
export async function replay(text: string): Promise<string> {
  const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "httpcfg-golden-" }));
  let service: FakeService | null = null;
  let answer: string | null = null;
  const lines: string[] = [];
  try {
    for (const step of parseCase(text)) {
      lines.push(step.kind === "command" ? `$ ${step.line}` : step.line);
      if (step.kind === "setup") {
        const [, verb = "", rest = ""] = /^% (\w+) ?(.*)$/.exec(step.line) ?? [];
        if (verb === "answer") answer = rest === "-" ? "" : rest;
        else service = await setUp(home, verb, rest) ?? service;
      } else if (step.kind === "command") {
        lines.push(...await runCommand(home, step.line, answer));
        answer = null;
      }
    }
  } finally {
    await service?.close();
    await Deno.remove(home, { recursive: true });
  }
  return `${lines.join("\n")}\n`;
}

function parseCase(text: string): Step[] {
  const steps: Step[] = [];
  let wanted: string[] = [];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    if (line.startsWith("$ ")) {
      wanted = [];
      steps.push({ kind: "command", line: line.slice(2), wanted });
    } else if (line.startsWith("% ")) steps.push({ kind: "setup", line });
    else if (line === "" || line.startsWith("#")) steps.push({ kind: "comment", line });
    else if (/^[|!=](?: |$)/.test(line)) wanted.push(line);
    else throw new Error(`no line of a golden case: ${line}`);
  }
  return steps;
}

async function setUp(home: string, verb: string, rest: string): Promise<FakeService | null> {
  switch (verb) {
    case "document":
      await Deno.writeTextFile(
        `${home}/config.json`,
        JSON.stringify({ ...DEFAULT_DOCUMENT, ...JSON.parse(rest) }),
      );
      return null;
    case "raw":
      await Deno.writeTextFile(`${home}/config.json`, rest);
      return null;
    case "cert": {
      const from = new URL("../testdata/certs/", import.meta.url);
      await Deno.mkdir(`${home}/certs/MY`, { recursive: true });
      for (const end of ["pem", "key"]) {
        await Deno.copyFile(new URL(`${rest}.${end}`, from), `${home}/certs/MY/${rest}.${end}`);
      }
      return null;
    }
    case "event":
      await writeEvent(`${home}/log`, rest.split(" "));
      return null;
    case "file": {
      const [name = "", ...words] = rest.split(" ");
      await Deno.writeTextFile(`${home}/${name}`, words.join(" ").replaceAll("\\n", "\n"));
      return null;
    }
    case "service":
      return await startFakeService(home, rest);
    default:
      throw new Error(`no set-up of a golden case: ${verb}`);
  }
}

/** Events that a test cannot bring about, by the functions that make them. */
const EVENTS: Readonly<Record<string, (words: readonly string[]) => NewEvent>> = {
  bindFailed: ([endpoint = "", error]) => event.bindFailed(endpoint, { error: Number(error) }),
  listEntryUnusable: ([entry = "", error]) =>
    event.listEntryUnusable(entry, { error: Number(error) }),
  urlInvalid: ([url = "", site = "", error]) =>
    event.urlInvalid(url, site, { error: Number(error) }),
  siteDeactivated: ([url = "", site = "", error]) =>
    event.siteDeactivated(url, site, { error: Number(error) }),
  bindingInUse: ([url = "", site = "", error]) =>
    event.bindingInUse(url, site, { error: Number(error) }),
  stateEntered: ([state = "running", ...service]) =>
    event.stateEntered(service.join(" "), state as "running"),
};

async function writeEvent(folder: string, [name = "", ...words]: readonly string[]): Promise<void> {
  const log = new EventLog({ folder, now: Date.now, onTrouble: () => {} });
  const made = EVENTS[name]?.(words);
  if (made === undefined) throw new Error(`no event of a golden case: ${name}`);
  log.write(made);
  await log.close();
}

async function runCommand(home: string, line: string, answer: string | null): Promise<string[]> {
  const said = { out: "", note: "" };
  const asLines = (text: string): string => text === "" || text.endsWith("\n") ? text : `${text}\n`;
  const env: Readonly<Record<string, string>> = { HTTPCFG_HOME: home, USER: "tester" };
  const status = await run(shellWords(line.replaceAll("{home}", home)), {
    os: "linux",
    uid: 1000,
    now: Date.now,
    env: (name) => env[name],
    out: (text) => void (said.out += asLines(text)),
    print: (text) => void (said.out += text),
    note: (text) => void (said.note += asLines(text)),
    ask: (question) => {
      if (answer !== null) said.out += `${question}${answer}\n`;
      return answer;
    },
  });
  return [
    ...shown("|", steady(said.out, home)),
    ...shown("!", steady(said.note, home)),
    ...(status === 0 ? [] : [`= ${status}`]),
  ];
}

/** What differs from run to run, by its name: the home, and times. */
function steady(text: string, home: string): string {
  return text.replaceAll(home, "{home}")
    .replaceAll(`= ${Deno.hostname().toUpperCase()}\n`, "= {HOST}\n")
    .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+Z)?/g, "{time}");
}

function shown(sign: string, text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  const last = lines.pop();
  if (last !== "") lines.push(`{text}${last}`);
  return lines.map((line) => line === "" ? sign : `${sign} ${line}`);
}

/** Words of a line, single and double quotes as a shell reads them, no escapes. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    words.push(word.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double));
  }
  return words;
}
