/** TLS handshakes that fail, in six kinds: the CPU time of each, and the memory they leave behind. */
import type { Bench, Measure, Row } from "../bench.ts";
import { cpuOfTree, residentBytes } from "../machine/processes.ts";
import { startHttpcfg } from "../servers/httpcfg.ts";
import { installedPeers } from "../servers/peers.ts";
import type { RunningServer } from "../servers/server.ts";
import { makeCertificate, TLS_NAME } from "./certificate.ts";

const ATTACKER = `${import.meta.dirname}/../../support/tls/tls_attacker.py`;
const KINDS = ["garbage", "half", "reset", "left", "name", "protocol"];
const EACH = 2000;
const WARM = 500;
const BEFORE: Measure = { measure: "before", unit: "MB", better: "less" };
const AFTER: Measure = { measure: "after", unit: "MB", better: "less" };

export const FAILED_HANDSHAKE_ROWS: readonly Row[] = [{
  name: "https-failed",
  title: `https, ${EACH} handshakes of each kind that fails, CPU time of each`,
  needs: ["python3"],
  run: async (bench) => {
    const tls = await makeCertificate();
    for (const start of [startHttpcfg, ...installedPeers(bench, ["nginx", "haproxy"])]) {
      const server = await start(bench.scope, { tls });
      await measure(bench, server);
      await server.stop();
    }
  },
}];

async function measure(bench: Bench, server: RunningServer): Promise<void> {
  await handshakes(bench, server, "good", WARM);
  const before = residentBytes(server.pid);
  for (const kind of KINDS) {
    const each = await handshakes(bench, server, kind, EACH);
    bench.add(server.name, { measure: kind, unit: "us", better: "less" }, each);
  }
  bench.add(server.name, BEFORE, before / 1e6);
  bench.add(server.name, AFTER, residentBytes(server.pid) / 1e6);
}

/** Makes `count` handshakes; returns the CPU time of the server for each, in microseconds. */
async function handshakes(
  { scope }: Bench,
  { hostname, port, pid }: RunningServer,
  kind: string,
  count: number,
): Promise<number> {
  const before = cpuOfTree(pid).all;
  const words = ["python3", ATTACKER, hostname, String(port), TLS_NAME, kind, String(count)];
  const { success } = await scope.start(words, { stdout: "null" }).status;
  if (!success) throw new Error(`${kind} failed`);
  return (cpuOfTree(pid).all - before) * 1e6 / count;
}
