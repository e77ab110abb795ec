// Goal: what another process has told counts while it goes on telling, and no longer.
import { assertEquals } from "@std/assert";
import { ReportedAgent } from "../../../mod/host/fleet/reported_agent.ts";

const REPORT = { pid: 7, status: null, problems: [], events: [] };

Deno.test("ReportedAgent has the last report for twenty seconds", () => {
  let now = 0;
  const reported = new ReportedAgent(() => now);
  assertEquals(reported.current, null);
  reported.take(REPORT);
  assertEquals(reported.current, REPORT);
  now = 19_999;
  assertEquals(reported.current, REPORT);
  now = 20_000;
  assertEquals(reported.current, null);
  reported.take(REPORT);
  assertEquals(reported.current, REPORT);
});

Deno.test("ReportedAgent has nothing of an agent that has ended", () => {
  const reported = new ReportedAgent(() => 0);
  reported.take(REPORT);
  reported.take(null);
  assertEquals(reported.current, null);
});
