/**
 * nginx as its documentation makes it fast: a worker for each core, sendfile, a buffered access log,
 * connections to programs kept. TLS 1.2 and 1.3 as we have them, with a session cache and tickets.
 *
 * @module
 */
import type { Scope } from "../machine/scope.ts";
import {
  CONNECTIONS_MAX,
  type LoggedServer,
  type Place,
  placeFor,
  PROGRAM,
  type RunningServer,
  startServer,
  TEXT,
  TEXT_HOST,
  type Work,
} from "./server.ts";

/** A line of nginx with the members of ours. */
const JSON_LINE = `'{"@timestamp":"$time_iso8601","client":{"ip":"$remote_addr"},'
    '"server":{"address":"$server_addr"},"httpcfg":{"site":{"name":"bench"}},'
    '"url":{"domain":"$host","path":"$uri"},"http":{"response":{"status_code":$status,'
    '"bytes":$bytes_sent},"request":{"method":"$request_method"}},'
    '"event":{"duration":$request_time}}'`;

/** Its access log: that of most servers, JSON as ours is, or none. */
export type NginxLog = "combined" | "json" | "off";

export async function startNginx(scope: Scope, work: Work): Promise<RunningServer> {
  const at = placeFor(scope, "nginx", "127.0.0.3", work);
  writeNginx(at, work);
  return await startServer(scope, at, nginxCommand(at.home));
}

/** Starts nginx with a name and an access log of its own. */
export async function startLoggedNginx(
  scope: Scope,
  work: Work,
  { name, hostname, log }: {
    readonly name: string;
    readonly hostname: string;
    readonly log: NginxLog;
  },
): Promise<LoggedServer> {
  const at = placeFor(scope, name, hostname, work);
  writeNginx(at, work, log);
  const server = await startServer(scope, at, nginxCommand(at.home));
  return { ...server, logs: log === "off" ? null : at.home };
}

/** Returns the command that runs nginx with the configuration in `home`. */
export function nginxCommand(home: string): string[] {
  return ["nginx", "-e", `${home}/error.log`, "-c", `${home}/nginx.conf`];
}

/** Writes the configuration for `work`. */
export function writeNginx(
  { home, port, pem, key, hostname }: Place,
  work: Work,
  log: NginxLog = "combined",
): void {
  const { hostnames = [hostname], tls, folder, programPort, sites, workers = 1, compresses } = work;
  const listens = hostnames.map((one) => {
    return `listen ${one}:${port}${tls === undefined ? "" : " ssl"};`;
  }).join("\n");
  const text = `location / { return 200 "${TEXT}\\n"; }`;
  const program = programPort === undefined ? "" : PROGRAM_LOCATION;
  const servers = folder !== undefined
    ? [`location / { root ${folder}; }`, `server_name ${TEXT_HOST}; ${text}`]
    : sites === undefined
    ? [`${text} ${program}`]
    : sites.map((names) => `server_name ${names.join(" ")}; ${text}`);
  const ssl = tls === undefined ? "" : `ssl_certificate ${pem}; ssl_certificate_key ${key};
  ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:bench:10m; ssl_session_tickets on;`;
  const upstream = programPort === undefined
    ? ""
    : `upstream program { server 127.0.0.1:${programPort}; keepalive 128; }`;
  Deno.writeTextFileSync(
    `${home}/nginx.conf`,
    `worker_processes ${workers}; daemon off; pid ${home}/pid; error_log ${home}/error.log;
worker_rlimit_nofile ${2 * CONNECTIONS_MAX};
events { worker_connections ${CONNECTIONS_MAX}; }
http {
  include /etc/nginx/mime.types; sendfile on; tcp_nopush on;
  log_format json escape=json ${JSON_LINE};
  access_log ${log === "off" ? "off" : `${home}/access.log ${log} buffer=64k flush=1s`};
  keepalive_requests 1000000000; keepalive_timeout 600; client_max_body_size 16m;
  server_names_hash_max_size 1000000; server_names_hash_bucket_size 128;
  map $http_upgrade $upgrade_or_keep { default upgrade; "" ""; }
  ${compresses === true ? "gzip on; gzip_comp_level 6;" : ""}
  ${ssl}
  ${upstream}
  ${servers.map((server) => `server { ${listens} ${server} }`).join("\n  ")}
}
`,
  );
}

/** A program behind nginx, as its documentation has it for kept connections and WebSockets. */
const PROGRAM_LOCATION = `location ${PROGRAM} {
    proxy_pass http://program; proxy_http_version 1.1; proxy_read_timeout 600;
    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $upgrade_or_keep;
  }`;
