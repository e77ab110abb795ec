/**
 * The real program, serving in a home of its own, for end-to-end tests.
 *
 * @module
 */
import { getAvailablePort } from "@std/net/get-available-port";
import type { ConfigDocument, SiteContent, SiteRecord } from "../../mod/config/document.ts";
import { type TempFolder, tempFolder } from "./temp_folder.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
/** Long enough for a busy machine; a test that waits this long has failed. */
const PATIENCE_MS = 60_000;

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
  const port = getAvailablePort({ hostname });
  await Deno.writeTextFile(home.at("config.json"), JSON.stringify(documentOf(options, port)));
  const limit = options.openFilesMax === undefined ? "" : `ulimit -n ${options.openFilesMax}; `;
  const child = new Deno.Command("sh", {
    args: ["-c", `${limit}exec "$@"`, "sh", Deno.execPath(), "run", "-A", MAIN, "serve"],
    env: { HTTPCFG_HOME: home.path, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  await until(() => accepts(hostname, port), `${hostname}:${port} accepts connections`);
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

/** Waits until `condition` holds, looking again and again; fails with `what` when it never does. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never came true: ${what}`);
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
