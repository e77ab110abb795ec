// Goal: one line for each site that does not do what it should. Method: statuses.
import { assertEquals } from "@std/assert";
import { siteProblems } from "../../../mod/cli/core/site_problems.ts";
import { serviceStatus } from "../../support/command_home.ts";

Deno.test("siteProblems() reports sites that failed, wait or run in part", () => {
  assertEquals(siteProblems(serviceStatus({})), "");
  const status = serviceStatus({}, {
    sites: [
      { id: 1, name: "well", state: "started", reason: null, bindings: [] },
      { id: 2, name: "half", state: "started", reason: "127.0.0.2:80 is taken", bindings: [] },
      { id: 3, name: 'out "of"\nlist', state: "stopped", reason: "not listed", bindings: [] },
      { id: 4, name: "resting", state: "stopped", reason: null, bindings: [] },
    ],
  });
  assertEquals(
    siteProblems(status),
    'Site "half" runs in part: 127.0.0.2:80 is taken\n' +
      'Site "out \\"of\\"\\nlist" did not start: not listed',
  );
});
