// Goal: the event log as text and rows, selected by source, id and count. Method: three events.
import { assertEquals } from "@std/assert";
import { bindFailed, stateEntered } from "../../../mod/telemetry/events/event.ts";
import { EventLog } from "../../../mod/telemetry/events/event_log.ts";
import { commandHome } from "../../support/command_home.ts";

Deno.test("events prints what was written, newest last", async () => {
  await using home = await commandHome();
  const now = (): number => Date.UTC(2026, 0, 2, 3, 4, 5);
  const log = new EventLog({ folder: `${home.path}/log`, now, onTrouble: () => {} });
  log.write(stateEntered("HTTP SSL", "running"));
  log.write(bindFailed("127.0.0.9:80", { error: 10049, detail: "no interface has it" }));
  log.write(stateEntered("HTTP SSL", "stopped"));
  await log.close();
  const when = "2026-01-02 03:04:05";
  const bound = `${when} HTTP 15005 error: Unable to bind to the underlying transport for ` +
    "127.0.0.9:80. The IP Listen-Only list may contain a reference to an interface which may not " +
    "exist on this machine. The data field contains the error number.\n" +
    "    error number 10049\n    no interface has it\n";
  const started =
    `${when} Service Control Manager 7036 information: The HTTP SSL service entered ` +
    "the running state.\n";
  const stopped = started.replace("running", "stopped");
  const cases: [line: string, out: string][] = [
    ["events", started + bound + stopped],
    ["events --source http", bound],
    ["events --id 7036 --limit 1", stopped],
    ["events --limit 0", ""],
    [
      "events --id 15005 --format tsv",
      "time\tsource\tid\tlevel\ttext\terror\tdetail\n2026-01-02T03:04:05.000Z\tHTTP\t15005\terror\t" +
      `${bound.split("error: ")[1]!.split("\n")[0]}\t10049\tno interface has it\n`,
    ],
  ];
  for (const [line, out] of cases) {
    assertEquals(await home.run(line), { status: 0, out, note: "" }, line);
  }
});
