// Goal: a self-signed certificate that TLS accepts for all of its names. Method: read it back.
import { assertEquals } from "@std/assert";
import { certificateFacts, pairProblem } from "../../../mod/config/certs/certificate.ts";
import { makeSelfSigned } from "../../../mod/config/certs/self_signed.ts";

Deno.test("makeSelfSigned() makes a key and a certificate for every name and address", async () => {
  const nowMs = Date.UTC(2026, 0, 2);
  const made = await makeSelfSigned({
    names: ["www.example.com", "*.example.com"],
    ips: ["127.0.0.1", "2001:db8::1"],
    days: 10,
    nowMs,
  });
  assertEquals(pairProblem(made.cert, made.key), null);
  const facts = certificateFacts(made.cert);
  assertEquals(facts?.subject, "CN=www.example.com");
  assertEquals(facts?.names, ["www.example.com", "*.example.com", "127.0.0.1", "2001:db8::1"]);
  assertEquals([facts?.notBefore, facts?.notAfter], [
    "2026-01-01T23:00:00.000Z",
    "2026-01-12T00:00:00.000Z",
  ]);
});

Deno.test("makeSelfSigned() uses an address as the subject if no name is given", async () => {
  const made = await makeSelfSigned({ names: [], ips: ["10.0.0.1"], days: 1, nowMs: Date.now() });
  const facts = certificateFacts(made.cert);
  assertEquals([facts?.subject, facts?.names], ["CN=10.0.0.1", ["10.0.0.1"]]);
});
