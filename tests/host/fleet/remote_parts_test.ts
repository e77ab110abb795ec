// Goal: what an agent in a process of its own does with the service, over the control socket: as a
// command does, and never in the way of a change that waits to be confirmed.
import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import type { ControlEvent, ControlRequest } from "../../../mod/host/control/control_protocol.ts";
import type { ServiceStatus } from "../../../mod/host/control/status.ts";
import { RemoteParts } from "../../../mod/host/fleet/remote_parts.ts";
import { RUNNING_STATUS } from "../../support/about/totals.ts";
import { storeAt } from "../../support/store.ts";
import { type TempFolder, tempFolder } from "../../support/temp_folder.ts";

const OPENED: ControlEvent = {
  kind: "change",
  endpoint: "127.0.0.2:80",
  change: "opened",
  connections: 0,
};

type Answer = (
  request: ControlRequest,
  onEvent: (event: ControlEvent) => void,
) => Promise<ServiceStatus | null>;

function partsIn(temp: TempFolder, answer: Answer): { parts: RemoteParts; end: AbortController } {
  const end = new AbortController();
  const [config, run, log] = [temp.at("config.json"), temp.at("run"), temp.at("log")];
  const parts = new RemoteParts({
    paths: { config, run, log, history: temp.at("history"), certs: temp.at("certs") },
    version: "1.0",
    store: storeAt(config),
    control: { ask: (request, onEvent = () => {}) => answer(request, onEvent) },
    signal: end.signal,
    log: () => {},
  });
  return { parts, end };
}

Deno.test("RemoteParts.reload() is done when something has changed, not when all have gone", async () => {
  await using temp = await tempFolder();
  const gone = Promise.withResolvers<ServiceStatus>();
  const { parts } = partsIn(temp, (_, onEvent) => {
    onEvent(OPENED);
    return gone.promise;
  });
  await parts.reload();
  gone.resolve(RUNNING_STATUS);
});

Deno.test("RemoteParts.reload() fails as the service does, which has changed nothing then", async () => {
  await using temp = await tempFolder();
  const { parts } = partsIn(temp, () => Promise.reject(new Fault("Cannot listen")));
  await assertRejects(() => parts.reload(), Fault, "Cannot listen");
});

Deno.test("RemoteParts: without a service a revision is only stored", async () => {
  await using temp = await tempFolder();
  const { parts } = partsIn(temp, () => Promise.resolve(null));
  assertEquals(await parts.controller.exclusive(() => Promise.resolve("stored")), "stored");
  assertEquals(parts.controller.isUp("HTTP"), false);
  assertEquals((await parts.status()).pid, null);
  assertEquals(await parts.hasClient("127.0.0.1:1"), false);
});

Deno.test("RemoteParts waits for a change that is to be confirmed, and gives up when it ends", async () => {
  await using temp = await tempFolder();
  const unconfirmedUntil = "2026-01-02T03:04:05.000Z";
  const asked = Promise.withResolvers<void>();
  const { parts, end } = partsIn(temp, () => {
    asked.resolve();
    return Promise.resolve({ ...RUNNING_STATUS, unconfirmedUntil });
  });
  let isDone = false;
  const working = parts.controller.exclusive(() => {
    isDone = true;
    return Promise.resolve();
  });
  await asked.promise;
  end.abort();
  await assertRejects(() => working, Fault, "the agent ends");
  assertEquals(isDone, false);
});
