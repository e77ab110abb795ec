// Goal: a service manager sees one service, which is ready when its workers serve, and alive while it
// responds. Method: a socket in place of systemd's.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { get } from "../../support/http_client.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { waitFor } from "../../support/wait.ts";
import { HOST, WorkerService } from "../../support/workers/worker_service.ts";

Deno.test({
  name: "systemd hears READY with two workers, and the watchdog is fed while they are killed",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const notify = folder.at("notify");
    const socket = Deno.listenDatagram({ transport: "unixpacket", path: notify });
    const messages: string[] = [];
    const receiving = (async (): Promise<void> => {
      for await (const [bytes] of socket) messages.push(new TextDecoder().decode(bytes));
    })();
    try {
      await using service = await WorkerService.start({
        spawn: { env: { NOTIFY_SOCKET: notify, WATCHDOG_USEC: "2000000" } },
      });
      const ready = (): string | undefined => messages.find((one) => one.includes("READY=1"));
      await waitFor(() => ready() !== undefined, "READY");
      assertStringIncludes(ready()!, `http://${HOST}:${service.port}/`);
      const fed = (): number => messages.filter((one) => one.includes("WATCHDOG=1")).length;
      for (let round = 0; round < 2; round++) {
        for (const pid of await service.settled(2)) Deno.kill(pid, "SIGKILL");
        const before = fed();
        await waitFor(() => fed() > before, "the watchdog to be fed");
      }
      await service.settled(2);
      assertEquals((await get(HOST, service.port)).body, "site 1");
      service.served.signal("SIGTERM");
      assertEquals(await service.served.ended, 0);
    } finally {
      socket.close();
      await receiving;
    }
  },
});
