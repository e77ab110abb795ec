// Goal: what a site demands of TLS is demanded of every request. Method: a table of demands and of what
// a client has shown.
import { assertEquals } from "@std/assert";
import type { ClientCertificate, HttpResponse } from "../../../mod/base/exchange.ts";
import type { SslAccess } from "../../../mod/config/rules/ssl_access.ts";
import { tlsGate } from "../../../mod/site/rules/tls_gate.ts";
import { type FakeRequest, fakeRequest } from "../../support/request.ts";

const DER = Uint8Array.of(1);

function shown(verdict: ClientCertificate["verdict"], judgedBy = "CA"): FakeRequest {
  const der = verdict === "none" ? null : DER;
  return { isTls: true, clientCertificate: { verdict, judgedBy, der } };
}

/** Returns "pass", "proven" or the status with its number. */
function answer(demands: readonly SslAccess[], fake: FakeRequest): string {
  const request = fakeRequest(fake);
  const gate = tlsGate(demands, (_, host) => host === "other.test" ? "OTHER" : "CA");
  const refused = gate?.(request) ?? null;
  if (refused === null) return request.provenCertificate === DER ? "proven" : "pass";
  assertEquals(request.provenCertificate, null);
  return `${(refused as HttpResponse).status}.${request.substatus}`;
}

Deno.test("tlsGate() demands what the site says", () => {
  const [ssl, ask, require]: SslAccess[][] = [["Ssl"], ["SslNegotiateCert"], ["SslRequireCert"]];
  const plain: FakeRequest = {};
  const unasked: FakeRequest = { isTls: true };
  const elsewhere = { ...shown("good"), host: "other.test" };
  const proxied: FakeRequest = { proxy: { isTls: true } };
  const cases: [fake: FakeRequest, ssl: string, ask: string, require: string][] = [
    [plain, "403.4", "pass", "403.7"],
    [proxied, "pass", "pass", "403.7"],
    [unasked, "pass", "pass", "403.7"],
    [shown("none"), "pass", "pass", "403.7"],
    [shown("good"), "pass", "proven", "proven"],
    [shown("untrusted"), "pass", "403.16", "403.16"],
    [shown("outdated"), "pass", "403.17", "403.17"],
    [shown("revoked"), "pass", "403.13", "403.13"],
    [shown("unchecked"), "pass", "403.13", "403.13"],
    [shown("good", "OTHER"), "pass", "pass", "403.7"], // judged for another host
    [elsewhere, "pass", "pass", "403.7"],
    [{ ...shown("good", "OTHER"), host: "other.test" }, "pass", "proven", "proven"],
    [shown("untrusted", "OTHER"), "pass", "pass", "403.7"],
  ];
  for (const [i, [fake, ...wanted]] of cases.entries()) {
    assertEquals([ssl!, ask!, require!].map((one) => answer(one, fake)), wanted, `case ${i}`);
  }
  assertEquals(answer(["Ssl", "SslRequireCert"], plain), "403.4");
  assertEquals(tlsGate([], () => null), null);
  assertEquals(tlsGate(["Ssl128"], () => null), null);
});
