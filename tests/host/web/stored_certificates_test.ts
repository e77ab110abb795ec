// Goal: plan finds the certificates of bindings in the store alone. Method: a temporary directory.
import { assertEquals } from "@std/assert";
import { type Binding, parseBinding } from "../../../mod/config/document/binding.ts";
import type { SslRecord } from "../../../mod/config/document/document.ts";
import { writePair } from "../../../mod/config/certs/cert_store.ts";
import { storedCertificateCheck } from "../../../mod/host/web/stored_certificates.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { makePem } from "../../support/tls/tls_pair.ts";

Deno.test("storedCertificateCheck() finds by name or thumbprint, or says why not", async () => {
  await using folder = await tempFolder();
  const { hash } = writePair(folder.path, "MY", "www", await makePem("www.test"));
  Deno.mkdirSync(folder.at("WEB"));
  Deno.copyFileSync(folder.at("MY/www.pem"), folder.at("WEB/alone.pem"));
  const records = [
    { key: "10.0.0.1:443", hash },
    { key: "10.0.0.2:443", hash: "0", certName: "www" },
    { key: "10.0.0.3:443", hash, certStoreName: "WEB" },
    { key: "10.0.0.4:443", hash, certStoreName: "../MY" },
  ] as Partial<SslRecord>[] as SslRecord[];
  const check = await storedCertificateCheck(folder.path, records);
  const problems = [1, 2, 3, 4, 5].map((n) => {
    return check(parseBinding(`10.0.0.${n}:443:`) as Binding)?.reason.replace(
      /^.*?(: |has no)/,
      "$1",
    );
  });
  assertEquals(problems, [
    undefined,
    undefined,
    ": the private key is missing",
    ": it is not in the store",
    "has no certificate",
  ]);
  const none = await storedCertificateCheck(folder.at("missing"), []);
  const problem = none(parseBinding(":443:") as Binding);
  assertEquals(problem?.reason, 'https on ":443:" has no certificate');
  assertEquals(
    problem?.hint,
    'httpcfg set ssl -i 0.0.0.0:443 -h "$(httpcfg cert create --self-signed --name localhost)"',
  );
});
