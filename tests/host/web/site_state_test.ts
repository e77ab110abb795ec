// Goal: one site changes, everything else remains in force. Method: documents.
import { assertEquals, assertThrows } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { Fault } from "../../../mod/base/fault.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { checkSiteStarted, withSite } from "../../../mod/host/web/site_state.ts";
import { plannedSite } from "../../support/plans.ts";

const [SITE] = DEFAULT_DOCUMENT.sites;
const IN_FORCE = { ...DEFAULT_DOCUMENT, ipListen: ["127.0.0.2"] };
const STORED = {
  ...DEFAULT_DOCUMENT,
  ipListen: ["127.0.0.9"],
  sites: [
    { ...SITE!, bindings: [":81:"] },
    { ...SITE!, id: 5, name: "New", bindings: [":82:"], autoStart: false },
  ],
};

Deno.test("withSite() takes one site from the store, and the list from what is in force", () => {
  const started = withSite(IN_FORCE, STORED, "start", 5);
  assertEquals(started.ipListen, ["127.0.0.2"]);
  assertEquals(started.sites.map(({ id, bindings, autoStart }) => [id, bindings[0], autoStart]), [
    [1, ":8080:", true],
    [5, ":82:", true],
  ]);
  const stopped = withSite(IN_FORCE, STORED, "stop", 1);
  assertEquals(stopped.sites.map(({ id, autoStart }) => [id, autoStart]), [[1, false]]);
  const removed = { ...STORED, sites: [] };
  assertEquals(withSite(IN_FORCE, removed, "stop", 1).sites, []);
  assertThrows(() => withSite(IN_FORCE, removed, "start", 1), Fault, 'Cannot start "W3SVC/1"');
});

Deno.test("withSite() has the sites in the stored order, so that order is no change", () => {
  const sites = [5, 2, 1].map((id) => ({ ...SITE!, id, name: `${id}` }));
  const stored = { ...DEFAULT_DOCUMENT, sites };
  const inForce = { ...stored, sites: [{ ...SITE!, id: 9, name: "9" }, sites[0]!, sites[2]!] };
  const started = withSite(inForce, stored, "start", 2);
  assertEquals(started.sites.map(({ id }) => id), [5, 2, 1, 9]);
});

Deno.test("checkSiteStarted() names a reload if the stored list includes the address", () => {
  const excluded = { ip: "127.0.0.5" as Ip, port: 80, entry: null, includedBy: "stored" as const };
  const hints = ["httpcfg reload"];
  const failed = plannedSite(1, "failed", { reason: "not listed", excluded, hints });
  const fault = assertThrows(() => checkSiteStarted({ sites: [failed] }, 1), Fault);
  assertEquals(fault.hint, "httpcfg reload");
});

Deno.test("checkSiteStarted() throws the reason of a site that failed", () => {
  const site = { id: 1, name: "A", reason: "no such address", win32: 1214 };
  checkSiteStarted({ sites: [{ ...site, state: "started" }] }, 1);
  checkSiteStarted({ sites: [] }, 1);
  const failed = { endpoints: [], sites: [{ ...site, state: "failed" as const }] };
  assertThrows(() => checkSiteStarted(failed, 1), Fault, 'Cannot start "A": no such address');
});
