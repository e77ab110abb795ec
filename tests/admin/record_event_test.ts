// Goal: events of commands are in the log of the service. Method: write, then read.
import { assertEquals } from "@std/assert";
import { recordEvent } from "../../mod/admin/record_event.ts";
import { reservationAdded } from "../../mod/telemetry/events/event.ts";
import { readEvents } from "../../mod/telemetry/events/event_log.ts";
import { tempFolder } from "../support/temp_folder.ts";

Deno.test("recordEvent() appends, and ignores a directory that cannot be written", async () => {
  await using folder = await tempFolder();
  await recordEvent(folder.at("log"), () => 0, reservationAdded("http://+:80/"));
  const events = await readEvents(folder.at("log"), 10);
  assertEquals(events.map(({ source, id, time }) => [source, id, time]), [
    ["HTTP", 15007, "1970-01-01T00:00:00.000Z"],
  ]);
  Deno.writeTextFileSync(folder.at("file"), "");
  await recordEvent(folder.at("file"), Date.now, reservationAdded("http://+:80/"));
});
