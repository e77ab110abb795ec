// Goal: a certificate is public; only who has its key is its owner. Method: a client made by hand that
// claims the certificate of another, against the real program.
import { assertEquals, assertMatch } from "@std/assert";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { askClaiming } from "../../support/tls/forging_client.ts";
import { testWith } from "../../support/tools.ts";
import { CA, CLIENTS, IP, startSecured } from "./secured_sites.ts";

Deno.test("client certificates: a certificate without its key is refused in the handshake", async () => {
  await using secured = await startSecured({
    sites: [{ access: { sslFlags: ["SslRequireCert"] } }],
  });
  const { cert, key } = CLIENTS.get("alice")!;
  const chain = [Uint8Array.fromBase64(cert.replace(/-----[^-]+-----|\s/g, ""))];
  const at = { hostname: IP, port: secured.port, host: "localhost" };
  const own = await askClaiming(at, { chain, key: createPrivateKey(key) });
  assertMatch(own, /^HTTP\/1\.1 200 [^]*site 1$/); // the client itself is right
  const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  for (let i = 0; i < 3; i++) {
    assertEquals(await askClaiming(at, { chain, key: other }), "alert 51"); // decrypt_error
  }
});

testWith(
  ["openssl"],
  "client certificates: version 1 is never believed, with or without its key",
  async () => {
    await using secured = await startSecured({
      sites: [{ access: { sslFlags: ["SslRequireCert"] } }],
    });
    const { program, port } = secured;
    await secured.file("ca.key", CA.key);
    // The runtime cannot parse such a certificate, and lets a handshake pass without its key.
    const made = await program.shell(
      `cd ${program.home} && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ` +
        "-keyout v1.key -out v1.csr -subj /CN=v1 && openssl x509 -req -in v1.csr -CA ca.pem " +
        "-CAkey ca.key -set_serial 77 -days 9 -outform DER -out v1.der",
    );
    assertEquals(made.status, 0, made.err);
    const chain = [await Deno.readFile(`${program.home}/v1.der`)];
    const at = { hostname: IP, port, host: "localhost" };
    const own = createPrivateKey(await Deno.readTextFile(`${program.home}/v1.key`));
    let answered = 0;
    for (const key of [own, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey]) {
      const answer = await askClaiming(at, { chain, key });
      assertMatch(answer, /^HTTP\/1\.1 403 |^alert /);
      if (answer.startsWith("HTTP")) answered++;
    }
    assertEquals(await secured.substatuses(answered), new Array(answered).fill("403.16"));
  },
);
