import { assert, assertEquals } from "@std/assert";
import { deleteAcme, findAcme, missingSsl, setAcme } from "../../mod/admin/acme_records.ts";
import { isProblem } from "../../mod/base/problem.ts";
import { certificateCheck } from "../../mod/config/certs/ssl_lookup.ts";
import {
  type AcmeRecord,
  type ConfigDocument,
  DEFAULT_DOCUMENT,
  type SslRecord,
} from "../../mod/config/document/document.ts";

const HASH = "f".repeat(40);

function record(...names: string[]): AcmeRecord {
  return { certName: names[0]!, names, server: "https://ca.example/", agreeTos: true };
}

Deno.test("setAcme() adds, replaces, and leaves alone what is so already", () => {
  const one = setAcme(DEFAULT_DOCUMENT, record("a.example"));
  assertEquals(one.acme, [record("a.example")]);
  assert(setAcme(one, record("a.example")) === one);
  const more = setAcme(setAcme(one, record("b.example")), record("a.example", "www.a.example"));
  assertEquals(more.acme, [record("a.example", "www.a.example"), record("b.example")]);
  assertEquals(findAcme(more, "WWW.a.example.")?.certName, "a.example");
  assertEquals(findAcme(more, "c.example"), undefined);
});

Deno.test("deleteAcme() leaves no empty list behind", () => {
  const one = setAcme(DEFAULT_DOCUMENT, record("a.example"));
  assertEquals(deleteAcme(one, "a.example"), DEFAULT_DOCUMENT);
  assert(isProblem(deleteAcme(one, "b.example")));
});

Deno.test("missingSsl() binds to what has no certificate, and to exact names", () => {
  const cases: readonly (readonly [string[], string[], string[], string[]])[] = [
    // names, https bindings, keys of ssl records, wanted keys
    [["a.example"], [":443:a.example"], [], ["a.example:443"]],
    [["a.example"], [":443:"], [], ["a.example:443"]],
    [["a.example"], [":443:b.example"], [], []],
    [["a.example"], [":443:a.example"], ["0.0.0.0:443"], ["a.example:443"]],
    [["a.example"], [":443:"], ["0.0.0.0:443"], []],
    [["a.example"], [":443:a.example"], ["a.example:443"], []],
    [["a.example"], [":443:*.example"], [], ["a.example:443"]],
    [["a.example"], [":443:*.example"], ["b.example:443"], ["a.example:443"]],
    [["a.example"], [":443:*.example"], ["*.example:443"], []],
    [["example"], [":443:*.example"], [], []],
    [["10.0.0.5"], ["10.0.0.5:443:"], [], ["10.0.0.5:443"]],
    [["10.0.0.5"], ["10.0.0.6:443:", "10.0.0.5:443:a.example"], [], []],
    [["10.0.0.5", "::1"], [":443:", ":8443:"], [], [
      "10.0.0.5:443",
      "[::1]:443",
      "10.0.0.5:8443",
      "[::1]:8443",
    ]],
  ];
  for (const [names, secureBindings, keys, wanted] of cases) {
    const ssl = keys.map((key) => ({ key, hash: HASH }) as SslRecord);
    const document: ConfigDocument = {
      ...DEFAULT_DOCUMENT,
      ssl,
      sites: [{ ...DEFAULT_DOCUMENT.sites[0]!, bindings: [], secureBindings }],
    };
    const check = certificateCheck(ssl, () => null);
    const missing = missingSsl(document, record(...names), { hash: HASH, check });
    assertEquals(missing.map(({ key }) => key), wanted, `${names} ${secureBindings} ${keys}`);
    for (const { certStoreName, certName } of missing) {
      assertEquals([certStoreName, certName], ["ACME", names[0]!]);
    }
  }
});
