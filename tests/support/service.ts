/**
 * The real program as a service with a home of its own, for end-to-end tests.
 *
 * @module
 */
import type { ConfigDocument, SiteRecord } from "../../mod/config/document/document.ts";
import type { SiteContent } from "../../mod/config/document/site_content.ts";
import { freePort } from "./ports.ts";
import { Program, type SpawnOptions } from "./program.ts";

/** Milliseconds after which a request is aborted. */
const GET_MS = 60_000;

export interface ServiceOptions extends SpawnOptions {
  /** Contents by site name. Each site is bound to `hostname:port`, the first for every host. */
  readonly sites: Readonly<Record<string, SiteContent>>;
  readonly settings?: ConfigDocument["settings"];
}

/** A running service. Disposing of it ends the process and removes its home. */
export interface RunningService extends AsyncDisposable {
  readonly home: string;
  readonly hostname: string;
  readonly port: number;
  readonly pid: number;
  signal(name: Deno.Signal): void;
  /** What it has written to stderr so far. */
  stderr(): string;
  /** Ends the service with SIGTERM. Returns its exit status and stderr. */
  stop(): Promise<{ readonly code: number; readonly stderr: string }>;
  /**
   * Returns the lines of logs below the log directory, without `#` lines; none if there are no
   * logs.
   */
  logLines(name: RegExp): Promise<string[]>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/** Starts the program and waits until it listens. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const program = await Program.make();
  const { home } = program;
  const hostname = "127.0.0.2";
  const port = freePort();
  await Deno.writeTextFile(program.config, JSON.stringify(documentOf(options, port)));
  const served = await program.serve(options);
  return {
    home,
    hostname,
    port,
    pid: served.pid,
    signal: served.signal,
    stderr: served.stderr,
    async stop(): Promise<{ code: number; stderr: string }> {
      served.signal("SIGTERM");
      return { code: await served.ended, stderr: served.stderr() };
    },
    logLines: (name) => logLines(`${home}/log`, name),
    get(path, headers = {}): Promise<Response> {
      const signal = AbortSignal.timeout(GET_MS);
      return fetch(`http://${hostname}:${port}${path}`, { headers, signal });
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

function documentOf({ sites, settings = {} }: ServiceOptions, port: number): ConfigDocument {
  const records = Object.entries(sites).map(([name, content], i): SiteRecord => ({
    id: i + 1,
    name,
    bindings: [i === 0 ? `:${port}:` : `:${port}:${name}`],
    secureBindings: [],
    autoStart: true,
    content,
  }));
  return {
    version: 2,
    ipListen: ["127.0.0.2"],
    ssl: [],
    urlAcl: [],
    sites: records,
    metabase: {},
    settings,
  };
}

async function logLines(folder: string, name: RegExp): Promise<string[]> {
  const lines: string[] = [];
  for (const path of filesBelow(folder).filter((file) => name.test(file)).sort()) {
    const text = await Deno.readTextFile(path);
    lines.push(...text.split("\n").filter((line) => line !== "" && !line.startsWith("#")));
  }
  return lines;
}

function filesBelow(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
      return isDirectory ? filesBelow(`${folder}/${name}`) : [`${folder}/${name}`];
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
