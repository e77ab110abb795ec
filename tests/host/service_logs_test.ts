import { assertEquals, assertMatch } from "@std/assert";
import { ServiceLogs } from "../../mod/host/service_logs.ts";
import { effectiveSettings } from "../../mod/config/settings.ts";
import { stateEntered } from "../../mod/telemetry/event.ts";
import { fakeRequest } from "../support/request.ts";
import { tempFolder } from "../support/temp_folder.ts";

const SERVED = { status: 200, sentBytes: 1, receivedBytes: 2, durationMs: 3, win32Status: 0 };

Deno.test("ServiceLogs writes each kind to its own place, and leaves out who has no site", async () => {
  await using temp = await tempFolder();
  const told: string[] = [];
  const logs = new ServiceLogs(temp.path, (line) => void told.push(line));
  const request = fakeRequest();
  logs.served({ ...SERVED, request });
  request.siteId = 3;
  logs.served({ ...SERVED, request });
  const { local, remote } = request;
  const unknown = { version: null, method: null, target: null, status: null, siteId: null };
  logs.refused({ local, remote, ...unknown, reason: "Timer_HeaderWait" });
  logs.event(stateEntered("HTTP SSL", "running"));
  await logs.flush();
  assertEquals(temp.names(), ["HTTPERR", "W3SVC3", "events1.ndjson"]);
  await logs.reconfigure(effectiveSettings({ LogEnabled: false }));
  logs.served({ ...SERVED, request });
  logs.reopen();
  await logs.close();
  const [file] = [...Deno.readDirSync(temp.at("W3SVC3"))].map(({ name }) => name);
  const lines = Deno.readTextFileSync(temp.at(`W3SVC3/${file}`)).match(/^[^#].*$/gm);
  assertEquals([lines?.length, told], [1, []]);
});

Deno.test({
  name: "ServiceLogs tells who watches when not even the event log can be written",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using temp = await tempFolder();
    await Deno.symlink("/dev/full", temp.at("events1.ndjson"));
    const told: string[] = [];
    const logs = new ServiceLogs(temp.path, (line) => void told.push(line));
    for (let i = 0; i < 3; i++) {
      logs.event(stateEntered("HTTP SSL", "running"));
      await logs.flush();
    }
    await logs.close();
    assertEquals(told.length, 1);
    assertMatch(told[0]!, /^The log in .* cannot be written: .*space/);
  },
});
