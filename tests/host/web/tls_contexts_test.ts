// Goal: each client gets the right certificate, and replaced files are followed without harm.
// Method: a store in a temporary directory, checks run by hand.
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { quote } from "../../../mod/base/fault.ts";
import { type Endpoint, parseEndpoint } from "../../../mod/base/address.ts";
import { type Binding, parseBinding } from "../../../mod/config/document/binding.ts";
import { writePair } from "../../../mod/config/certs/cert_store.ts";
import type { SslRecord } from "../../../mod/config/document/document.ts";
import { makeSelfSigned } from "../../../mod/config/certs/self_signed.ts";
import { TlsFront } from "../../../mod/host/serving/tls_front.ts";
import { Certificates } from "../../../mod/host/web/tls_contexts.ts";
import type { NewEvent } from "../../../mod/telemetry/events/event.ts";
import { type TempFolder, tempFolder } from "../../support/temp_folder.ts";
import { makePem } from "../../support/tls/tls_pair.ts";

const [A, B, C] = await Promise.all([makePem("a.test"), makePem("b.test"), makePem("c.test")]);

interface Served {
  readonly certificates: Certificates;
  readonly events: NewEvent[];
}

function serve(folder: TempFolder): Served {
  const events: NewEvent[] = [];
  return { certificates: new Certificates(folder.path, (event) => events.push(event)), events };
}

function contextFor(certificates: Certificates, local: Endpoint, name: string): unknown {
  const ignore = (): void => {};
  const front = new TlsFront({
    handshakeTimeoutMs: () => 0,
    handshakesMax: () => 1024,
    onConnection: ignore,
    refused: ignore,
    failed: ignore,
  });
  front.use(certificates.served((ip) => ip));
  return front.contextFor(local, name);
}

function record(key: string, certName: string, hash = "0".repeat(40)): SslRecord {
  return { key, certName, hash } as SslRecord;
}

function at(text: string): Endpoint {
  return parseEndpoint(text) as Endpoint;
}

function binding(text: string): Binding {
  return parseBinding(text) as Binding;
}

Deno.test("Certificates looks for the name, then the address, then the wildcard", async () => {
  await using folder = await tempFolder();
  writePair(folder.path, "MY", "a", A);
  writePair(folder.path, "MY", "b", B);
  const { hash } = writePair(folder.path, "WEB", "c", C);
  const { certificates, events } = serve(folder);
  certificates.load([
    record("0.0.0.0:443", "a"),
    record("10.0.0.1:443", "b"),
    { ...record("c.test:443", "c"), certStoreName: "web" },
    { ...record("[::]:8443", "gone", hash), certStoreName: "WEB" }, // found by its thumbprint
    record("10.0.0.9:8443", "gone"),
  ]);
  const [any, one] = [
    contextFor(certificates, at("10.0.0.7:443"), ""),
    contextFor(certificates, at("10.0.0.1:443"), "x.test"),
  ];
  const named = contextFor(certificates, at("10.0.0.1:443"), "C.test");
  assertEquals(new Set([any, one, named]).size, 3);
  assertStrictEquals(contextFor(certificates, at("[::1]:443"), ""), any);
  assertStrictEquals(contextFor(certificates, at("[::1]:8443"), ""), named);
  assertEquals(contextFor(certificates, at("10.0.0.1:8443"), ""), null);
  assertEquals(certificates.check(binding("10.0.0.1:443:")), null);
  assertEquals(
    certificates.check(binding("10.0.0.9:8443:"))?.reason,
    'https on "10.0.0.9:8443:" cannot use the certificate of 10.0.0.9:8443: it is not in the store',
  );
  assertEquals(events, []);
});

Deno.test("Certificates.reloadChanged() uses a replaced file for all of its records", async () => {
  await using folder = await tempFolder();
  writePair(folder.path, "MY", "www", A);
  const { certificates, events } = serve(folder);
  certificates.load([record("0.0.0.0:443", "www"), record("a.test:444", "www")]);
  const before = contextFor(certificates, at("10.0.0.1:443"), "");
  certificates.reloadChanged();
  assertStrictEquals(contextFor(certificates, at("10.0.0.1:443"), ""), before);
  const { hash } = writePair(folder.path, "MY", "www", B);
  certificates.reloadChanged();
  const after = contextFor(certificates, at("10.0.0.1:443"), "");
  assertEquals(after === before, false);
  assertStrictEquals(contextFor(certificates, at("10.0.0.1:444"), "a.test"), after);
  certificates.reloadChanged();
  assertEquals(events.map(({ id, text }) => [id, text.includes(hash)]), [[10, true]]);
});

Deno.test("Certificates.reloadChanged() keeps the old pair if the new one is invalid", async () => {
  await using folder = await tempFolder();
  writePair(folder.path, "MY", "www", A);
  const { certificates, events } = serve(folder);
  certificates.load([record("0.0.0.0:443", "www")]);
  const before = contextFor(certificates, at("10.0.0.1:443"), "");
  // Half of a renewal: the other half comes before the next check, so nothing is reported.
  Deno.writeTextFileSync(folder.at("MY/www.pem"), B.cert);
  certificates.reloadChanged();
  Deno.writeTextFileSync(folder.at("MY/www.key"), B.key);
  certificates.reloadChanged();
  const renewed = contextFor(certificates, at("10.0.0.1:443"), "");
  assertEquals(renewed === before, false);
  assertEquals(events.splice(0).map(({ id }) => id), [10]);
  Deno.writeTextFileSync(folder.at("MY/www.pem"), "broken");
  for (let i = 0; i < 4; i++) certificates.reloadChanged();
  assertStrictEquals(contextFor(certificates, at("10.0.0.1:443"), ""), renewed);
  assertEquals(events.map(({ id, error }) => [id, error]), [[15021, 1312]]);
  const problem = certificates.problems.map(({ text }) => {
    return text.replace(quote(folder.path).slice(1, -1), "").replaceAll("\\\\", "/");
  });
  assertMatch(
    problem.join(),
    /^the new certificate in "\/MY\/www.pem" cannot be used, the previous one is served: .+/,
  );
  // Sites that are read again keep it too, as long as the service runs.
  certificates.load([record("0.0.0.0:443", "www"), record("10.0.0.1:444", "www")]);
  assertStrictEquals(contextFor(certificates, at("10.0.0.1:443"), ""), renewed);
  writePair(folder.path, "MY", "www", C);
  certificates.reloadChanged();
  assertEquals(contextFor(certificates, at("10.0.0.1:444"), "") === renewed, false);
  assertEquals(certificates.problems, []);
});

Deno.test("Certificates.load() serves an expired certificate, and reports it", async () => {
  await using folder = await tempFolder();
  const old = { names: ["old.test"], ips: [], days: 1, nowMs: Date.UTC(2020, 1) };
  writePair(folder.path, "MY", "old", await makeSelfSigned(old));
  const { certificates, events } = serve(folder);
  certificates.load([record("0.0.0.0:443", "old")]);
  certificates.load([record("0.0.0.0:443", "old")]);
  assertEquals(certificates.check(binding(":443:")), null);
  assertEquals(events.map(({ id }) => id), [11]);
  certificates.load([]);
  assertEquals(contextFor(certificates, at("10.0.0.1:443"), ""), null);
});
