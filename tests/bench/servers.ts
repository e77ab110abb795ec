/** The servers under measurement: ours and its peers, each with a small answer and its log on. */
import { getAvailablePort } from "@std/net/get-available-port";
import { listening } from "./measure.ts";

export interface RunningServer {
  readonly name: string;
  readonly hostname: string;
  readonly port: number;
  /** The process that serves; its CPU is what counts. */
  readonly pid: number;
  stop(): Promise<void>;
}

export const ROOT = new URL("../../", import.meta.url).pathname;
const TEXT = "Hello world\n";

/** Words that run this program: from source, or the built file named by HTTPCFG_PROGRAM. */
export function programCommand(): string[] {
  const built = Deno.env.get("HTTPCFG_PROGRAM");
  return built ? [built] : [Deno.execPath(), "run", "-A", "--no-prompt", `${ROOT}main.ts`];
}

/** Runs the program to its end in the home `home`. */
export async function runProgram(home: string, ...args: readonly string[]): Promise<string> {
  const [program = "", ...before] = programCommand();
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...before, ...args],
    env: { HTTPCFG_HOME: home },
  }).output();
  if (!success) throw new Error(`${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Our service with one site that answers a fixed text. */
export async function startOurs(): Promise<RunningServer> {
  const home = await Deno.makeTempDir({ prefix: "httpcfg-bench-" });
  const hostname = "127.0.0.2";
  const port = getAvailablePort({ hostname });
  await runProgram(home, "set", "iplisten", "-i", hostname);
  await runProgram(home, "site", "remove", "Default Web Site");
  await runProgram(home, "site", "add", "bench", "--bind", `:${port}:`, "--respond", TEXT);
  const [program = "", ...before] = programCommand();
  const child = new Deno.Command(program, {
    args: [...before, "serve"],
    env: { HTTPCFG_HOME: home },
    stdout: "null",
    stderr: "null",
  }).spawn();
  await listening(hostname, port);
  return { name: "httpcfg", hostname, port, pid: child.pid, stop: () => stopped(child, home) };
}

/** nginx with one worker and a buffered access log, which is how its documentation makes it fast. */
export async function startNginx(): Promise<RunningServer> {
  const home = await Deno.makeTempDir({ prefix: "httpcfg-bench-" });
  const hostname = "127.0.0.3";
  const port = getAvailablePort({ hostname });
  await Deno.writeTextFile(
    `${home}/nginx.conf`,
    `worker_processes 1; daemon off; pid ${home}/pid; error_log ${home}/error.log;
events { worker_connections 20000; }
http {
  access_log ${home}/access.log combined buffer=64k flush=1s;
  keepalive_requests 1000000000;
  server { listen ${hostname}:${port}; location / { return 200 "${TEXT.trim()}\\n"; } }
}
`,
  );
  const child = new Deno.Command("nginx", {
    args: ["-e", `${home}/error.log`, "-c", `${home}/nginx.conf`],
    stdout: "null",
    stderr: "null",
  }).spawn();
  await listening(hostname, port);
  const pid = firstChild(child.pid);
  return { name: "nginx", hostname, port, pid, stop: () => stopped(child, home) };
}

function firstChild(pid: number): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim().split(" ")[0]);
}

async function stopped(child: Deno.ChildProcess, home: string): Promise<void> {
  child.kill("SIGTERM");
  await child.status;
  await Deno.remove(home, { recursive: true });
}
