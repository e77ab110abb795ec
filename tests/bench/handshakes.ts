/**
 * TLS: 20,000 handshakes that fail, in six kinds, then 20,000 that succeed: the CPU time of each,
 * and the memory that they leave behind; then the memory of idle connections.
 */
import { makeSelfSigned } from "../../mod/config/certs/self_signed.ts";
import { cpuSeconds, isInstalled, printTable, residentBytes, say } from "./measure.ts";
import { type RunningServer, starters } from "./servers.ts";

const ATTACKER = new URL("../support/tls/tls_attacker.py", import.meta.url).pathname;
const NAME = "bench.test";
const FAILURES = ["garbage", "half", "reset", "left", "name", "protocol"];
const FAILED_EACH = 3334;
const GOOD = 20_000;
const IDLE = 1000;

export async function benchHandshakes(): Promise<void> {
  if (!(await isInstalled("python3"))) return say("python3 is not installed: no handshakes");
  const ips = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"]; // of the servers
  const tls = await makeSelfSigned({ names: [NAME], ips, days: 30, nowMs: Date.now() });
  const kinds = [...FAILURES, "good"];
  const rows: string[][] = [
    ["server", "MB before", "failed", "good", ...kinds.map((kind) => `${kind} us`), "KB idle"],
  ];
  for (const start of await starters("nginx", "haproxy")) {
    const server = await start({ tls });
    try {
      rows.push([server.name, ...await measure(server, tls.cert)]);
    } finally {
      await server.stop();
    }
  }
  printTable(`${FAILED_EACH * FAILURES.length} failed handshakes, then ${GOOD} good ones`, rows);
}

async function measure(server: RunningServer, cert: string): Promise<string[]> {
  await handshakes(server, "good", 500);
  const megabytes = (): string => (residentBytes(server.pid) / 1e6).toFixed(0);
  const before = megabytes();
  const costs: string[] = [];
  for (const kind of FAILURES) costs.push(await handshakes(server, kind, FAILED_EACH));
  const failed = megabytes();
  costs.push(await handshakes(server, "good", GOOD));
  return [before, failed, megabytes(), ...costs, await idle(server, cert)];
}

/** Makes `count` handshakes; returns the CPU time of the server for each, in microseconds. */
async function handshakes(
  { hostname, port, pid }: RunningServer,
  kind: string,
  count: number,
): Promise<string> {
  const before = cpuSeconds(pid);
  const args = [ATTACKER, hostname, String(port), NAME, kind, String(count)];
  const { success } = await new Deno.Command("python3", { args, stdout: "null" }).output();
  if (!success) throw new Error(`${kind} failed`);
  return ((cpuSeconds(pid) - before) * 1e6 / count).toFixed(0);
}

/** Returns the memory of an idle connection in KB. */
async function idle(
  { hostname, port, pid }: RunningServer,
  cert: string,
): Promise<string> {
  const request = new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`);
  const before = residentBytes(pid);
  const connections: Deno.TlsConn[] = [];
  for (let i = 0; i < IDLE; i++) {
    const connection = await Deno.connectTls({ hostname, port, caCerts: [cert] });
    await connection.write(request);
    await connection.read(new Uint8Array(1024));
    connections.push(connection);
  }
  const bytes = residentBytes(pid) - before;
  for (const connection of connections) connection.close();
  return (bytes / IDLE / 1000).toFixed(0);
}
