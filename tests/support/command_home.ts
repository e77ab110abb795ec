/**
 * A home in which command lines run in this process: what they say is kept, the stored document is at
 * hand and, where a test wants one, a service answers as the test tells it.
 *
 * @module
 */
import { run } from "../../mod/cli/run.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { serialize } from "../../mod/config/store/store.ts";
import { controlPath } from "../../mod/host/control/control_address.ts";
import { type ControlHandler, serveControl } from "../../mod/host/control/control_server.ts";
import type { ServiceStatus } from "../../mod/host/control/status.ts";
import type { ServiceState } from "../../mod/host/services/service_controller.ts";
import { type ServiceName, SERVICES } from "../../mod/host/services/service_table.ts";
import { openLocal } from "../../mod/listen/sockets/endpoint.ts";
import { tempFolder } from "./temp_folder.ts";

/** What came of one command line. */
export interface CommandResult {
  readonly status: number;
  /** stdout. */
  readonly out: string;
  /** stderr. */
  readonly note: string;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Linux when not given, whatever this machine is: the exit statuses differ. */
  readonly os?: string;
  /** What the person at the terminal types; nobody sits there when not given. */
  readonly answer?: string;
}

/** Gone when disposed of, and with it the service that answers in it. */
export interface CommandHome extends AsyncDisposable {
  readonly path: string;
  /** Runs `httpcfg` with the words of `line` as a shell reads them, or with `line` as the words. */
  run(line: string | readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Stores the built-in document with `change`. */
  store(change: Partial<ConfigDocument>): Promise<void>;
  /** The stored document; null where nothing was stored. */
  stored(): ConfigDocument | null;
  /** From now on a service runs here, and this answers for it. */
  serve(handler: ControlHandler): Promise<void>;
}

/** Makes an empty one, without a service. */
export async function commandHome(): Promise<CommandHome> {
  const folder = await tempFolder();
  const file = folder.at("config.json");
  const services = new AsyncDisposableStack();
  return {
    path: folder.path,
    run: (line, options = {}) => runIn(folder.path, line, options),
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
  { env = {}, os = "linux", answer }: CommandOptions,
): Promise<CommandResult> {
  const said = { out: "", note: "" };
  const all: Readonly<Record<string, string>> = { HTTPCFG_HOME: home, USER: "tester", ...env };
  const lines = (text: string): string => text === "" || text.endsWith("\n") ? text : `${text}\n`;
  const status = await run(typeof line === "string" ? shellWords(line) : line, {
    os,
    uid: 1000,
    now: Date.now,
    env: (name) => all[name],
    out: (text) => void (said.out += lines(text)),
    print: (text) => void (said.out += text),
    note: (text) => void (said.note += lines(text)),
    ask(question): string | null {
      if (answer === undefined) return null;
      said.out += `${question}${answer}\n`; // as it stands on a terminal
      return answer;
    },
  });
  return { status, ...said };
}

/** Words of a line, single and double quotes as a shell reads them, no escapes. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    words.push(word.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double));
  }
  return words;
}

/** The control socket of a service in the run folder `run`, which `handler` answers for. */
export async function openControl(
  run: string,
  handler: ControlHandler,
  token = "",
): Promise<AsyncDisposable> {
  const path = controlPath(run, "linux");
  const local = await openLocal({ kind: "unix", path }, (conn) => {
    void serveControl(conn, token, { handle: handler });
  });
  return { [Symbol.asyncDispose]: () => local.close() };
}

/** What a service with `states` would say of itself; what is not named is stopped. */
export function serviceStatus(
  states: Partial<Record<ServiceName, ServiceState>>,
  more: Partial<ServiceStatus> = {},
): ServiceStatus {
  return {
    version: 1,
    pid: 4242,
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
