// Goal: a reason never confuses the stored list with the one in force. Method: tables, and a plan.
import { atOnce } from "../../../mod/base/work/steps.ts";
import { assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import { compareLists, inclusionOn, whyExcluded } from "../../../mod/listen/plan/exclusion.ts";
import type { OtherList } from "../../../mod/listen/plan/plan.ts";
import { machineOf } from "../../support/machine.ts";
import { plannedSite, planOf } from "../../support/plans.ts";

const MACHINE = machineOf(["10.0.0.5/24 eth0"]);

Deno.test("whyExcluded() names the list, and the other one where that includes the address", () => {
  const cases: readonly (readonly [entry: string | null, other: OtherList | null, why: string])[] =
    [
      [null, null, "not on the IP inclusion list"],
      ["!10.0.0.9", null, 'excluded from the IP inclusion list by "!10.0.0.9"'],
      [null, "stored", "not on the IP inclusion list in force; the stored list includes it"],
      [
        "!10.0.0.9",
        "in force",
        'excluded from the IP inclusion list as stored by "!10.0.0.9"; the list in force includes it',
      ],
    ];
  for (const [entry, other, why] of cases) assertEquals(whyExcluded({ entry }, other), why);
});

Deno.test("inclusionOn() knows the interfaces of the machine", () => {
  const includes = atOnce(inclusionOn(parseList(["eth0"]), MACHINE));
  assertEquals([includes("10.0.0.5" as Ip), includes("10.0.0.6" as Ip)], [true, false]);
});

Deno.test("compareLists() changes the reasons of the list alone, both ways", () => {
  const excluded = { ip: "10.0.0.5" as Ip, port: 80, entry: null, includedBy: null };
  const refused = plannedSite(1, "failed", { reason: "as planned", excluded });
  const taken = plannedSite(2, "failed", { reason: "taken" });
  const registration = { url: "http://10.0.0.5:80/a/", state: "failed", win32: 1214 } as const;
  const plan = {
    ...planOf([], [refused, taken]),
    registrations: [{ ...registration, reason: "as planned", excluded }],
  };
  const compared = compareLists(plan, "stored", (ip) => ip === "10.0.0.5");
  const reason = "it is bound to 10.0.0.5:80, but 10.0.0.5 is not on the IP inclusion list";
  const other = `${reason} in force; the stored list includes it`;
  assertEquals(compared.sites.map((site) => [site.reason, site.excluded?.includedBy]), [
    [other, "stored"],
    ["taken", undefined],
  ]);
  assertEquals(compared.registrations[0]?.reason, other);
  const back = compareLists(compared, "stored", () => false);
  assertEquals([back.sites[0]?.reason, back.sites[0]?.excluded?.includedBy], [reason, null]);
});
