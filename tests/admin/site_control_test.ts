// Goal: the verbs of a site by its state, and ServerAutoStart follows. Method: a fake service.
import { assertEquals } from "@std/assert";
import { type AdminIo, codeOf } from "../../mod/admin/admin_io.ts";
import { controlSite, setAutoStart, siteStates } from "../../mod/admin/site_control.ts";
import type { SiteVerb } from "../../mod/host/control/control_protocol.ts";
import { ControlClient } from "../../mod/host/control/control_client.ts";
import { commandHome } from "../support/command_home.ts";
import { startFakeService } from "../support/fake_service.ts";
import { storeAt } from "../support/store.ts";
import { tempFolder } from "../support/temp_folder.ts";

Deno.test("controlSite() returns the code for the state of the site", async () => {
  await using home = await commandHome();
  const store = storeAt(`${home.path}/config.json`);
  const control = new ControlClient(`${home.path}/run`);
  const io = { store, control } as unknown as AdminIo;
  assertEquals(codeOf(await controlSite(io, "start", 1)), 1062);
  assertEquals((await siteStates(io))(1), undefined);
  await startFakeService(home, "W3SVC");
  const steps: [verb: SiteVerb, code: number, state: number][] = [
    ["start", 1056, 2],
    ["continue", 1061, 2],
    ["pause", 0, 6],
    ["pause", 1061, 6],
    ["continue", 0, 2],
    ["stop", 0, 4],
    ["stop", 1062, 4],
    ["pause", 1062, 4],
    ["start", 0, 2],
  ];
  for (const [verb, code, state] of steps) {
    const result = await controlSite(io, verb, 1);
    assertEquals([codeOf(result), (await siteStates(io))(1)], [code, state], verb);
    const { sites } = await store.read();
    if (code === 0) assertEquals(sites[0]?.autoStart, state !== 4, verb);
  }
});

Deno.test("setAutoStart() changes the site as it is stored now, and no other", async () => {
  await using home = await tempFolder();
  const store = storeAt(home.at("config.json"));
  const io = { store } as unknown as AdminIo;
  await store.update((document) => {
    const [site] = document.sites;
    const other = { ...site!, id: 2, name: "other", bindings: [":8081:"] };
    return { ...document, sites: [{ ...site!, name: "renamed meanwhile" }, other] };
  });
  assertEquals(codeOf(await setAutoStart(io, 1, false)), 0);
  const { sites } = await store.read();
  assertEquals(sites.map(({ name, autoStart }) => [name, autoStart]), [
    ["renamed meanwhile", false],
    ["other", true],
  ]);
  assertEquals(codeOf(await setAutoStart(io, 7, true)), 2);
});
