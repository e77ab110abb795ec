// Goal: the events of HTTP.sys and W3SVC for what could not be opened. Method: plans made by hand.
import { atOnce } from "../../../mod/base/work/steps.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { WIN32 } from "../../../mod/base/win32.ts";
import { checkDocument } from "../../../mod/config/document/check.ts";
import { DEFAULT_DOCUMENT, type SiteRecord } from "../../../mod/config/document/document.ts";
import { DocumentFault } from "../../../mod/config/document/document_problems.ts";
import { changeEvents, documentEvents, planEvents } from "../../../mod/host/web/plan_events.ts";
import { CONTENT_RULES } from "../../../mod/site/kinds/kinds.ts";
import type { NewEvent } from "../../../mod/telemetry/events/event.ts";
import type { Plan } from "../../../mod/listen/plan/plan.ts";
import { plannedEndpoint, plannedSite, planOf } from "../../support/plans.ts";

function sites(...bindings: string[]): SiteRecord[] {
  return bindings.map((binding, i) => {
    return { ...DEFAULT_DOCUMENT.sites[0]!, id: i + 1, bindings: [binding] };
  });
}

Deno.test("planEvents() returns 15005 for each socket that could not be opened, no other", () => {
  const plan = planOf([
    plannedEndpoint("127.0.0.2:80", "open"),
    plannedEndpoint("127.0.0.3:80", "keep"),
    plannedEndpoint("127.0.0.4:80", "close"),
    plannedEndpoint("127.0.0.5:80", "wait", { cause: "not here" }),
    plannedEndpoint("[::1]:80", "refused", { cause: "taken" }),
  ]);
  const events = atOnce(planEvents(plan, []));
  assertEquals(
    events.map(({ source, id, level, error, detail }) => {
      return { source, id, level, error, detail };
    }),
    [
      {
        source: "HTTP",
        id: 15005,
        level: "error",
        error: WIN32.WSAEADDRNOTAVAIL,
        detail: "not here",
      },
      { source: "HTTP", id: 15005, level: "error", error: WIN32.WSAEADDRINUSE, detail: "taken" },
    ],
  );
  assertStringIncludes(events[1]!.text, "Unable to bind to the underlying transport for [::1]:80.");
});

Deno.test("planEvents() returns 1004 or 1007 for each failed site, with its URL prefix", () => {
  const plan = planOf([], [
    plannedSite(1, "started"),
    plannedSite(2, "failed", { win32: WIN32.INVALID_NETNAME, reason: "not listed" }),
    plannedSite(3, "failed", { win32: WIN32.ALREADY_EXISTS, reason: "of another site" }),
    plannedSite(4, "failed", { win32: WIN32.SHARING_VIOLATION, reason: "of another process" }),
    plannedSite(5, "waiting"),
    plannedSite(6, "stopped"),
  ]);
  const records = sites(":80:", "127.0.0.5:80:", ":81:www.test", "[::1]:82:", ":83:", ":84:");
  const events = atOnce(planEvents(plan, records));
  assertEquals(events.map(({ id, error }) => [id, error]), [
    [1004, WIN32.INVALID_NETNAME],
    [1007, WIN32.ALREADY_EXISTS],
    [1007, WIN32.SHARING_VIOLATION],
  ]);
  const prefixes = [
    "http://127.0.0.5:80:127.0.0.5/",
    "http://www.test:81/",
    "http://[::1]:82:[::1]/",
  ];
  prefixes.forEach((prefix, i) => assertStringIncludes(events[i]!.text, prefix));
});

Deno.test("changeEvents() returns what changed, and only new failures", () => {
  const old = plannedEndpoint("127.0.0.9:80", "refused", { cause: "taken" });
  const before = planOf([
    old,
    plannedEndpoint("127.0.0.2:80", "open"),
    plannedEndpoint("127.0.0.3:80", "keep"),
  ]);
  const after = planOf([
    old,
    plannedEndpoint("127.0.0.2:80", "keep"),
    plannedEndpoint("127.0.0.3:80", "close", { cause: "no longer listed" }),
    plannedEndpoint("127.0.0.4:80", "open"),
    plannedEndpoint("127.0.0.5:80", "wait", { cause: "not here" }),
  ]);
  const texts = atOnce(changeEvents(before, after, [])).map(({ text, detail }) =>
    `${text} ${detail}`
  );
  assertEquals(texts.length, 3);
  assertStringIncludes(texts[0]!, "127.0.0.4:80");
  assertStringIncludes(texts[1]!, "127.0.0.3:80");
  assertStringIncludes(texts[1]!, "no longer listed");
  assertStringIncludes(texts[2]!, "127.0.0.5:80");
  assertEquals(
    atOnce(changeEvents(after, planOf([old]), [])).length,
    2,
    "one for each closed socket",
  );
});

Deno.test("of more than 100 sockets, one event tells how many more there are", () => {
  const many = (action: "open" | "wait", count: number): Plan =>
    planOf(Array.from({ length: count }, (_, i) => {
      return plannedEndpoint(`10.0.${i >> 8}.${i & 255}:80`, action, { cause: "not here" });
    }));
  assertEquals(atOnce(planEvents(many("wait", 100), [])).length, 100);
  const events = atOnce(planEvents(many("wait", 10_000), []));
  assertEquals([events.length, events[100]?.id, events[100]?.error], [
    101,
    15005,
    WIN32.WSAEADDRNOTAVAIL,
  ]);
  assertStringIncludes(events[100]!.text, "transport for 9900 more endpoints.");
  const opened = atOnce(changeEvents(planOf([]), many("open", 500), []));
  assertEquals(opened.length, 101);
  assertStringIncludes(opened[100]!.text, "Listening on 400 more endpoints has started");
  assertEquals(atOnce(changeEvents(many("wait", 500), many("wait", 600), [])).length, 100);
  assertEquals(atOnce(changeEvents(many("open", 500), planOf([]), [])).length, 101);
});

Deno.test("planEvents() uses an https prefix for a site that is served only over TLS", () => {
  const plan = planOf([], [
    plannedSite(1, "failed", { win32: WIN32.NO_SUCH_LOGON_SESSION, reason: "no certificate" }),
  ]);
  const [site] = sites(":80:");
  const secure = { ...site!, bindings: [], secureBindings: ["10.0.0.2:443:"] };
  const [event] = atOnce(planEvents(plan, [secure]));
  assertEquals([event?.id, event?.error], [1004, 1312]);
  assertStringIncludes(event!.text, "'https://10.0.0.2:443:10.0.0.2/'");
});

Deno.test("documentEvents() returns 15014 and 1003 for what is invalid, and never 15015", () => {
  const [site] = DEFAULT_DOCUMENT.sites;
  const eventsOf = (change: Record<string, unknown>): NewEvent[] => {
    const { problems } = checkDocument({ ...DEFAULT_DOCUMENT, ...change }, CONTENT_RULES);
    return documentEvents(new DocumentFault("Cannot use it", problems));
  };
  const events = eventsOf({
    ipListen: ["1.2.3", "10.0.0.1", 'a "quoted" entry', "x".repeat(200)],
    sites: [{ ...site, bindings: ["eighty"], secureBindings: [":x:"] }],
    urlAcl: [{ url: "nothing", sddl: "" }],
  });
  assertEquals(events.map(({ source, id, error }) => [source, id, error]), [
    ["HTTP", 15014, 87],
    ["HTTP", 15014, 87],
    ["HTTP", 15014, 87],
    ["W3SVC", 1003, 87],
    ["W3SVC", 1003, 87],
  ]);
  assertStringIncludes(events[0]!.text, "IP Listen-Only list entry 1.2.3.");
  assertStringIncludes(events[1]!.text, 'IP Listen-Only list entry a "quoted" entry.');
  assertStringIncludes(events[2]!.text, `IP Listen-Only list entry ${"x".repeat(200)}.`);
  assertStringIncludes(events[3]!.text, "URL prefix 'eighty' for site 'sites[0]'");
  assertStringIncludes(eventsOf({ ipListen: [7] })[0]!.text, "list entry 7.");
  assertEquals(documentEvents(new Error("another")), []);
});
