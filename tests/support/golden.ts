/**
 * Golden cases: a file is a sequence of command lines, each with stdout, stderr and exit status.
 *
 *     # A comment that gives the reason.
 *     % system linux darwin             the systems that the whole file is about; every one if omitted
 *     % document {"sites": []}          parts of the document that the home starts with
 *     % cert site                       a certificate of tests/testdata/certs in the store MY
 *     % service W3SVC                   a service process, with this service and its dependencies
 *     % event bindFailed [::]:80 10013  an event of telemetry/events/event.ts in the log
 *     % fleet web1 web2=edge            a store with these members, some in a group, in place of etcd
 *     % answer Y                        the answer to the next command's question; - for none
 *     % type show iplisten              a line that is typed at the prompt of the next command
 *     % stdin http\nshow iplisten        what a pipe gives to the next command
 *     $ set iplisten -i 127.0.0.2       arguments of httpcfg; 'quotes' and "quotes" as in a shell
 *     | a line of stdout
 *     ! a line of stderr
 *     = 183                             exit status; omitted if it is 0
 *
 * `{home}` stands for the home's directory, `{address}` for the address of this machine in hints,
 * `{HOST}` for the name of this machine, `{time}` for a time, `{version}` for the version of the
 * program, `{text}` for the text of a last line without a line end.
 *
 * @module
 */
import { VERSION } from "../../mod/base/version.ts";
import * as event from "../../mod/telemetry/events/event.ts";
import { usualAddress } from "../../mod/listen/machine/usual_address.ts";
import type { NewEvent } from "../../mod/telemetry/events/event.ts";
import { EventLog } from "../../mod/telemetry/events/event_log.ts";
import { type CommandHome, commandHome, type CommandOptions } from "./command_home.ts";
import { startFakeService } from "./fake_service.ts";
import { FleetStore } from "../../mod/fleet/shared/fleet_store.ts";
import type { Answer, Outcome, Question } from "../../mod/fleet/shared/records.ts";
import { sharedDocument } from "./fleet/documents.ts";
import { FakeMember } from "./fleet/fake_member.ts";
import { MemoryStore } from "./fleet/memory_store.ts";

/** One step of a case, without its expected output, which is compared as text. */
interface Step {
  readonly kind: "setup" | "comment" | "command";
  readonly line: string;
}

/** Reports whether the case in `text` is about the system that this is. */
export function isForSystem(text: string): boolean {
  const [, systems] = /^% system (.+)$/m.exec(text) ?? [];
  return systems === undefined || systems.split(" ").includes(Deno.build.os);
}

/** Runs the case in `text` and returns it with the actual output. */
export async function replay(text: string): Promise<string> {
  await using home = await commandHome();
  await using fleet = new AsyncDisposableStack();
  let keys: MemoryStore | undefined;
  let options: CommandOptions = {};
  const lines: string[] = [];
  for (const step of parseCase(text)) {
    lines.push(step.line);
    if (step.kind === "setup") {
      const [, verb = "", text = ""] = /^% (\w+) ?(.*)$/.exec(step.line) ?? [];
      const rest = text.replaceAll("{home}", home.path);
      if (verb === "answer") options = { answer: rest === "-" ? "" : rest };
      else if (verb === "type") options = { typed: [...options.typed ?? [], rest] };
      else if (verb === "stdin") options = { stdin: rest.replaceAll("\\n", "\n") };
      else if (verb === "fleet") keys = await startFleet(rest.split(" "), fleet);
      else if (verb !== "system") await setUp(home, verb, rest);
    } else if (step.kind === "command") {
      const line = step.line.slice("$ ".length).replaceAll("{home}", home.path);
      const { status, out, note } = await home.run(line, { ...options, ...(keys && { keys }) });
      lines.push(...shown("|", steady(out, home.path)), ...shown("!", steady(note, home.path)));
      if (status !== 0) lines.push(`= ${status}`);
      options = {};
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Starts a fleet whose members apply whatever they are told; one that is named `!web9` refuses it. */
async function startFleet(
  words: readonly string[],
  stack: AsyncDisposableStack,
): Promise<MemoryStore> {
  const keys = new MemoryStore();
  const store = new FleetStore(keys, "/httpcfg/");
  const first = { by: "root@web1", what: "fleet join", at: "2026-01-02T03:04:05.000Z" };
  await store.commit({ ...first, edit: () => sharedDocument(["10.0.0.1"]), alsoTarget: true });
  for (const word of words) {
    const [name = "", group = null] = word.replace("!", "").split("=");
    const outcomeOf = (): Outcome => word.startsWith("!") ? "refused" : "applied";
    const member = new FakeMember(name, keys, { group, outcomeOf, answer: exampleAnswer });
    stack.use(await member.start(1));
  }
  return keys;
}

/** What a member answers in an example. */
function exampleAnswer(question: Question): Partial<Answer> {
  const line = (what: string, about: string, why: string): Partial<Answer> => {
    return { lines: [{ what, about, why }] };
  };
  switch (question.kind) {
    case "plan":
      return line("open", "10.0.3.7:443", "included by 10.0.0.0/8");
    case "verify":
      return line("ok", "10.0.0.5:80", "");
    case "drift":
      return line("local", "ipListen[10.0.0.9]", "only here");
    case "who":
      return line("listens", `10.0.0.5:${question.port}`, "nginx (pid 7)");
  }
}

function parseCase(text: string): Step[] {
  const steps: Step[] = [];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    if (line.startsWith("$ ")) steps.push({ kind: "command", line });
    else if (line.startsWith("% ")) steps.push({ kind: "setup", line });
    else if (line === "" || line.startsWith("#")) steps.push({ kind: "comment", line });
    else if (!/^[|!=](?: |$)/.test(line)) throw new Error(`not a line of a golden case: ${line}`);
  }
  return steps;
}

async function setUp(home: CommandHome, verb: string, rest: string): Promise<void> {
  const { path } = home;
  switch (verb) {
    case "document":
      return await home.store(JSON.parse(rest));
    case "raw":
      return await Deno.writeTextFile(`${path}/config.json`, rest);
    case "cert": {
      const from = new URL("../testdata/certs/", import.meta.url);
      await Deno.mkdir(`${path}/certs/MY`, { recursive: true });
      for (const end of ["pem", "key"]) {
        await Deno.copyFile(new URL(`${rest}.${end}`, from), `${path}/certs/MY/${rest}.${end}`);
      }
      return;
    }
    case "event":
      return await writeEvent(`${path}/log`, rest.split(" "));
    case "file": {
      const [name = "", ...words] = rest.split(" ");
      const text = words.join(" ").replaceAll("\\n", "\n");
      return await Deno.writeTextFile(`${path}/${name}`, text);
    }
    case "service":
      return await startFakeService(home, rest);
    default:
      throw new Error(`not a set-up of a golden case: ${verb}`);
  }
}

/** Events that a test cannot cause, by the functions that make them. */
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
  if (made === undefined) throw new Error(`not an event of a golden case: ${name}`);
  log.write(made);
  await log.close();
}

const ADDRESS_HINT = "hint: httpcfg set iplisten -i {address}";

/** Replaces what differs from run to run by its placeholder: the home, the host name, and times. */
function steady(text: string, home: string): string {
  // On Windows some paths are shown as they are typed, with slashes, and some as they are stored.
  return text.replaceAll(home, "{home}").replaceAll(home.replaceAll("/", "\\"), "{home}")
    .replaceAll(`httpcfg ${VERSION}`, "httpcfg {version}")
    .replaceAll(`hint: httpcfg set iplisten -i ${usualAddress()}`, ADDRESS_HINT)
    .replaceAll(`@${Deno.hostname()}`, "@{HOST}")
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
