import { assertEquals } from "@std/assert";
import { endSignals, reopenSignal } from "../../../mod/host/process/signals.ts";

Deno.test("every event of a console ends a service on Windows, and two signals elsewhere", () => {
  assertEquals(endSignals("windows"), ["SIGINT", "SIGBREAK", "SIGHUP", "SIGTERM"]);
  for (const os of ["linux", "darwin", "freebsd"]) {
    assertEquals(endSignals(os), ["SIGINT", "SIGTERM"]);
  }
});

Deno.test("SIGHUP opens the logs again where it does not say that the console has closed", () => {
  assertEquals(["linux", "darwin", "windows"].map(reopenSignal), ["SIGHUP", "SIGHUP", null]);
});
