// Goal: a word after a write, only where it helps. Method: services in each state, and none.
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { CommandIo } from "../../mod/cli/core/command.ts";
import { tellHowToApply } from "../../mod/cli/apply_note.ts";
import type { ServiceStatus } from "../../mod/host/control/status.ts";
import type { ServiceName } from "../../mod/host/services/service_table.ts";
import { DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { serviceStatus } from "../support/io.ts";

/** What is said after a change of what `reader` reads. */
async function notes(
  reader: "HTTP" | "W3SVC",
  ask: () => Promise<ServiceStatus | null>,
): Promise<string[]> {
  const said: string[] = [];
  const control = { ask } as unknown as CommandIo["control"];
  const store = { read: () => Promise.resolve(DEFAULT_DOCUMENT) } as unknown as CommandIo["store"];
  await tellHowToApply(
    { control, store, note: (text) => void said.push(text) } as CommandIo,
    reader,
  );
  return said;
}

Deno.test("tellHowToApply() names the services to stop and start, while they are up", async () => {
  for (const state of ["running", "starting", "paused"] as const) {
    const up = (): Promise<ServiceStatus> => {
      return Promise.resolve(serviceStatus({ HTTP: state, W3SVC: state }));
    };
    const [list = ""] = await notes("HTTP", up);
    assertStringIncludes(list, "httpcfg net stop http /y, then httpcfg net start w3svc");
    const [sites = ""] = await notes("W3SVC", up);
    assertStringIncludes(sites, "httpcfg net stop w3svc, then httpcfg net start w3svc");
  }
});

Deno.test("tellHowToApply() is silent where nothing has to be applied, and never fails", async () => {
  const only = (...names: ServiceName[]) => (): Promise<ServiceStatus> => {
    return Promise.resolve(serviceStatus(Object.fromEntries(names.map((n) => [n, "running"]))));
  };
  assertEquals(await notes("HTTP", only("IISADMIN")), []);
  assertEquals(await notes("W3SVC", only("HTTP", "HTTPFilter")), []);
  assertEquals(await notes("HTTP", () => Promise.resolve(null)), []);
  assertEquals(await notes("HTTP", () => Promise.reject(new Error("another user's"))), []);
});
