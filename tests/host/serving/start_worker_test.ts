// Goal: a program that does not come is known at once, and leaves nothing. Method: programs that end.
import { assertEquals } from "@std/assert";
import type { RemoteWorkerEvents } from "../../../mod/host/serving/remote_worker.ts";
import { startWorker } from "../../../mod/host/serving/start_worker.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { testWithShell } from "../../support/workers/spawner_shell.ts";
import { noService } from "../../support/about/service_source.ts";

const EVENTS: RemoteWorkerEvents = {
  onLog: () => {},
  onLine: () => {},
  onProgramFault: () => {},
  onUpstream: () => {},
  onLimits: () => {},
  service: noService,
  onTraces: () => {},
};

testWithShell("startWorker() says how a program ended that did not come", async (shell) => {
  await using folder = await tempFolder();
  const spawner = shell.start("/bin/sh", "-c", "exit 3");
  const error = await startWorker(spawner, folder.at("."), EVENTS).catch((thrown) => thrown);
  assertEquals(error.message, "it ended at once, with exit status 3");
  assertEquals([...Deno.readDirSync(folder.at("."))], []);
});
