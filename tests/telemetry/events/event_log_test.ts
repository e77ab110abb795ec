import { assertEquals } from "@std/assert";
import { quote } from "../../../mod/base/fault.ts";
import { reservationAdded, stateEntered } from "../../../mod/telemetry/events/event.ts";
import { EventLog, parseEvent, readEvents } from "../../../mod/telemetry/events/event_log.ts";
import { tempFolder } from "../../support/temp_folder.ts";

Deno.test("EventLog stores events, and readEvents() returns them, newest last", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  assertEquals(await readEvents(`${folder}/none`, 10), []);
  let nowMs = Date.UTC(2026, 10, 22, 12);
  const log = open(folder, () => nowMs++);
  log.write(reservationAdded("http://+:80/"));
  log.write(stateEntered("HTTP SSL", "running"));
  await log.close();
  const events = await readEvents(folder, 10);
  assertEquals(events.map(({ id }) => id), [15007, 7036]);
  assertEquals(events[0]!.time, "2026-11-22T12:00:00.000Z");
  assertEquals((await readEvents(folder, 1)).map(({ id }) => id), [7036]);
  assertEquals(await readEvents(folder, 0), []);
});

Deno.test("EventLog keeps the newest events in memory, each with a number", async () => {
  await using temp = await tempFolder();
  const log = open(temp.path, () => 0);
  assertEquals(log.recent, []);
  for (let i = 1; i <= 70; i++) log.write(reservationAdded(`http://${i}/`));
  const { recent } = log;
  assertEquals([recent.length, recent[0]!.serial, recent.at(-1)!.serial], [50, 21, 70]);
  assertEquals(recent.every(({ serial, text }) => text.includes(`http://${serial}/`)), true);
  await log.close();
});

Deno.test("EventLog is limited on disk, and readEvents() reads across its files", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const log = open(folder, () => 0);
  const long = "x".repeat(100_000);
  for (let i = 0; i < 80; i++) {
    log.write(reservationAdded(`http://${i}/${long}`));
    await log.flush();
  }
  log.tick();
  await log.close();
  let bytes = 0;
  let files = 0;
  for await (const { name } of Deno.readDir(folder)) {
    bytes += (await Deno.stat(`${folder}/${name}`)).size;
    files++;
  }
  assertEquals(files, 4);
  assertEquals(bytes <= 4 * 1024 * 1024, true);
  const texts = (await readEvents(folder, 25)).map(({ text }) =>
    /http:\/\/([0-9]+)/.exec(text)?.[1]
  );
  assertEquals(texts, Array.from({ length: 25 }, (_, i) => `${55 + i}`));
});

Deno.test("EventLog writes to a new file of the same name after reopen()", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const log = open(folder, () => 0);
  log.write(reservationAdded("http://+:80/"));
  await log.flush();
  await Deno.rename(`${folder}/events1.ndjson`, `${folder}/moved`);
  log.reopen();
  log.write(stateEntered("x", "stopped"));
  await log.close();
  assertEquals((await readEvents(folder, 9)).map(({ id }) => id), [7036]);
});

function open(folder: string, now: () => number): EventLog {
  return new EventLog({
    folder,
    now,
    onTrouble: ({ error }) => {
      if (error !== null) throw error;
    },
  });
}

Deno.test("parseEvent() accepts stored lines and rejects incomplete ones", () => {
  const stored = { time: "2026-11-22T12:00:00.000Z", ...stateEntered("HTTP SSL", "running") };
  assertEquals(parseEvent(JSON.stringify(stored)), stored);
  for (
    const broken of [
      "",
      "{",
      "null",
      "1",
      "[]",
      '{"id":1}',
      JSON.stringify({ ...stored, id: "7036" }),
      JSON.stringify(stored).slice(0, 40),
    ]
  ) {
    assertEquals(parseEvent(broken), null, broken);
  }
});

Deno.test("readEvents() returns what can be read, and says what cannot", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const event = { time: "2026-01-02T03:04:05.000Z", source: "a", id: 1, level: "error", text: "b" };
  await Deno.writeTextFile(`${folder}/events2.ndjson`, `${JSON.stringify(event)}\n`);
  await Deno.mkdir(`${folder}/events1.ndjson`);
  const faults: string[] = [];
  assertEquals(await readEvents(folder, 9, ({ message }) => void faults.push(message)), [event]);
  assertEquals(faults, [
    `Cannot read the events in ${quote(temp.at("events1.ndjson"))}: is a directory`,
  ]);
});
