// Goal: each record is in its own log, and on disk after close(). Method: a temporary directory.
import { assertEquals, assertMatch } from "@std/assert";
import type { Endpoint, Ip } from "../../mod/base/address.ts";
import { effectiveSettings } from "../../mod/config/document/settings.ts";
import { ServiceLogs } from "../../mod/telemetry/service_logs.ts";
import { stateEntered } from "../../mod/telemetry/events/event.ts";
import { fakeRequest } from "../support/request.ts";
import { tempFolder } from "../support/temp_folder.ts";

const CLIENT: Endpoint = { ip: "127.0.0.1" as Ip, port: 50000 };
const LOCAL: Endpoint = { ip: "127.0.0.2" as Ip, port: 80 };

/** The lines of the one file in `folder`, without `#` lines. */
function lines(folder: string): string[] {
  const [name] = [...Deno.readDirSync(folder)].map((entry) => entry.name);
  const text = Deno.readTextFileSync(`${folder}/${name}`);
  return text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
}

Deno.test("ServiceLogs writes refusals, events, and the responses of sites only", async () => {
  await using folder = await tempFolder();
  const reported: string[] = [];
  const logs = new ServiceLogs(folder.path, (line) => void reported.push(line));
  const record = {
    status: 200,
    sentBytes: 1,
    contentBytes: 0,
    receivedBytes: 2,
    durationMs: 3,
    win32Status: 0,
  };
  const request = (path: string, siteId: number | null): ReturnType<typeof fakeRequest> => {
    return Object.assign(fakeRequest({ path }), { siteId });
  };
  logs.served({ ...record, request: request("/one", 1) });
  logs.served({ ...record, request: request("/seven", 7) });
  logs.served({ ...record, request: request("/nobody", null) });
  logs.refused({
    local: LOCAL,
    remote: CLIENT,
    version: "HTTP/1.1",
    method: "GET",
    target: "/refused",
    status: 400,
    siteId: null,
    reason: "Hostname",
  });
  logs.event(stateEntered("HTTP SSL", "running"));
  await logs.close();
  assertEquals(reported, [], "no log had trouble");

  assertEquals(folder.names(), ["HTTPERR", "W3SVC1", "W3SVC7", "events1.ndjson"]);
  const [one, seven] = [lines(folder.at("W3SVC1")), lines(folder.at("W3SVC7"))];
  assertEquals([one.length, seven.length], [1, 1]);
  assertMatch(one[0]!, / GET \/one /);
  assertMatch(seven[0]!, / GET \/seven /);
  assertMatch(lines(folder.at("HTTPERR"))[0]!, / HTTP\/1\.1 GET \/refused 400 - Hostname /);
  const event = JSON.parse(await Deno.readTextFile(folder.at("events1.ndjson"))) as {
    text: string;
  };
  assertMatch(event.text, /HTTP SSL service entered the running state/);
});

Deno.test("ServiceLogs counts what is lost, and forgets the trouble of a log that goes elsewhere", async () => {
  await using folder = await tempFolder();
  const reported: string[] = [];
  const logs = new ServiceLogs(folder.path, (line) => void reported.push(line));
  const request = Object.assign(fakeRequest(), { siteId: 1 });
  const numbers = { sentBytes: 1, contentBytes: 0, receivedBytes: 2, durationMs: 3 };
  const record = { request, status: 200, ...numbers, win32Status: 0 };
  await Deno.writeTextFile(folder.at("W3SVC1"), "no directory");
  for (let i = 0; i < 3; i++) logs.served(record);
  await logs.flush();
  assertEquals(logs.lostLines, 3);
  assertMatch(logs.problems.map(({ text }) => text).join(), /^Cannot write the log in ".*W3SVC1"/);
  const syslog = {
    ...effectiveSettings({
      AccessLogTarget: "syslog",
      AccessLogSyslog: `unix:${folder.path}/nobody`,
    }),
  };
  await logs.reconfigure(syslog);
  assertEquals(logs.problems, []);
  logs.served(record);
  await logs.flush();
  assertEquals(logs.lostLines, 4);
  assertMatch(logs.problems[0]!.text, /^Cannot write the access log to syslog \(unix:.*nobody\): /);
  assertMatch(
    reported.at(-1)!,
    /^The log to syslog \(unix:.*\) cannot be written: .*log lines are/,
  );
  await Deno.remove(folder.at("W3SVC1"));
  await logs.reconfigure(effectiveSettings({ AccessLogFormat: "combined" }));
  assertEquals(logs.problems, []);
  logs.served(record);
  await logs.close();
  assertEquals([logs.lostLines, lines(folder.at("W3SVC1")).length], [4, 1]);
});

Deno.test("ServiceLogs writes to files what should go to a stdout that is not there", async () => {
  await using folder = await tempFolder();
  const logs = new ServiceLogs(folder.path, () => {}, { hasStdout: false });
  const settings = effectiveSettings({ AccessLogFormat: "json", AccessLogTarget: "stdout" });
  await logs.reconfigure({ ...settings, siteNames: [[1, "one"]] });
  assertMatch(logs.problems[0]!.text, /^a service in the background has no stdout/);
  const request = Object.assign(fakeRequest(), { siteId: 1 });
  const numbers = { sentBytes: 1, contentBytes: 0, receivedBytes: 2, durationMs: 3 };
  logs.served({ request, status: 200, ...numbers, win32Status: 0 });
  await logs.flush();
  assertEquals(JSON.parse(lines(folder.at("W3SVC1"))[0]!).httpcfg.site.name, "one");
  await logs.reconfigure(effectiveSettings({}));
  assertEquals(logs.problems, []);
  await logs.close();
});
