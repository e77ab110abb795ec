/** Goal: what the plan reads from a document. Method: documents, no machine. */
import { Problem } from "../../../mod/base/problem.ts";
import { assertEquals } from "@std/assert";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { generationOf, portsOf, sitesToPlan } from "../../../mod/listen/plan/sites_to_plan.ts";

const DOCUMENT: ConfigDocument = {
  ...DEFAULT_DOCUMENT,
  sites: [
    { ...DEFAULT_DOCUMENT.sites[0]!, id: 2, name: "b", bindings: ["10.0.0.5:81:"] },
    {
      ...DEFAULT_DOCUMENT.sites[0]!,
      bindings: [":80:www.test"],
      secureBindings: [":443:"],
      autoStart: false,
    },
  ],
};

Deno.test("sitesToPlan() returns the sites by id, with both kinds of bindings", () => {
  const sites = sitesToPlan(DOCUMENT, () => null);
  assertEquals(sites.map(({ id, enabled }) => [id, enabled]), [[1, false], [2, true]]);
  assertEquals(sites[0]?.bindings.map(({ port, secure, host }) => [port, secure, host]), [
    [80, false, "www.test"],
    [443, true, ""],
  ]);
  assertEquals([...portsOf(sites)].sort(), [443, 80, 81]);
});

Deno.test("sitesToPlan() and generationOf() read the metabase, also inherited values", () => {
  assertEquals(generationOf(DOCUMENT), 6);
  const old: ConfigDocument = {
    ...DOCUMENT,
    metabase: {
      "W3SVC/Info": { MajorIIsVersionNumber: 5 },
      "W3SVC": { DisableSocketPooling: true },
      "W3SVC/2": { DisableSocketPooling: false },
    },
  };
  assertEquals(generationOf(old), 5);
  assertEquals(sitesToPlan(old, () => null).map(({ ownSockets }) => ownSockets), [true, false]);
});

Deno.test("sitesToPlan() checks for a certificate only if a binding uses TLS", () => {
  const [site] = sitesToPlan(DOCUMENT, ({ port }) => {
    return new Problem(`none for ${port}`, { hint: "a\nb" });
  });
  assertEquals(site?.bindings.map(({ unserved }) => unserved), [undefined, "none for 443"]);
  assertEquals(site?.bindings.map(({ cures }) => cures), [undefined, ["a", "b"]]);
});
