/** The servers that are measured: httpcfg and its peers, each with its log enabled. */
import { getAvailablePort } from "@std/net/get-available-port";
import type { ConfigDocument, SiteRecord, SslRecord } from "../../mod/config/document/document.ts";
import type { SiteContent } from "../../mod/config/document/site_content.ts";
import { isInstalled, listening, say } from "./measure.ts";

export interface RunningServer {
  readonly name: string;
  readonly hostname: string;
  readonly port: number;
  /** The process that serves, whose CPU time and memory are measured. */
  readonly pid: number;
  /** The time at which it was started, in milliseconds since 1970. */
  readonly startedMs: number;
  readonly scheme: "http" | "https";
  stop(): Promise<void>;
}

/** What a server has to do. */
export interface Work {
  /** The directory of the files to serve; by default every response is a small text. */
  readonly folder?: string;
  /** Addresses to listen on; by default one that no other server uses. */
  readonly hostnames?: readonly string[];
  /** TLS with this certificate and key, both PEM; by default plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** The port of a program on 127.0.0.1 that responds to everything below {@linkcode PROGRAM}. */
  readonly programPort?: number;
}

/** The host that responds with the small text, although there is a folder. */
export const TEXT_HOST = "text.bench";
/** The path below which a program responds. */
export const PROGRAM = "/up/";

export const ROOT = new URL("../../", import.meta.url).pathname;
const TEXT = "Hello world";
/** The number of connections that every server is configured for. */
const CONNECTIONS_MAX = 20000;

/** Starts one server for `work`. */
export type Starter = (work: Work) => Promise<RunningServer>;

/** Returns httpcfg, then every peer of `names` that is installed; reports which are not. */
export async function starters(...names: readonly (keyof typeof PEERS)[]): Promise<Starter[]> {
  const found: Starter[] = [startOurs];
  for (const name of names) {
    if (await isInstalled(name)) found.push(PEERS[name]);
    else say(`${name} is not installed: not compared`);
  }
  return found;
}

/** Returns the command for httpcfg: from source, or the built file that HTTPCFG_PROGRAM names. */
export function programCommand(): string[] {
  const built = Deno.env.get("HTTPCFG_PROGRAM");
  return built ? [built] : [Deno.execPath(), "run", "-A", "--no-prompt", `${ROOT}main.ts`];
}

/** Starts httpcfg with one site, bound to a port on every address of its inclusion list. */
async function startOurs(
  { folder, hostnames = ["127.0.0.2"], tls, programPort }: Work,
): Promise<RunningServer> {
  const at = await place("httpcfg", hostnames[0]!, tls);
  const text: SiteContent = { kind: "respond", text: `${TEXT}\n` };
  const site = (id: number, binding: string, content: SiteContent): SiteRecord => ({
    id,
    name: `bench ${id}`,
    bindings: tls === undefined ? [binding] : [],
    secureBindings: tls === undefined ? [] : [binding],
    autoStart: true,
    content,
  });
  const document: ConfigDocument = {
    version: 2,
    ipListen: hostnames,
    ssl: tls === undefined ? [] : [sslRecord(at.port)],
    urlAcl: [],
    sites: folder === undefined ? [site(1, `:${at.port}:`, text)] : [
      site(1, `:${at.port}:`, { kind: "root", path: folder }),
      site(2, `:${at.port}:${TEXT_HOST}`, text),
    ],
    metabase: {},
    settings: {},
  };
  await Deno.writeTextFile(`${at.home}/config.json`, JSON.stringify(document));
  const env = { HTTPCFG_HOME: at.home };
  const server = await start(at, [...programCommand(), "serve"], env);
  if (programPort !== undefined) {
    const url = `http://+:${at.port}${PROGRAM}`;
    const words = ["register", url, "--to", `http://127.0.0.1:${programPort}`, "--keep"];
    const [program = "", ...args] = [...programCommand(), ...words];
    await new Deno.Command(program, { args, env, stdout: "null" }).spawn().status;
  }
  return server;
}

/** Returns the record of the certificate of {@linkcode place}, by its name in the store. */
function sslRecord(port: number): SslRecord {
  return {
    key: `0.0.0.0:${port}`,
    hash: "0".repeat(40),
    certName: "bench",
    appId: "{00000000-0000-0000-0000-000000000000}",
    certCheckMode: 0,
    revocationFreshnessTime: 0,
    urlRetrievalTimeout: 0,
    flags: 0,
  };
}

/** Starts nginx as its documentation makes it fast: one worker, sendfile, a buffered access log. */
async function startNginx(
  { folder, hostnames = ["127.0.0.3"], tls, programPort }: Work,
): Promise<RunningServer> {
  const at = await place("nginx", hostnames[0]!, tls);
  const { home, port, pem, key } = at;
  const ssl = tls === undefined ? "" : `ssl_certificate ${pem}; ssl_certificate_key ${key};`;
  const listens = hostnames.map((hostname) => {
    return `listen ${hostname}:${port}${tls === undefined ? "" : " ssl"};`;
  }).join("\n");
  const text = `location / { return 200 "${TEXT}\\n"; }`;
  const servers = folder === undefined
    ? `server { ${listens} ${text} ${programPort === undefined ? "" : nginxProgram(programPort)} }`
    : `server { ${listens} location / { root ${folder}; } }
  server { ${listens} server_name ${TEXT_HOST}; ${text} }`;
  await Deno.writeTextFile(
    `${home}/nginx.conf`,
    `worker_processes 1; daemon off; pid ${home}/pid; error_log ${home}/error.log;
worker_rlimit_nofile ${2 * CONNECTIONS_MAX};
events { worker_connections ${CONNECTIONS_MAX}; }
http {
  include /etc/nginx/mime.types; sendfile on; tcp_nopush on;
  access_log ${home}/access.log combined buffer=64k flush=1s;
  keepalive_requests 1000000000; keepalive_timeout 600;
  ${ssl}
  ${servers}
}
`,
  );
  const args = ["nginx", "-e", `${home}/error.log`, "-c", `${home}/nginx.conf`];
  const server = await start(at, args);
  return { ...server, pid: await firstChild(server.pid) };
}

/** A program behind nginx, as its documentation has it for WebSockets. */
function nginxProgram(port: number): string {
  return `location ${PROGRAM} {
    proxy_pass http://127.0.0.1:${port}; proxy_http_version 1.1; proxy_read_timeout 600;
    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection;
  }`;
}

/**
 * Starts HAProxy with one thread and its log as lines in a file. It serves no files: those of a
 * folder come from an nginx behind it.
 */
async function startHaproxy(
  { folder, hostnames = ["127.0.0.4"], tls, programPort }: Work,
): Promise<RunningServer> {
  const at = await place("haproxy", hostnames[0]!, tls);
  const files = folder === undefined
    ? null
    : await startNginx({ folder, hostnames: ["127.0.0.1"] });
  const behind = files?.port ?? programPort;
  if (tls !== undefined) await Deno.writeTextFile(`${at.home}/both.pem`, tls.cert + tls.key);
  const ssl = tls === undefined ? "" : ` ssl crt ${at.home}/both.pem`;
  const reply = `http-request return status 200 content-type text/plain string "${TEXT}\\n"`;
  const isBehind = files === null ? `path_beg ${PROGRAM}` : `req.hdr(host) -m str bench`;
  await Deno.writeTextFile(
    `${at.home}/haproxy.cfg`,
    `global
  nbthread 1
  maxconn ${CONNECTIONS_MAX}
  no strict-limits
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  timeout client 600s
  timeout connect 5s
  timeout server 600s
frontend bench
  bind ${hostnames.map((hostname) => `${hostname}:${at.port}`).join(",")}${ssl}
  ${behind === undefined ? reply : `${reply} if !{ ${isBehind} }\n  default_backend behind`}
${behind === undefined ? "" : `backend behind\n  server one 127.0.0.1:${behind}\n`}`,
  );
  const server = await start(at, ["haproxy", "-f", `${at.home}/haproxy.cfg`]);
  const stop = async (): Promise<void> => {
    await server.stop();
    await files?.stop();
  };
  return { ...server, stop };
}

/** Starts Caddy on one core with its access log in a file. */
async function startCaddy(
  { folder, hostnames = ["127.0.0.5"], tls }: Work,
): Promise<RunningServer> {
  const at = await place("caddy", hostnames[0]!, tls);
  const serve = folder === undefined ? `respond "${TEXT}\n"` : `root * ${folder}\nfile_server`;
  await Deno.writeTextFile(
    `${at.home}/Caddyfile`,
    `{
admin off
auto_https off
}
${at.scheme}://${hostnames[0]}:${at.port} {
${tls === undefined ? "" : `tls ${at.pem} ${at.key}`}
bind ${hostnames.join(" ")}
log {
output file ${at.home}/access.log
}
${serve}
}
`,
  );
  const env = { GOMAXPROCS: "1", HOME: at.home, XDG_DATA_HOME: at.home, XDG_CONFIG_HOME: at.home };
  const args = ["caddy", "run", "--adapter", "caddyfile", "--config", `${at.home}/Caddyfile`];
  return await start(at, args, env);
}

const PEERS = { nginx: startNginx, haproxy: startHaproxy, caddy: startCaddy };

interface Place {
  readonly name: string;
  readonly home: string;
  readonly hostname: string;
  readonly port: number;
  readonly scheme: "http" | "https";
  /** The files of the certificate and its key, if the server uses TLS. */
  readonly pem: string;
  readonly key: string;
}

async function place(name: string, hostname: string, tls?: Work["tls"]): Promise<Place> {
  const home = await Deno.makeTempDir({ prefix: "httpcfg-bench-" });
  const [pem, key] = [`${home}/certs/MY/bench.pem`, `${home}/certs/MY/bench.key`];
  if (tls !== undefined) {
    await Deno.mkdir(`${home}/certs/MY`, { recursive: true });
    await Deno.writeTextFile(pem, tls.cert);
    await Deno.writeTextFile(key, tls.key);
  }
  const scheme = tls === undefined ? "http" : "https";
  return { name, home, hostname, port: getAvailablePort({ hostname }), scheme, pem, key };
}

/** Starts `command` with its output in a file, and waits until it listens. */
async function start(
  { name, home, hostname, port, scheme }: Place,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const startedMs = Date.now();
  const child = new Deno.Command("sh", {
    args: ["-c", `exec "$@" >${home}/output 2>&1`, "sh", ...command],
    env,
    stdin: "null",
  }).spawn();
  const stop = async (): Promise<void> => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It never started.
    }
    await child.status;
    await Deno.remove(home, { recursive: true });
  };
  try {
    await listening(hostname, port);
  } catch (error) {
    say(await Deno.readTextFile(`${home}/output`));
    await stop();
    throw error;
  }
  return { name, hostname, port, pid: child.pid, startedMs, scheme, stop };
}

/** Returns the first child, the worker, which starts a moment after the sockets are open. */
async function firstChild(pid: number): Promise<number> {
  for (;;) {
    const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim();
    if (children !== "") return Number(children.split(" ")[0]);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
