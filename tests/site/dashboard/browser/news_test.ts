import { assertEquals } from "@std/assert";
import type { DashboardView } from "../../../../mod/site/about/dashboard_view.ts";
import { newsOf } from "../../../../mod/site/dashboard/browser/news.js";
import { addressRow, FLEET, VIEW } from "../../../support/about/dashboard.ts";

function withAddresses(...addresses: DashboardView["addresses"]): DashboardView {
  return { ...VIEW, addresses };
}

Deno.test("news are the states that have changed, and no numbers", () => {
  const open = addressRow("10.0.0.1:80");
  const busy = { ...open, requests: 5 };
  const wait = { ...open, state: "wait" as const, cause: "no interface has it" };
  const cases = [
    [withAddresses(open), withAddresses(open), ""],
    [withAddresses(open), withAddresses(busy), ""],
    [withAddresses(open), withAddresses(wait), "Address 10.0.0.1:80: wait, no interface has it."],
    [withAddresses(), withAddresses(open), "Address 10.0.0.1:80: open."],
    [withAddresses(open), withAddresses(), "Address 10.0.0.1:80: gone."],
  ] as const;
  for (const [before, after, want] of cases) assertEquals(newsOf(before, after), want);
});

Deno.test("of many changes a few are told", () => {
  const rows = Array.from({ length: 10 }, (_, i) => addressRow(`10.0.0.${i}:80`));
  assertEquals(
    newsOf(withAddresses(), withAddresses(...rows)),
    "Address 10.0.0.0:80: open. Address 10.0.0.1:80: open. Address 10.0.0.2:80: open. And 7 more.",
  );
});

Deno.test("what becomes of a member of a fleet is told", () => {
  const refused = { ...FLEET, outcome: "refused", problems: ["no certificate", "more"] } as const;
  const away = { ...FLEET, isStoreUp: false, reason: "connection refused" };
  const cases = [
    [null, null, ""],
    [FLEET, { ...FLEET, head: 8, overrides: ["ipListen"] }, ""],
    [null, FLEET, "Fleet: revision 7, applied."],
    [FLEET, null, "Fleet: left."],
    [FLEET, { ...FLEET, revision: 8 }, "Fleet: revision 8, applied."],
    [FLEET, refused, "Fleet: revision 7, refused, no certificate."],
    [FLEET, away, "Store of the fleet: down, connection refused."],
    [away, FLEET, "Store of the fleet: up."],
    [null, { ...FLEET, revision: null }, "Fleet: revision none, applied."],
  ] as const;
  for (const [before, after, want] of cases) {
    assertEquals(newsOf({ ...VIEW, fleet: before }, { ...VIEW, fleet: after }), want);
  }
});
