/** Reverse proxy: a small text and a large file from an nginx behind it, on other cores. */
import type { Bench, Row } from "../bench.ts";
import { coresFor } from "../machine/cores.ts";
import { startNginx } from "../servers/nginx.ts";
import { PROGRAM, type Work } from "../servers/server.ts";
import { LARGE_FILE, makeFiles } from "./files.ts";
import { loadRow, PER_CPU_SECOND } from "./load.ts";

const { measure } = PER_CPU_SECOND;
const PEERS = ["nginx", "haproxy", "caddy"] as const;

export const PROXY_ROWS: readonly Row[] = [
  loadRow({
    name: "proxy-small",
    title: "Reverse proxy, a small text on 64 kept connections",
    goals: [
      { work: "reverse proxy, small", measure, against: "nginx", atLeast: 0.75 },
      { work: "reverse proxy, small", measure, against: "floor" },
      { work: "reverse proxy, small", measure, against: "caddy" },
    ],
    needs: ["nginx"],
    peers: PEERS,
    request: { path: PROGRAM },
    connections: 64,
    work: (bench) => withProgram(bench, {}),
    loop: { forwards: true },
  }),
  loadRow({
    name: "proxy-large",
    title: "Reverse proxy, a response of 1 MiB on 16 kept connections",
    goals: [{ work: "reverse proxy, 1 MiB", measure, against: "nginx" }],
    needs: ["nginx"],
    peers: PEERS,
    request: { path: LARGE_FILE },
    connections: 16,
    work: (bench) => withProgram(bench, { folder: makeFiles(bench) }),
    loop: { forwards: true, bufferBytes: 65_536 },
  }),
];

/** Returns the work of a proxy to an nginx that does `work`. */
async function withProgram(bench: Bench, work: Work): Promise<Work> {
  const program = await startNginx(bench.scope, {
    ...work,
    hostnames: ["127.0.0.1"],
    cores: coresFor(1).behind,
  });
  return { programPort: program.port };
}
