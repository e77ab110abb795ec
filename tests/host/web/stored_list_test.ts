// Goal: only a stored list that is not in force has anything to say. Method: lists of texts.
import { atOnce } from "../../../mod/base/work/steps.ts";
import { assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { machineOf } from "../../support/machine.ts";
import { StoredList } from "../../../mod/host/web/stored_list.ts";
import { plannedSite, planOf } from "../../support/plans.ts";

const MACHINE = machineOf([]);
const IP = "192.0.2.5" as Ip;

Deno.test("StoredList.includes() is null for the list in force, however it was read", () => {
  const list = new StoredList();
  const same = ["192.0.2.5"];
  assertEquals([
    atOnce(list.includes(same, same, MACHINE)),
    atOnce(list.includes([...same], same, MACHINE)),
  ], [
    null,
    null,
  ]);
  assertEquals(atOnce(list.includes(["192.0.2.5"], [], MACHINE))?.(IP), true);
  assertEquals(atOnce(list.includes(["192.0.2.6"], [], MACHINE))?.(IP), false);
});

Deno.test("StoredList.compare() rewords the reasons of a plan", () => {
  const list = new StoredList();
  const excluded = { ip: IP, port: 80, entry: null, includedBy: null };
  const plan = planOf([], [plannedSite(1, "failed", { reason: "plain", excluded })]);
  assertEquals(atOnce(list.compare(plan, [], [], MACHINE)), plan);
  const { sites } = atOnce(list.compare(plan, ["192.0.2.0/24"], ["192.0.2.6"], MACHINE));
  assertEquals(sites[0]?.excluded?.includedBy, "stored");
});
