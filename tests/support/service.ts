/**
 * The real program, serving in a home of its own, for end-to-end tests.
 *
 * @module
 */
import type { ConfigDocument, SiteRecord } from "../../mod/config/document/document.ts";
import type { SiteContent } from "../../mod/config/document/site_content.ts";
import { freePort } from "./ports.ts";
import { CALL } from "./program.ts";
import { type TempFolder, tempFolder } from "./temp_folder.ts";
import { waitFor } from "./wait.ts";

export interface ServiceOptions {
  /** Contents by site name, each bound to `hostname:port`, the first for every host. */
  readonly sites: Readonly<Record<string, SiteContent>>;
  readonly settings?: ConfigDocument["settings"];
  /** Open files that the process may have; the system's own limit where not given. */
  readonly openFilesMax?: number;
}

/** A running service; disposing of it ends the process and removes its home. */
export interface RunningService extends AsyncDisposable {
  readonly home: TempFolder;
  readonly hostname: string;
  readonly port: number;
  readonly pid: number;
  signal(name: Deno.Signal): void;
  /** Ends with SIGTERM; gives the exit status and what stood on stderr. */
  stop(): Promise<{ readonly code: number; readonly stderr: string }>;
  /** Every line of a log below the home's log folder, `#` lines left out; none while it is not there. */
  logLines(name: RegExp): Promise<string[]>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/** Starts the program and waits until it accepts connections. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const home = await tempFolder();
  const hostname = "127.0.0.2";
  const port = freePort();
  await Deno.writeTextFile(home.at("config.json"), JSON.stringify(documentOf(options, port)));
  const limit = options.openFilesMax === undefined ? "" : `ulimit -n ${options.openFilesMax}; `;
  const child = new Deno.Command("sh", {
    args: ["-c", `${limit}exec "$@"`, "sh", ...CALL, "serve"],
    env: { HTTPCFG_HOME: home.path, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  await waitFor(() => accepts(hostname, port), `${hostname}:${port} accepts connections`);
  const stop = async (): Promise<{ code: number; stderr: string }> => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended already; its status tells how.
    }
    const { code, stderr } = await output;
    return { code, stderr: new TextDecoder().decode(stderr) };
  };
  return {
    home,
    hostname,
    port,
    pid: child.pid,
    signal: (name) => child.kill(name),
    stop,
    logLines: (name) => logLines(home.at("log"), name),
    get(path, headers = {}): Promise<Response> {
      return fetch(`http://${hostname}:${port}${path}`, { headers });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await stop();
      await home[Symbol.asyncDispose]();
    },
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
    version: 1,
    ipListen: ["127.0.0.2"],
    ssl: [],
    urlAcl: [],
    sites: records,
    metabase: {},
    settings,
  };
}

async function accepts(hostname: string, port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname, port })).close();
    return true;
  } catch {
    return false;
  }
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
