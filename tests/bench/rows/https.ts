/** HTTPS: kept connections, and new ones with full and with resumed handshakes. */
import type { Bench, Row } from "../bench.ts";
import { newTlsClient } from "../clients/new_tls.ts";
import type { Work } from "../servers/server.ts";
import { makeCertificate } from "./certificate.ts";
import { LARGE_FILE, makeFiles } from "./files.ts";
import { type Client, type LoadRow, loadRow, PER_CPU_SECOND } from "./load.ts";

const { measure } = PER_CPU_SECOND;
const PEERS = ["nginx", "haproxy", "caddy"] as const;
/** How nginx is set up decides what a handshake costs. */
const SETUP = "nginx has TLS 1.2 and 1.3, a shared session cache, and session tickets";

export const HTTPS_ROWS: readonly Row[] = [
  loadRow({
    name: "https-small",
    title: "https, a small text on 64 kept connections",
    goals: goals("https small"),
    peers: PEERS,
    request: { path: "/" },
    connections: 64,
    work: withTls,
  }),
  loadRow({
    name: "https-large",
    title: "https, a file of 1 MiB on 16 kept connections",
    goals: goals("https 1 MiB"),
    peers: ["nginx", "caddy"],
    request: { path: LARGE_FILE },
    connections: 16,
    work: async (bench) => ({ ...await withTls(bench), folder: makeFiles(bench) }),
  }),
  newConnections("https-new", "https, a full handshake for each request", "-new"),
  newConnections(
    "https-resumed",
    "https, a new connection for each request, resumed",
    "-reuse",
  ),
];

function newConnections(name: string, title: string, mode: "-new" | "-reuse"): Row {
  const row: LoadRow = {
    name,
    title,
    goals: goals(mode === "-new" ? "https full handshake" : "https resumed"),
    needs: ["openssl"],
    peers: PEERS,
    request: { path: "/", fields: ["Connection: close"] },
    connections: 4,
    work: withTls,
    loop: { closes: true },
    client: (bench) => countingClient(bench, mode),
  };
  return loadRow(row);
}

async function withTls(bench: Bench): Promise<Work> {
  bench.note(SETUP);
  return { tls: await makeCertificate() };
}

/** Notes servers whose handshakes were not what the row is about. */
function countingClient(bench: Bench, mode: "-new" | "-reuse"): Client {
  return newTlsClient(bench, mode, "/", ({ full, resumed }, name) => {
    const [wanted, other] = mode === "-new" ? [full, resumed] : [resumed, full];
    if (wanted > other) return;
    bench.note(`${name} ${mode === "-new" ? "resumed, unasked" : "does not resume sessions"}`);
  });
}

function goals(work: string): { work: string; measure: string; against: string }[] {
  return ["nginx", "floor"].map((against) => ({ work, measure, against }));
}
