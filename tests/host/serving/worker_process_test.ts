// Goal: a worker process serves what it is told, and ends with its service. Method: the program as a
// worker, and the service's side of its connection.
import { assert, assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { DEFAULT_SETTINGS } from "../../../mod/config/document/settings.ts";
import { nothingServed } from "../../../mod/host/serving/served.ts";
import type { RemoteWorkerEvents } from "../../../mod/host/serving/remote_worker.ts";
import { startWorker } from "../../../mod/host/serving/start_worker.ts";
import type { LogBatch } from "../../../mod/telemetry/logs/collected_lines.ts";
import { get, untilRefused } from "../../support/http_client.ts";
import { freePort } from "../../support/ports.ts";
import { CALL } from "../../support/program.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { waitFor } from "../../support/wait.ts";
import { testWithShell } from "../../support/workers/spawner_shell.ts";
import { isAlive } from "../../support/workers/worker_service.ts";
import { noService } from "../../support/about/service_source.ts";

const IP = "127.0.0.2" as Ip;

function eventsTo(logs: LogBatch[]): RemoteWorkerEvents {
  return {
    onLog: (batch) => void logs.push(batch),
    onLine: () => {},
    onProgramFault: () => {},
    onUpstream: () => {},
    onLimits: () => {},
    service: noService,
    onTraces: () => {},
  };
}

testWithShell("a worker opens, serves, logs, and ends with its connection", async (shell) => {
  await using folder = await tempFolder();
  const run = folder.at(".");
  const logs: LogBatch[] = [];
  const spawner = shell.start(...CALL, "serve", "--worker");
  const { worker } = await startWorker(spawner, run, eventsTo(logs));
  assertEquals([...Deno.readDirSync(run)], [], "the socket on which it came is removed");
  const port = freePort();
  const site = {
    ...DEFAULT_DOCUMENT.sites[0]!,
    bindings: [`:${port}:`],
    content: { kind: "respond", text: "worker" } as const,
  };
  const served = { ...nothingServed(DEFAULT_SETTINGS, "us"), sites: [site] };
  const socket = { ip: IP, port, scopeId: 0, secure: false };
  await worker.start(DEFAULT_SETTINGS);
  worker.order({ op: "shares", shares: [], pinned: [] });
  await worker.serve(served);
  assertEquals(await worker.open([socket], 10), []);
  await worker.acceptAll();
  assertEquals((await get(IP, port)).body, "worker");
  await worker.pause({ all: true, sites: [] });
  assertEquals((await get(IP, port)).status, 503);
  await worker.pause({ all: false, sites: [] });
  assert(await worker.flush() >= logs[0]!.second);
  assertEquals(logs.flatMap(({ parts }) => parts).reduce((sum, { count }) => sum + count, 0), 2);
  assertEquals(await worker.evict({ url: null, recursive: true }), 0);

  // One that shares an address can have it twice; a port of nobody else is refused with its code.
  using taken = Deno.listen({ hostname: "127.0.0.3", port });
  assertEquals((taken.addr as Deno.NetAddr).port, port);
  const [failed] = await worker.open([{ ...socket, ip: "127.0.0.3" as Ip }], 10);
  assertEquals([failed?.endpoint.ip, failed?.code], ["127.0.0.3", "EADDRINUSE"]);

  using idle = await Deno.connect({ hostname: IP, port });
  await worker.closeSockets([socket]);
  await untilRefused(IP, port);
  await waitFor(async () => (await worker.counts()).connections === 1, "the idle connection");
  await worker.drain(0);
  assertEquals(await idle.read(new Uint8Array(1)), null);
  assertEquals((await worker.counts()).connections, 0);
  worker.close();
  await waitFor(() => !isAlive(worker.pid), "its end");
});
