/** Goal: the limits of a service are those that it has. Method: settings and sites as values. */
import { assertEquals } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { DEFAULT_SETTINGS } from "../../../mod/config/document/settings.ts";
import { serviceLimits, siteLimit } from "../../../mod/host/serving/service_limits.ts";

Deno.test("serviceLimits() returns what is set, and the sites that have a limit", () => {
  const settings = { ...DEFAULT_SETTINGS, MaxConnections: 7, MaxConnectionsPerAddress: 5 };
  const site = DEFAULT_DOCUMENT.sites[0]!;
  const sites = [{ ...site, id: 1 }, { ...site, id: 2, maxConnections: 3 }];
  assertEquals(serviceLimits({ settings, sites }), [
    { name: "MaxConnections", max: 7 },
    { name: "MaxConnectionsPerAddress", max: 5 },
    { name: "MaxTunnelsPerAddress", max: 1024 },
    { name: "requests", max: 1000 },
    { name: "viewers", max: 100 },
    { name: siteLimit(2), max: 3 },
  ]);
});
