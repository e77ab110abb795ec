/** Goal: no index of an interface is stored. Method: documents, and a machine made by hand. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { hasNumberedZones, withNamedZones } from "../../mod/admin/named_zones.ts";
import { isProblem } from "../../mod/base/problem.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { tableOf } from "../support/machine.ts";

const TABLE = tableOf(["fe80::1/64 eth0 2", "fe80::1/64 eth1 3"]);

function document(zone: string): ConfigDocument {
  const ssl = { hash: "", appId: "", certCheckMode: 0, flags: 0 };
  return {
    ...DEFAULT_DOCUMENT,
    ipListen: ["10.0.0.1", `!fe80::1%${zone}`],
    ssl: [{
      ...ssl,
      key: `[fe80::1%${zone}]:443`,
      revocationFreshnessTime: 0,
      urlRetrievalTimeout: 0,
    }],
    urlAcl: [{ url: `http://[fe80::1%${zone}]:80/a%20b/`, sddl: "" }],
    sites: [{
      ...DEFAULT_DOCUMENT.sites[0]!,
      bindings: [`[fe80::1%${zone}]:80:`, ":81:"],
      secureBindings: [`[fe80::1%${zone}]:443:a.test`],
    }],
  };
}

Deno.test("withNamedZones() replaces an index by the name of its interface, everywhere", () => {
  assertEquals(withNamedZones(document("3"), TABLE, DEFAULT_DOCUMENT), document("eth1"));
  assertEquals(
    withNamedZones(document("eth9"), TABLE, DEFAULT_DOCUMENT),
    document("eth9"),
    "a name stays",
  );
  assertEquals([document("3"), document("eth1"), DEFAULT_DOCUMENT].map(hasNumberedZones), [
    true,
    false,
    false,
  ]);
});

Deno.test("withNamedZones() refuses an index that no interface has", () => {
  assertEquals(withNamedZones(document("9"), TABLE, document("9")), document("9"), "it was there");
  const problem = withNamedZones(document("9"), TABLE, DEFAULT_DOCUMENT);
  assert(isProblem(problem));
  assertStringIncludes(problem.reason, 'no interface with the index 9 ("eth0", "eth1")');
  assertEquals(problem.hint, "ip address");
});
