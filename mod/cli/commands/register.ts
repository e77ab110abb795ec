/**
 * `register`, `unregister`, `registrations`: port sharing. A local program gets a URL prefix of a port
 * that the service and other programs use too.
 *
 * @module
 */
import { EXIT, exitStatusOf } from "../../base/exit_status.ts";
import { Fault, quote, usageFault } from "../../base/fault.ts";
import { WIN32, win32Text } from "../../base/win32.ts";
import { parseUrlPrefix } from "../../base/url_prefix.ts";
import { systemRun } from "../../config/store/paths.ts";
import { askToRegister } from "../../host/sharing/register_client.ts";
import { isTimeout, PROXY_TIMEOUT } from "../../host/sharing/register_protocol.ts";
import type { RegistrationStatus } from "../../host/control/status.ts";
import { formatProxyTarget, parseProxyTarget } from "../../site/proxy/proxy_target.ts";
import { type CommandIo, type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import { ANSWER_VERSION, jsonText, render, type Row } from "../core/format.ts";
import { table } from "../core/table.ts";

const register: CommandSpec = {
  name: "register",
  usage: "URL",
  summary: "Give a local program a URL prefix of a shared port",
  details: [
    "URL is a UrlPrefix: http://+:80/app/, http://name:80/app/, http://10.0.0.1:80/app/ or " +
    "http://*:80/app/. Requests below it go to the program: the service keeps the port, and sites and " +
    "other programs keep the rest of it.",
    "Who may: the reservation that covers the URL says it (set urlacl). Where none does, root and the " +
    "user of the service may.",
    "The registration lasts as long as this command runs, as it would with a program of HTTP.sys; with " +
    "--keep until unregister. It ends with the HTTP service in any case: it is not stored.",
    "The program is told where a request came from in X-Forwarded-For, X-Forwarded-Proto, " +
    "X-Forwarded-Host and Forwarded; what a client claims there is dropped.",
    "Exit status: the Win32 code of a refusal, 5 for access denied, 183 for a prefix that is taken, " +
    "32 for a port that another process holds.",
  ],
  examples: [
    { line: "httpcfg register http://+:80/app/ --to http://127.0.0.1:3000", tells: "until Ctrl+C" },
    {
      line: "httpcfg register http://*:80/api/ --to unix:/run/api.sock --keep",
      tells: "return at once, forward until it is unregistered",
    },
  ],
  flags: {
    to: {
      kind: "string",
      value: "TARGET",
      summary: "the program: http://127.0.0.1:PORT, http://[::1]:PORT or unix:/PATH",
    },
    keep: { kind: "boolean", summary: "let it outlive this command" },
    timeout: {
      kind: "string",
      value: "SECONDS",
      summary: `time for an answer to begin and to go on, ${PROXY_TIMEOUT.default} by default`,
    },
  },
  words: { min: 1, max: 1 },
  async run(input, io): Promise<number> {
    const url = input.words[0]!;
    checkUrl("register", url);
    const to = checkedTarget(input.text("to"));
    const timeoutSeconds = checkedTimeout(input.text("timeout"));
    const keep = input.flag("keep");
    const request = { op: "register", url, to, keep, timeoutSeconds } as const;
    const granted = await askToRegister(runsOf(io), request);
    io.out(`Registered ${granted.url} for ${to}`);
    if (keep) {
      granted.close();
      return EXIT.ok;
    }
    io.note("It lasts as long as this command runs.");
    const reason = await granted.ended;
    granted.close();
    throw new Fault(`Cannot keep ${quote(granted.url)}: ${reason}`);
  },
};

const unregister: CommandSpec = {
  name: "unregister",
  usage: "URL",
  summary: "End a registration",
  details: ["Whoever has registered the URL may, and root and the user of the service."],
  examples: [{ line: "httpcfg unregister http://*:80/api/", tells: "the prefix is free again" }],
  flags: {},
  words: { min: 1, max: 1 },
  async run(input, io): Promise<number> {
    const url = input.words[0]!;
    checkUrl("unregister", url);
    const granted = await askToRegister(runsOf(io), { op: "unregister", url });
    granted.close();
    io.out(`Unregistered ${granted.url}`);
    return EXIT.ok;
  },
};

const registrations: CommandSpec = {
  name: "registrations",
  usage: "",
  summary: "List the programs that have registered a URL",
  examples: [
    { line: "httpcfg registrations", tells: "for people" },
    { line: "httpcfg registrations --format json | jq '.registrations[].url'", tells: "for jq" },
  ],
  flags: FORMAT_FLAG,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const status = await io.control.ask({ op: "status" });
    const found = status?.registrations ?? [];
    const form = input.text("format") ?? "text";
    if (form === "text") io.out(registrationsText(found));
    else if (form === "json") {
      io.out(jsonText({ version: ANSWER_VERSION, registrations: found }));
    } else io.out(await render(listing(found), form));
    return EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [register, unregister, registrations];

/** The registrations as a table; a word where there are none. */
function registrationsText(found: readonly RegistrationStatus[]): string {
  return found.length === 0 ? "No program has registered a URL." : table(listing(found));
}

function listing(found: readonly RegistrationStatus[]): {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
} {
  return {
    name: "registrations",
    columns: ["url", "to", "uid", "keep", "since"],
    rows: found.map((one) => ({ ...one })),
  };
}

/**
 * Run folders in which a service may listen: the user's own, then the one of the machine. A home that
 * was named is the only one.
 */
function runsOf({ os, paths, env }: CommandIo): readonly string[] {
  if (os === "windows") {
    throw new Fault("Cannot register on Windows: who asks cannot be proved there");
  }
  return env("HTTPCFG_HOME") ? [paths.run] : [paths.run, systemRun(os)];
}

function checkUrl(verb: string, text: string): void {
  if (parseUrlPrefix(text) !== null) return;
  const why = win32Text(WIN32.INVALID_PARAMETER)!.replace(/\.$/, "");
  throw new Fault(`Cannot ${verb} ${quote(text)}: ${why} (${WIN32.INVALID_PARAMETER})`, {
    exit: exitStatusOf(WIN32.INVALID_PARAMETER, "linux"),
    hint: "a URL prefix is scheme://host:port/path/, as in http://+:80/app/",
  });
}

function checkedTarget(text: string | null): string {
  const target = parseProxyTarget(text ?? "");
  if (target !== null) return formatProxyTarget(target);
  const hint = "httpcfg register http://+:80/app/ --to http://127.0.0.1:3000";
  if (text === null) throw usageFault("Cannot register without a target: --to is missing", hint);
  throw usageFault(
    `Cannot forward to ${quote(text)}: not a loopback address with a port, nor unix:/PATH`,
    hint,
  );
}

function checkedTimeout(text: string | null): number {
  if (text === null) return PROXY_TIMEOUT.default;
  const seconds = /^[0-9]{1,4}$/.test(text) ? Number(text) : NaN;
  if (isTimeout(seconds)) return seconds;
  const { min, max } = PROXY_TIMEOUT;
  throw usageFault(
    `Cannot wait ${quote(text)} seconds: not a number from ${min} to ${max}`,
    "httpcfg register URL --to TARGET --timeout 30",
  );
}
