/**
 * A home in which command lines run in this process. Their output is recorded, the stored document
 * is accessible, and if a test needs a service, the test supplies its replies.
 *
 * @module
 */
import { run } from "../../mod/cli/run.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { serialize } from "../../mod/config/store/store.ts";
import { type ControlHandler, serveControl } from "../../mod/host/control/control_server.ts";
import type { ServiceStatus } from "../../mod/host/control/status.ts";
import type { KeyStore } from "../../mod/fleet/shared/key_store.ts";
import type { ServiceState } from "../../mod/host/services/service_controller.ts";
import { type ServiceName, SERVICES } from "../../mod/host/services/service_table.ts";
import type { MachineView } from "../../mod/listen/plan/plan_input.ts";
import { CONTROL_TOKEN, openControlSocket } from "./control/control_socket.ts";
import { tempFolder } from "./temp_folder.ts";

/** The result of one command line. */
export interface CommandResult {
  readonly status: number;
  /** stdout. */
  readonly out: string;
  /** stderr. */
  readonly note: string;
}

/** A user of no machine. */
const NAMELESS_USER = 60_123;

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Linux by default, whatever this machine is, because the exit statuses differ. */
  readonly os?: string;
  /** By default one without a name. */
  readonly uid?: number;
  /** The text that the person at the terminal types; without it there is no terminal. */
  readonly answer?: string;
  /** The lines that the person types one after the other, until Ctrl-D; they replace `answer`. */
  readonly typed?: readonly string[];
  /** What a pipe gives to stdin. */
  readonly stdin?: string;
  /** Columns of the terminal that stdout and stderr are; without them both are pipes. */
  readonly columns?: number;
  /** The machine that commands see instead of this one. */
  readonly machine?: MachineView;
  /** The store of a fleet that commands see in place of etcd. */
  readonly keys?: KeyStore;
  /** Gets what stdout and stderr are given, in order. */
  readonly onWrite?: (text: string) => void;
}

/** Removed when disposed of, together with its service. */
export interface CommandHome extends AsyncDisposable {
  /** Its path, with slashes: command lines are those of Linux, and so are the paths in their output. */
  readonly path: string;
  /** Runs `httpcfg` with the words of `line` as a shell splits it, or with `line` as the words. */
  run(line: string | readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Stores the built-in document with `change` applied. */
  store(change: Partial<ConfigDocument>): Promise<void>;
  /** Returns the stored document; null if nothing was stored. */
  stored(): ConfigDocument | null;
  /** Starts a service here whose requests `handler` handles. */
  serve(handler: ControlHandler): Promise<void>;
}

/** Makes an empty home without a service. */
export async function commandHome(): Promise<CommandHome> {
  const folder = await tempFolder();
  const path = Deno.build.os === "windows" ? folder.path.replaceAll("\\", "/") : folder.path;
  const file = `${path}/config.json`;
  const services = new AsyncDisposableStack();
  return {
    path,
    run: (line, options = {}) => runIn(path, line, options),
    store: (change) => Deno.writeTextFile(file, serialize({ ...DEFAULT_DOCUMENT, ...change })),
    stored(): ConfigDocument | null {
      try {
        return JSON.parse(Deno.readTextFileSync(file)) as ConfigDocument;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return null;
        throw error;
      }
    },
    async serve(handler): Promise<void> {
      await Deno.mkdir(folder.at("run"), { recursive: true });
      services.use(await openControl(folder.at("run"), handler));
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await services.disposeAsync();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function runIn(
  home: string,
  line: string | readonly string[],
  {
    env = {},
    os = "linux",
    uid = NAMELESS_USER,
    answer,
    typed,
    stdin = "",
    columns,
    machine,
    keys,
    onWrite = () => {},
  }: CommandOptions,
): Promise<CommandResult> {
  const answers = typed?.values();
  const output = { out: "", note: "" };
  const all: Readonly<Record<string, string>> = {
    HTTPCFG_HOME: home,
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    ...env,
  };
  const isTerminal = columns !== undefined;
  const lines = (text: string): string => text === "" || text.endsWith("\n") ? text : `${text}\n`;
  const write = (stream: "out" | "note", text: string): void => {
    output[stream] += text;
    onWrite(text);
  };
  const status = await run(typeof line === "string" ? shellWords(line) : line, {
    os,
    uid,
    now: Date.now,
    env: (name) => all[name],
    terminal: { isOut: isTerminal, isNote: isTerminal, columns: () => columns ?? null },
    machine,
    openKeys: keys === undefined ? undefined : () => Promise.resolve(keys),
    out: (text) => write("out", lines(text)),
    print: (text) => write("out", text),
    note: (text) => write("note", lines(text)),
    isInteractive: () => answer !== undefined || typed !== undefined,
    async *stdin(): AsyncIterable<string> {
      yield stdin;
    },
    ask(question): string | null {
      const line = answers === undefined ? answer : answers.next().value;
      if (typed !== undefined || line !== undefined) output.out += `${question}${line ?? ""}\n`;
      return line ?? null; // as a terminal shows it
    },
  });
  return { status, ...output };
}

/** Splits a line into words, with single and double quotes as in a shell, but without escapes. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    words.push(word.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double));
  }
  return words;
}

/** Opens the control socket of a service in the run directory `run`; `handler` handles requests. */
export async function openControl(
  run: string,
  handler: ControlHandler,
  token = CONTROL_TOKEN,
): Promise<AsyncDisposable> {
  const serve = (conn: Deno.Conn): void => void serveControl(conn, token, { handle: handler });
  return await openControlSocket(run, serve, token);
}

/** Returns the status of a service with `states`; services that are not named are stopped. */
export function serviceStatus(
  states: Partial<Record<ServiceName, ServiceState>>,
  more: Partial<ServiceStatus> = {},
): ServiceStatus {
  return {
    version: 1,
    pid: 4242,
    user: "httpcfg",
    startedAt: "2026-01-02T03:04:05.000Z",
    services: SERVICES.map(({ name, display }) => {
      return { name, display, state: states[name] ?? "stopped" };
    }),
    ipListen: [],
    endpoints: [],
    sites: [],
    registrations: [],
    connections: 0,
    unconfirmedUntil: null,
    ...more,
  };
}
