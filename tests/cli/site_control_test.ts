// Goal: verbs of a site by its state, and ServerAutoStart that follows. Method: a fake service.
import { assertEquals } from "@std/assert";
import type { CommandIo } from "../../mod/cli/core/command.ts";
import { controlSite, siteStates } from "../../mod/cli/site_control.ts";
import { Store } from "../../mod/config/store/store.ts";
import { ControlClient } from "../../mod/host/control/control_client.ts";
import { startFakeService } from "../support/fake_service.ts";
import { tempFolder } from "../support/temp_folder.ts";

Deno.test("controlSite() gives the code of what the state allows", async () => {
  await using home = await tempFolder();
  const store = new Store({
    file: home.at("config.json"),
  });
  const control = new ControlClient(home.at("run"));
  const io = { store, control, note: () => {} } as unknown as CommandIo;
  assertEquals(await controlSite(io, "START", 1), 1062);
  assertEquals((await siteStates(io))(1), undefined);
  const service = await startFakeService(home.path, "W3SVC");
  const steps: [verb: "START" | "STOP" | "PAUSE" | "CONTINUE", code: number, state: number][] = [
    ["START", 1056, 2],
    ["CONTINUE", 1061, 2],
    ["PAUSE", 0, 6],
    ["PAUSE", 1061, 6],
    ["CONTINUE", 0, 2],
    ["STOP", 0, 4],
    ["STOP", 1062, 4],
    ["PAUSE", 1062, 4],
    ["START", 0, 2],
  ];
  for (const [verb, code, state] of steps) {
    assertEquals([await controlSite(io, verb, 1), (await siteStates(io))(1)], [code, state], verb);
    const { sites } = await store.read();
    if (code === 0) assertEquals(sites[0]?.autoStart, state !== 4, verb);
  }
  await service.close();
});
