/** Goal: a plan that no longer fits is noticed. Method: plans by hand, the addresses of this machine. */
import { assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { parseUrlPrefix } from "../../../mod/base/url_prefix.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { hasZones, isPlanOutdated } from "../../../mod/host/web/plan_age.ts";
import { readLinks } from "../../../mod/listen/machine/ask_system.ts";
import { listInterfaces } from "../../../mod/listen/machine/interface_listing.ts";
import { type Machine, readMachine } from "../../../mod/listen/machine/machine_addresses.ts";
import type { PlannedEndpoint } from "../../../mod/listen/plan/plan.ts";
import { plannedEndpoint, planOf } from "../../support/plans.ts";

const isLinux = Deno.build.os === "linux";

async function isOutdated(
  endpoints: readonly PlannedEndpoint[],
  { listing = listInterfaces(), machine = {}, look = 0 }: {
    readonly listing?: string;
    readonly look?: number;
    readonly machine?: Partial<Machine>;
  } = {},
): Promise<boolean> {
  const state = { plan: planOf(endpoints), machine: { ...readMachine(), ...machine, listing } };
  return await isPlanOutdated(state, look);
}

Deno.test("isPlanOutdated() notices other addresses", async () => {
  assertEquals([await isOutdated([]), await isOutdated([], { listing: "other" })], [false, true]);
});

Deno.test("isPlanOutdated() asks the system about what was waited for", async () => {
  assertEquals(await isOutdated([plannedEndpoint("127.0.0.1:1", "wait")]), true);
  assertEquals(await isOutdated([plannedEndpoint("203.0.113.9:1", "wait")]), false);
  if (!isLinux) return;
  // It can be bound, but is a broadcast address: it will be waited for again.
  assertEquals(await isOutdated([plannedEndpoint("127.255.255.255:1", "wait")]), false);
});

Deno.test("isPlanOutdated() asks the system about open addresses that no interface has", async () => {
  const unlisted = new Set(["203.0.113.9" as Ip]);
  const open = [plannedEndpoint("203.0.113.9:1", "keep")];
  assertEquals(await isOutdated(open), false, "an interface's address is in the listing");
  assertEquals(await isOutdated(open, { machine: { unlisted } }), true);
});

Deno.test("isPlanOutdated() tries what was refused", async () => {
  const held = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const refused = [plannedEndpoint(`127.0.0.1:${(held.addr as Deno.NetAddr).port}`, "refused")];
  assertEquals(await isOutdated(refused), false);
  held.close();
  assertEquals(await isOutdated(refused), true);
});

Deno.test("isPlanOutdated() tries a share of very many addresses at each look, and all in turn", async () => {
  const absent = Array.from({ length: 2500 }, (_, i) => `198.51.${100 + (i >> 8)}.${i & 255}:1`);
  const waiting = [...absent, "127.0.0.1:1"].map((name) => plannedEndpoint(name, "wait"));
  const results = [];
  for (const look of [0, 1, 2]) results.push(await isOutdated(waiting, { look }));
  assertEquals(results, [false, false, true]);
});

Deno.test({
  name: "isPlanOutdated() compares names and flags only if they were read for the plan",
  ignore: !isLinux,
  async fn(): Promise<void> {
    const links = await readLinks();
    assertEquals(await isOutdated([], { machine: { links } }), false);
    const names = new Map([...links.names, ["gone0", []]]);
    assertEquals(await isOutdated([], { machine: { links: { ...links, names } } }), true);
    assertEquals(await isOutdated([], { machine: { links: null } }), false);
  },
});

Deno.test("hasZones() finds sites and programs bound to link-local addresses", () => {
  const bound = (binding: string): boolean => {
    const sites = [{ ...DEFAULT_DOCUMENT.sites[0]!, bindings: [binding] }];
    return hasZones({ document: { ...DEFAULT_DOCUMENT, sites }, programs: [] });
  };
  assertEquals([":80:", "[fe80::1%eth0]:80:", "[fe80::1]:80:", "[::1]:80:"].map(bound), [
    false,
    true,
    true,
    false,
  ]);
  const prefix = parseUrlPrefix("http://[fe80::1%eth0]:80/")!;
  const target = { kind: "unix", path: "/p" } as const;
  const programs = [{ id: 1, prefix, target, via: "t", timeoutMs: 1000 }];
  assertEquals(hasZones({ document: { ...DEFAULT_DOCUMENT, sites: [] }, programs }), true);
});
