/** Goal: the status shows what is served. Method: values, and the addresses of this machine. */
import { assertEquals } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import {
  haveAddressesChanged,
  servingStatus,
  sitesUp,
} from "../../../mod/host/web/serving_state.ts";
import { addressSnapshot, readMachine } from "../../../mod/listen/machine/machine_addresses.ts";
import type { Plan, PlannedSite } from "../../../mod/listen/plan/plan.ts";

function planOf(states: readonly PlannedSite["state"][]): Plan {
  const sites = states.map((state, i) => {
    return { id: i + 1, name: `${i + 1}`, state, reason: null, win32: 0 };
  });
  return { endpoints: [], sites, registrations: [] };
}

Deno.test("sitesUp() returns the sites with a handler, servingStatus() all of them", () => {
  const sites = [1, 2, 3, 4].map((id) => ({ ...DEFAULT_DOCUMENT.sites[0]!, id, name: `${id}` }));
  const plan = planOf(["started", "failed", "waiting", "stopped"]);
  const serving = { document: { ...DEFAULT_DOCUMENT, sites }, plan };
  assertEquals(sitesUp(serving).map(({ id }) => id), [1, 3]);
  assertEquals(servingStatus(serving, () => true).sites.map(({ state }) => state), [
    "paused",
    "stopped",
    "stopped",
    "stopped",
  ]);
  assertEquals([sitesUp(null), servingStatus(null, () => false)], [[], {
    endpoints: [],
    sites: [],
  }]);
});

Deno.test("haveAddressesChanged() notices other addresses, and one that was waited for", () => {
  const key = addressSnapshot();
  const plan = planOf([]);
  assertEquals([haveAddressesChanged(plan, key), haveAddressesChanged(plan, "other")], [
    false,
    true,
  ]);
  const { ip } = readMachine().addresses[0]!;
  const waiting = { ip, port: 1, action: "wait", secure: false, cause: "", entry: null } as const;
  const endpoints = [{ ...waiting, holders: [], returns: false }];
  assertEquals(haveAddressesChanged({ ...plan, endpoints }, key), true);
});
