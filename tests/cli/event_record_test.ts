// Goal: events of the command line stand in the service's log. Method: write, then read.
import { assertEquals } from "@std/assert";
import type { CommandIo } from "../../mod/cli/core/command.ts";
import { recordEvent } from "../../mod/cli/event_record.ts";
import { reservationAdded } from "../../mod/telemetry/events/event.ts";
import { readEvents } from "../../mod/telemetry/events/event_log.ts";
import { tempFolder } from "../support/temp_folder.ts";

Deno.test("recordEvent() appends, and a folder that cannot be written costs nothing", async () => {
  await using folder = await tempFolder();
  const io = { paths: { log: folder.at("log") } } as unknown as CommandIo;
  await recordEvent(io, reservationAdded("http://+:80/"));
  const events = await readEvents(folder.at("log"), 10);
  assertEquals(events.map(({ source, id }) => [source, id]), [["HTTP", 15007]]);
  Deno.writeTextFileSync(folder.at("file"), "");
  const bad = { paths: { log: folder.at("file") } } as unknown as CommandIo;
  await recordEvent(bad, reservationAdded("http://+:80/"));
});
