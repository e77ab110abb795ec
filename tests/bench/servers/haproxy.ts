/** HAProxy with its log as lines in a file. */
import type { Scope } from "../machine/scope.ts";
import { startNginx } from "./nginx.ts";
import {
  CONNECTIONS_MAX,
  placeFor,
  PROGRAM,
  type RunningServer,
  startServer,
  TEXT,
  type Work,
} from "./server.ts";

/** Starts it with one thread. It serves no files: those of a folder come from an nginx behind it. */
export async function startHaproxy(scope: Scope, work: Work): Promise<RunningServer> {
  const at = placeFor(scope, "haproxy", "127.0.0.4", work);
  const { folder, hostnames = [at.hostname], tls, programPort } = work;
  const files = folder === undefined
    ? null
    : await startNginx(scope, { folder, hostnames: ["127.0.0.1"] });
  const behind = files?.port ?? programPort;
  if (tls !== undefined) Deno.writeTextFileSync(`${at.home}/both.pem`, tls.cert + tls.key);
  const ssl = tls === undefined ? "" : ` ssl crt ${at.home}/both.pem`;
  const reply = `http-request return status 200 content-type text/plain string "${TEXT}\\n"`;
  const isBehind = files === null ? `path_beg ${PROGRAM}` : `req.hdr(host) -m str bench`;
  Deno.writeTextFileSync(
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
  const server = await startServer(scope, at, ["haproxy", "-f", `${at.home}/haproxy.cfg`]);
  const stop = async (): Promise<void> => {
    await server.stop();
    await files?.stop();
  };
  return { ...server, stop };
}
