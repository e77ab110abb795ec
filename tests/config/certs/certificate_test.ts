// Goal: every reason why a PEM file cannot be served is distinguished. Method: testdata.
import { assertEquals, assertMatch } from "@std/assert";
import {
  certificateBlocks,
  certificateFacts,
  keyBlock,
  pairProblem,
  toPkcs8,
  validity,
} from "../../../mod/config/certs/certificate.ts";

const DATA = new URL("../../testdata/certs/", import.meta.url);

function pem(name: string): string {
  return Deno.readTextFileSync(new URL(name, DATA));
}

Deno.test("certificateFacts() describes the first certificate, whatever surrounds it", () => {
  const facts = certificateFacts(`subject=x\n${pem("site.pem")}${pem("other.pem")}`);
  assertEquals([facts?.hash, facts?.subject, facts?.names], [
    "63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6",
    "CN=site.example",
    ["site.example", "www.site.example", "127.0.0.2"],
  ]);
  assertEquals(certificateFacts(pem("weak.pem"))?.names, ["weak.example"]);
  for (const text of ["", "garbage", pem("site.key")]) assertEquals(certificateFacts(text), null);
});

Deno.test("pairProblem() says what is wrong with a certificate and its key", () => {
  const cases: [cert: string, key: string | null, reason: string | null][] = [
    [pem("site.pem"), pem("site.key"), null],
    [pem("site.pem") + pem("other.pem"), pem("site.key"), null],
    [pem("other.pem") + pem("site.pem"), pem("site.key"), "belongs to another certificate"],
    [pem("site.key"), pem("site.key"), "the file contains no certificate"],
    [pem("site.pem"), null, "is missing"],
    [pem("site.pem"), "garbage", "cannot be read"],
    [pem("site.pem"), pem("site.pem"), "cannot be read"],
    [pem("site.pem"), pem("locked.key"), "is encrypted"],
    [pem("weak.pem"), pem("locked_old.key"), "is encrypted"],
    [pem("weak.pem"), pem("weak.key"), "RSA key is too small"],
  ];
  for (const [cert, key, reason] of cases) {
    const problem = pairProblem(cert, key);
    if (reason === null) assertEquals(problem, null);
    else {
      assertMatch(problem?.reason ?? "", new RegExp(reason));
      assertMatch(problem?.hint ?? "", /openssl|httpcfg/);
    }
  }
});

Deno.test("validity() compares instants, not texts", () => {
  const facts = { notBefore: "2026-01-01T00:00:00.000Z", notAfter: "2026-12-31T00:00:00.000Z" };
  const at = ["2025-12-31T23:59:59.999Z", "2026-06-01T00:00:00.000Z", "2026-12-31T00:00:00.001Z"];
  assertEquals(at.map((now) => validity(facts, now)), ["not yet valid", "valid", "expired"]);
});

Deno.test("keyBlock(), certificateBlocks() and toPkcs8() extract their part of a file", () => {
  const both = `# mine\n${pem("site.pem")}\n${pem("site.key")}\n${pem("other.pem")}`;
  assertEquals(keyBlock(both)?.trim(), pem("site.key").trim());
  assertEquals(keyBlock(pem("locked_old.key"))?.includes("ENCRYPTED"), true);
  assertEquals(keyBlock(pem("site.pem")), null);
  assertEquals(certificateBlocks(both), pem("site.pem") + pem("other.pem"));
  assertEquals(certificateBlocks("none"), "");
  assertMatch(toPkcs8(pem("site.key")), /^-----BEGIN PRIVATE KEY-----\n/);
});
