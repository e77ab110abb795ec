import { assertEquals } from "@std/assert";
import * as events from "../../../mod/telemetry/events/event.ts";

Deno.test("events have the numbers, sources and texts of the originals", () => {
  const cause = { error: 10049, detail: "held by pid 7" };
  const cases: [made: events.NewEvent, id: number, source: string, text: string][] = [
    [
      events.bindFailed("192.168.33.1:443", cause),
      15005,
      "HTTP",
      "Unable to bind to the underlying transport for 192.168.33.1:443. The IP Listen-Only list " +
      "may contain a reference to an interface which may not exist on this machine. The data " +
      "field contains the error number.",
    ],
    [
      events.reservationAdded("http://+:80/x/"),
      15007,
      "HTTP",
      "Reservation for the namespace identified by URL prefix http://+:80/x/ was successfully added.",
    ],
    [
      events.reservationDeleted("http://+:80/x/"),
      15008,
      "HTTP",
      "Reservation for namespace identified by URL prefix http://+:80/x/ was successfully deleted.",
    ],
    [
      events.listEntryUnusable("x", cause),
      15014,
      "HTTP",
      "Unable to convert IP Listen-Only list entry x. The data field contains the error number.",
    ],
    [
      events.urlInvalid("http://*:80/", "2", cause),
      1003,
      "W3SVC",
      "Cannot register the URL prefix 'http://*:80/' for site '2'. The URL may be invalid. The site " +
      "has been deactivated. The data field contains the error number.",
    ],
    [
      events.siteDeactivated("http://*:80/", "2", cause),
      1004,
      "W3SVC",
      "Cannot register the URL prefix 'http://*:80/' for site '2'. The site has been deactivated. " +
      "The data field contains the error number.",
    ],
    [
      events.bindingInUse("http://*:80/", "2", cause),
      1007,
      "W3SVC",
      "Cannot register the URL prefix 'http://*:80/' for site '2'. The necessary network binding " +
      "may already be in use. The site has been deactivated. The data field contains the error " +
      "number.",
    ],
    [
      events.controlSent("HTTP SSL", "stop"),
      7035,
      "Service Control Manager",
      "The HTTP SSL service was successfully sent a stop control.",
    ],
    [
      events.stateEntered("HTTP SSL", "stopped"),
      7036,
      "Service Control Manager",
      "The HTTP SSL service entered the stopped state.",
    ],
  ];
  for (const [made, id, source, text] of cases) {
    assertEquals([made.id, made.source, made.text], [id, source, text]);
  }
  assertEquals(events.bindFailed("x", cause).error, 10049);
  assertEquals(events.bindFailed("x", cause).detail, "held by pid 7");
  assertEquals("error" in events.stateEntered("HTTP", "running"), false);
});

Deno.test("logTrouble() distinguishes the beginning and the end of a failure", () => {
  assertEquals(events.logTrouble("in /log", "no space", 1).level, "warning");
  assertEquals(
    events.logTrouble("in /log", null, 12).text,
    "The log in /log is being written again. 12 lines were lost.",
  );
});
