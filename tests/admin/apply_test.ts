// Goal: a notice after a write, only if it helps. Method: services in each state, and none.
import { assertEquals } from "@std/assert";
import type { AdminIo, Notice } from "../../mod/admin/admin_io.ts";
import { applyOrAdvise } from "../../mod/admin/apply.ts";
import { DeniedFault, Fault } from "../../mod/base/fault.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import type { ControlRequest } from "../../mod/host/control/control_protocol.ts";
import type { ServiceStatus } from "../../mod/host/control/status.ts";
import type { ServiceName } from "../../mod/host/services/service_table.ts";
import { serviceStatus } from "../support/command_home.ts";

type Answer = (request: ControlRequest) => Promise<ServiceStatus | null>;

/** The notices after a change of what `reader` reads. */
function notices(
  reader: "HTTP" | "W3SVC",
  ask: Answer,
  settings: ConfigDocument["settings"] = {},
  changed = true,
): Promise<Notice[]> {
  return applyOrAdvise(
    {
      control: { ask },
      store: {
        readList: () => Promise.resolve([]),
      },
      env: () => undefined,
      consent: () => true,
      asAdministrator: (words: readonly string[] = []) => `sudo httpcfg ${words.join(" ")}`,
    } as unknown as AdminIo,
    reader,
    { changed, after: { ...DEFAULT_DOCUMENT, settings } },
  );
}

const UP = serviceStatus({ HTTP: "running", W3SVC: "running" });

Deno.test("applyOrAdvise() names the commands that apply it, while the reader is up", async () => {
  for (const state of ["running", "starting", "paused"] as const) {
    const up = () => Promise.resolve(serviceStatus({ HTTP: state, W3SVC: state }));
    assertEquals(await notices("HTTP", up), [{
      kind: "note",
      text: "stored; HTTP reads the list and the settings when it starts",
      hint: "httpcfg reload\nhttpcfg net stop http /y; httpcfg net start w3svc",
    }]);
    assertEquals(
      (await notices("W3SVC", up))[0]?.text,
      "stored; W3SVC reads the sites when it starts",
    );
  }
});

Deno.test("applyOrAdvise() is silent if nothing has to be applied, and never fails", async () => {
  const only = (...names: ServiceName[]): Answer => () => {
    return Promise.resolve(serviceStatus(Object.fromEntries(names.map((n) => [n, "running"]))));
  };
  assertEquals(await notices("HTTP", only("IISADMIN")), []);
  assertEquals(await notices("W3SVC", only("HTTP", "HTTPFilter")), []);
  assertEquals(await notices("HTTP", () => Promise.resolve(null)), []);
  assertEquals(await notices("HTTP", () => Promise.resolve(UP), {}, false), []);
  const denied = new DeniedFault("another user's", { hint: "ls -l /run" });
  assertEquals(await notices("HTTP", () => Promise.reject(denied)), [{
    kind: "warning",
    text: "stored, but not applied: another user's",
    hint: "sudo httpcfg reload",
  }]);
});

Deno.test("applyOrAdvise() reloads if applyChanges is live, and reports a refusal", async () => {
  const ops: string[] = [];
  const well: Answer = ({ op }) => {
    ops.push(op);
    return Promise.resolve(UP);
  };
  const live = { applyChanges: "live" };
  assertEquals(await notices("HTTP", well, live), [{ kind: "note", text: "stored and applied" }]);
  assertEquals(ops.at(-1), "reload");
  const refused: Answer = ({ op }) => {
    const fault = new Fault('Cannot listen on "x"', { hint: "httpcfg who 80" });
    return op === "reload" ? Promise.reject(fault) : Promise.resolve(UP);
  };
  assertEquals(await notices("HTTP", refused, live), [{
    kind: "warning",
    text: 'stored, but not applied: Cannot listen on "x"',
    hint: "httpcfg who 80",
  }]);
});
