// Goal: which sites may start before any socket is considered, and why not. Method: tables.
import { assertEquals } from "@std/assert";
import { type Binding, parseBinding } from "../../../mod/config/document/binding.ts";
import { admitSites, type PlanBinding, type PlanSite } from "../../../mod/listen/plan/admission.ts";
import type { Exclusion } from "../../../mod/listen/plan/plan.ts";

/** Bindings with `+` in front use TLS; those with `-`, TLS without a certificate. */
function site(id: number, texts: string, enabled = true): PlanSite {
  const bindings = texts.split(" ").filter(Boolean).map((text): PlanBinding => {
    const binding = parseBinding(text.replace(/^[+-]/, "")) as Binding;
    const secure = /^[+-]/.test(text);
    return text.startsWith("-")
      ? { ...binding, secure, unserved: `no certificate for ${text}` }
      : { ...binding, secure };
  });
  return { id, name: `s${id}`, bindings, enabled, ownSockets: false };
}

Deno.test("admitSites() admits the bindings with a certificate, and reports the others", () => {
  const sites = [
    site(1, ":80: -:443:"),
    site(2, "-:443:a.test"),
    site(3, "+:443:b.test"),
    site(4, "-:444:", false),
    site(5, ":443:c.test"),
    site(6, "-:80: +:445:"),
  ];
  const admissions = admitSites(sites, () => null);
  assertEquals(
    admissions.map(({ site, refusal, partialReason }) => [
      site.id,
      site.bindings.length,
      refusal?.state ?? "admitted",
      refusal?.win32 ?? 0,
      refusal?.reason ?? partialReason,
    ]),
    [
      [1, 1, "admitted", 0, "no certificate for -:443:"],
      [2, 1, "failed", 1312, "no certificate for -:443:a.test"],
      [3, 1, "admitted", 0, null],
      [4, 0, "stopped", 0, "it is configured not to start"],
      [5, 1, "failed", 183, 'site 3 ("s3") uses TLS on port 443'],
      [6, 1, "admitted", 0, "no certificate for -:80:"],
    ],
  );
});

Deno.test("admitSites() refuses excluded addresses and duplicate bindings", () => {
  const sites = [
    site(1, "10.0.0.1:80:"),
    site(2, "10.0.0.2:80:"),
    site(3, "10.0.0.2:80:"),
    site(4, ""),
  ];
  const exclusionOf = (ip: string): Exclusion | null => {
    return ip === "10.0.0.1" ? { entry: null } : null;
  };
  const codes = admitSites(sites, exclusionOf).map(({ refusal }) => refusal?.win32 ?? 0);
  assertEquals(codes, [1214, 0, 183, 87]);
});
