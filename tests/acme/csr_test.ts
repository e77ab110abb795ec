import "reflect-metadata";
import { Pkcs10CertificateRequest, type SubjectAlternativeNameExtension } from "@peculiar/x509";
import { assertEquals } from "@std/assert";
import { certificateId } from "../../mod/acme/certificate_id.ts";
import { makeCsr } from "../../mod/acme/csr.ts";
import { der, derInteger, derOid, readDer, TAG } from "../../mod/acme/der.ts";
import { pemBytes } from "../../mod/acme/encoding.ts";
import { pemOf } from "../../mod/base/pem.ts";
import { makeKeyPair, privateKeyPem, readKeyPair } from "../../mod/acme/keys.ts";

Deno.test("makeCsr() asks for names and addresses, with an empty subject, signed", async () => {
  const names = ["a.example", "192.0.2.7", "2001:db8::1", `${"x".repeat(60)}.example`];
  for (let i = 0; i < 8; i++) { // signatures differ in length
    const pair = await readKeyPair(await privateKeyPem(await makeKeyPair()));
    const request = new Pkcs10CertificateRequest(await makeCsr(names, pair));
    assertEquals([request.subject, await request.verify()], ["", true]);
    const found = request.getExtension("2.5.29.17") as SubjectAlternativeNameExtension;
    assertEquals(found.names.items.map(({ value }) => value), names);
  }
});

Deno.test("certificateId() is the one of RFC 9773, with the leading zero of the serial", () => {
  const hex = (text: string): Uint8Array =>
    Uint8Array.from(text.split(":"), (b) => parseInt(b, 16));
  const key = hex("69:88:5B:6B:87:46:40:41:E1:B3:7B:84:7B:A0:AE:2C:DE:01:C8:D4");
  const extension = der(
    TAG.sequence,
    derOid("2.5.29.35"),
    der(TAG.octetString, der(TAG.sequence, der(0x80, key))),
  );
  const certificate = (...extensions: readonly Uint8Array[]): string => {
    const signed = der(
      TAG.sequence,
      der(0xa0, derInteger(new Uint8Array([2]))),
      derInteger(hex("87:65:43:21")),
      der(0xa3, der(TAG.sequence, ...extensions)),
    );
    return pemOf("CERTIFICATE", der(TAG.sequence, signed));
  };
  assertEquals(certificateId(certificate(extension)), "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
  assertEquals(certificateId(certificate()), null);
  for (const text of ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]) {
    assertEquals(certificateId(text), null);
  }
});

Deno.test("readDer() reads what der() writes, and nothing that is cut off", () => {
  for (const length of [0, 1, 127, 128, 255, 256, 70_000]) {
    const value = der(TAG.octetString, new Uint8Array(length));
    assertEquals(readDer(value)?.[0]?.content.length, length);
    assertEquals(readDer(value.subarray(0, -1))?.length ?? null, null);
  }
  assertEquals(pemBytes("nothing"), null);
});
