/**
 * `register`, `unregister`, `registrations`: port sharing. A local program gets a URL prefix on a
 * port that the service and other programs also use.
 *
 * @module
 */
import { EXIT, exitStatusOf } from "../../base/exit_status.ts";
import { Fault, quote, usageFault } from "../../base/fault.ts";
import { retype } from "../../base/hints/retype.ts";
import { WIN32 } from "../../base/win32.ts";
import { win32Reason } from "../../base/win32_text.ts";
import { explainNoPrefix } from "../../base/hints/no_url_prefix.ts";
import { formatUrlPrefix, parseUrlPrefix } from "../../base/url_prefix.ts";
import { type RegisteredProcess, registeredProcesses } from "../../admin/registered_processes.ts";
import { findRegistration, withoutRegistration } from "../../config/document/http_records.ts";
import { systemRun } from "../../config/store/paths.ts";
import { showProcessAs } from "../../host/process/process_title.ts";
import { sendRegistrationRequest } from "../../host/sharing/register_client.ts";
import {
  isTimeout,
  PROXY_TIMEOUT,
  type RegistrationRequest,
} from "../../host/sharing/register_protocol.ts";
import type { RegistrationStatus } from "../../host/control/status.ts";
import { THIS_MACHINE } from "../../listen/plan/plan_input.ts";
import { formatProxyTarget, parseLocalTarget } from "../../site/proxied/proxy_target.ts";
import type { Styled } from "../core/screen/colors.ts";
import {
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  FORMAT_FLAG,
} from "../core/command.ts";
import { nearestNumber } from "../core/corrections.ts";
import { type Listing, writeListing } from "../core/format.ts";
import { CHANGE_FLAGS, isJson, reportDone } from "../core/outcome.ts";
import type { Screen } from "../core/screen/screen.ts";
import { table } from "../core/table.ts";
import { utcTime } from "../core/screen/times.ts";
import { nearestTarget } from "./register_hints.ts";

const register: CommandSpec = {
  name: "register",
  usage: "URL",
  summary: "Give a local program a URL prefix on a shared port",
  details: [
    "URL is a UrlPrefix: http://+:80/app/, http://name:80/app/, http://10.0.0.1:80/app/ or " +
    "http://*:80/app/. Requests below it go to the program: the service keeps the port, and " +
    "sites and other programs keep the rest of its URLs.",
    "The reservation that covers the URL decides who may register it (see set urlacl). If there " +
    "is none, root and the user of the service may.",
    "The registration lasts as long as this command runs, as it does for a program of HTTP.sys; " +
    "with --keep it lasts until unregister. What root or the user of the service keeps is stored " +
    "in the configuration, and comes back whenever the HTTP service starts; that of another user, " +
    "to whom the configuration does not belong, ends with the HTTP service.",
    "The URL is free again after unregister; that of a running program also ends with the program.",
    "X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host and Forwarded give the program the " +
    "origin of a request; what a client sends in them is dropped.",
    "Exit status: the Win32 code of the error; 5 for access denied, 183 for a prefix that is " +
    "already registered, 32 for a port that another process holds.",
  ],
  examples: [
    { line: "httpcfg register http://+:80/app/ --to http://127.0.0.1:3000", shows: "until Ctrl+C" },
    {
      line: "httpcfg register http://*:80/api/ --to unix:/run/api.sock --keep",
      shows: "return at once; the registration lasts until unregister",
    },
  ],
  flags: {
    to: {
      kind: "string",
      value: "TARGET",
      summary: "the program: http://127.0.0.1:PORT, http://[::1]:PORT or unix:/PATH",
    },
    keep: { kind: "boolean", summary: "keep the registration after this command ends" },
    timeout: {
      kind: "string",
      value: "SECONDS",
      summary:
        `time-out for a response to start and to continue, ${PROXY_TIMEOUT.default} by default`,
    },
  },
  words: { min: 1, max: 1 },
  async run(input, io): Promise<number> {
    const url = input.words[0]!;
    checkUrl("register", input);
    const to = checkedTarget(input);
    const timeoutSeconds = checkedTimeout(input);
    const keep = input.flag("keep");
    const request = { op: "register", url, to, keep, timeoutSeconds } as const;
    const granted = await send(io, request);
    io.out(`Registered ${granted.url} for ${to}`);
    if (keep) {
      granted.close();
      return EXIT.ok;
    }
    showProcessAs(["httpcfg", ...input.commandLine]);
    io.note("The registration lasts as long as this command runs.");
    const reason = await granted.ended;
    granted.close();
    throw new Fault(`Cannot keep the registration of ${quote(granted.url)}: ${reason}`);
  },
};

const unregister: CommandSpec = {
  name: "unregister",
  usage: "URL",
  summary: "End a registration",
  details: [
    "Only the user who registered the URL, root and the user of the service may do this. A stored " +
    "registration is also removed from the configuration. A program that still runs with its URL " +
    "is told, and register without --keep ends.",
  ],
  examples: [{ line: "httpcfg unregister http://*:80/api/", shows: "free the prefix" }],
  flags: CHANGE_FLAGS,
  words: { min: 1, max: 1 },
  async run(input, io): Promise<number> {
    const url = input.words[0]!;
    checkUrl("unregister", input);
    const changed = await endRegistration(url, input, io);
    if (changed && !isJson(input)) io.out(`Unregistered ${changed}`);
    await reportDone(input, io, changed !== null, { url: changed ?? url });
    return EXIT.ok;
  },
};

/**
 * Ends the registration of `url` and returns its canonical text. Null if there is none, which
 * without --idempotent is a Fault.
 */
async function endRegistration(
  url: string,
  input: CommandInput,
  io: CommandIo,
): Promise<string | null> {
  try {
    const granted = await send(io, { op: "unregister", url });
    granted.close();
    return granted.url;
  } catch (error) {
    const isSo = error instanceof Fault && error.exit === WIN32.FILE_NOT_FOUND;
    if (isSo && input.flag("idempotent")) return null;
    // A service that can be reached has answered with a Win32 code, and has the last word.
    const isAnswered = !(error instanceof Fault) || error.exit !== EXIT.failed;
    const removed = isAnswered ? null : await removeStored(url, io);
    if (removed === null) throw error;
    return removed;
  }
}

/**
 * Removes a stored registration while no service runs, which would do it; null if there is none or
 * one runs.
 */
async function removeStored(url: string, io: CommandIo): Promise<string | null> {
  const canonical = formatUrlPrefix(parseUrlPrefix(url)!);
  if (await io.control.ask({ op: "status" }) !== null) return null;
  if (findRegistration(await io.store.read(), canonical) === undefined) return null;
  await io.store.update((document) => withoutRegistration(document, canonical));
  return canonical;
}

const registrations: CommandSpec = {
  name: "registrations",
  usage: "",
  summary: "List the programs that have registered a URL",
  examples: [
    { line: "httpcfg registrations", shows: "as a table" },
    { line: "httpcfg registrations --format json | jq '.registrations[].url'", shows: "the URLs" },
  ],
  flags: FORMAT_FLAG,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const status = await io.control.ask({ op: "status" });
    const registered = status?.registrations ?? [];
    const processes = await registeredProcesses(registered, io.machine ?? THIS_MACHINE);
    const found = registered.map((one, i) => ({ ...one, processes: processes[i] ?? [] }));
    await writeListing(input, io, listing(found), {
      text: () => io.show(registrationsText(found, io)),
    });
    return EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [register, unregister, registrations];

/** A registration with the processes behind it, as far as they are known. */
type ListedRegistration = RegistrationStatus & {
  readonly processes: readonly RegisteredProcess[];
};

/** Formats the registrations as a table, or says that there are none. */
function registrationsText(
  found: readonly ListedRegistration[],
  { screen }: Pick<CommandIo, "screen">,
): Styled {
  return found.length === 0 ? "No registered programs." : registrationsTable(found, screen);
}

function registrationsTable(found: readonly ListedRegistration[], screen: Screen): Styled {
  const all = listing(found);
  if (screen.columns === null) return table(all, screen);
  const rows = all.rows.map((row) => ({ ...row, since: utcTime(`${row.since}`) }));
  const looks = { url: { kind: "key" }, to: { kind: "value" }, since: { kind: "words" } } as const;
  return table({ ...all, rows }, screen, { looks });
}

function listing(found: readonly ListedRegistration[]): Listing {
  return {
    name: "registrations",
    columns: ["url", "to", "uid", "keep", "since", "pid", "program"],
    rows: found.map(({ processes: [process], ...one }) => {
      return { ...one, pid: process?.pid ?? null, program: process?.program ?? null };
    }),
  };
}

/**
 * Returns the run directories in which a service may listen: the one that the command line is about,
 * then that of the machine, unless a home was asked for.
 */
function runFoldersOf({ os, paths, home }: CommandIo): readonly string[] {
  if (os === "windows") {
    throw new Fault("Cannot register on Windows: the caller cannot be identified there");
  }
  return home.isAskedFor ? [paths.run] : [...new Set([paths.run, systemRun(os)])];
}

function send(
  io: CommandIo,
  request: RegistrationRequest,
): ReturnType<typeof sendRegistrationRequest> {
  // How the service is started if this user may not do it.
  const startHint = io.asAdministrator(["net", "start", "w3svc"]) ?? undefined;
  return sendRegistrationRequest(runFoldersOf(io), request, { startHint });
}

function checkUrl(verb: "register" | "unregister", input: CommandInput): void {
  const { words: [text = ""], commandLine } = input;
  const found = explainNoPrefix(text);
  if (found === null) return;
  const why = `${win32Reason(WIN32.INVALID_PARAMETER)} (${WIN32.INVALID_PARAMETER})`;
  const to = input.text("to");
  const isWrong = verb === "register" && parseLocalTarget(to ?? "") === null;
  const corrected = isWrong ? [{ flag: "to", to: nearestTarget(to ?? "") }] : [];
  throw new Fault(`Cannot ${verb} ${quote(text)}: ${why}: ${found.reason}`, {
    exit: exitStatusOf(WIN32.INVALID_PARAMETER, "linux"),
    hint: retype(commandLine, { word: text, to: [found.prefix] }, ...corrected),
  });
}

function checkedTarget(input: CommandInput): string {
  const text = input.text("to");
  const target = parseLocalTarget(text ?? "");
  if (target !== null) return formatProxyTarget(target);
  const hint = retype(input.commandLine, { flag: "to", to: nearestTarget(text ?? "") });
  if (text === null) throw usageFault("Cannot register a URL: --to is missing", hint);
  throw usageFault(
    `Cannot forward to ${quote(text)}: loopback address with a port or unix:/PATH expected`,
    hint,
  );
}

function checkedTimeout(input: CommandInput): number {
  const text = input.text("timeout");
  if (text === null) return PROXY_TIMEOUT.default;
  const seconds = /^[0-9]{1,4}$/.test(text) ? Number(text) : NaN;
  if (isTimeout(seconds)) return seconds;
  const { min, max } = PROXY_TIMEOUT;
  throw usageFault(
    `Cannot use ${quote(text)} for "--timeout": must be between ${min} and ${max}`,
    retype(input.commandLine, {
      flag: "timeout",
      to: nearestNumber(text, { min, max, usual: PROXY_TIMEOUT.default }),
    }),
  );
}
