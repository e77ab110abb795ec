/** Caddy with its access log in a file. */
import type { Scope } from "../machine/scope.ts";
import { placeFor, PROGRAM, type RunningServer, startServer, TEXT, type Work } from "./server.ts";

/** Starts it with as many threads as it may have cores. */
export async function startCaddy(scope: Scope, work: Work): Promise<RunningServer> {
  const at = placeFor(scope, "caddy", "127.0.0.5", work);
  const { folder, hostnames = [at.hostname], tls, programPort, workers = 1, compresses } = work;
  const encode = compresses === true ? "encode gzip\n" : "";
  const serve = folder === undefined
    ? `respond "${TEXT}\n"`
    : `${encode}root * ${folder}\nfile_server`;
  const program = programPort === undefined
    ? ""
    : `handle ${PROGRAM}* {\nreverse_proxy 127.0.0.1:${programPort}\n}`;
  Deno.writeTextFileSync(
    `${at.home}/Caddyfile`,
    `{
admin off
auto_https off
}
${at.scheme}://${at.hostname}:${at.port} {
${tls === undefined ? "" : `tls ${at.pem} ${at.key}`}
bind ${hostnames.join(" ")}
log {
output file ${at.home}/access.log
}
${program}
handle {
${serve}
}
}
`,
  );
  const env = {
    GOMAXPROCS: String(workers),
    HOME: at.home,
    XDG_DATA_HOME: at.home,
    XDG_CONFIG_HOME: at.home,
  };
  const args = ["caddy", "run", "--adapter", "caddyfile", "--config", `${at.home}/Caddyfile`];
  return await startServer(scope, at, args, env);
}
