// Goal: what a record and the sites demand is what TLS does, or is said. Method: tables.
import { assertEquals } from "@std/assert";
import { askingKeys } from "../../../mod/config/certs/ssl_asking.ts";
import { sslEffects, sslRefusal } from "../../../mod/config/certs/ssl_effects.ts";
import { SSL_FLAG } from "../../../mod/config/certs/ssl_flags.ts";
import { tlsPolicy } from "../../../mod/config/certs/tls_policy.ts";
import { sslAccessBits, sslAccessOf } from "../../../mod/config/rules/ssl_access.ts";

const RECORD = { certCheckMode: 0, revocationFreshnessTime: 0, urlRetrievalTimeout: 0, flags: 0 };

Deno.test("every flag acts, is so anyway, is said or is refused", () => {
  const acts = ["NEGOTIATE_CLIENT_CERT", "REJECT", "DISABLE_TLS13", "DISABLE_TLS12"];
  const isSo = [
    "NO_RAW_FILTER",
    "DISABLE_HTTP2",
    "DISABLE_QUIC",
    "DISABLE_OCSP_STAPLING",
    "DISABLE_LEGACY_TLS",
    "ENABLE_SESSION_TICKET",
  ];
  const refused = ["USE_DS_MAPPER"];
  for (const [name, flags] of Object.entries(SSL_FLAG)) {
    const said = sslEffects({ ...RECORD, flags }).length;
    const isRefused = sslRefusal({ ...RECORD, flags }) !== null;
    assertEquals(said === 0, [...acts, ...isSo, ...refused].includes(name), name);
    assertEquals(isRefused, refused.includes(name), name);
  }
});

Deno.test("sslEffects() says what remains without effect", () => {
  const cases: [change: object, count: number][] = [
    [{}, 0],
    [{ certCheckMode: 1 | 2 | 0x10000 }, 0],
    [{ certCheckMode: 4 }, 1],
    [{ certCheckMode: 8 }, 1],
    [{ revocationFreshnessTime: 1 }, 1],
    [{ urlRetrievalTimeout: 1 }, 1],
    [{ sslCtlIdentifier: "x" }, 1],
    [{ sslCtlStoreName: "x" }, 0],
    [{ flags: 0x80000000 }, 1],
    [{ flags: 0x4000 | 0x100, urlRetrievalTimeout: 5 }, 3],
  ];
  for (const [change, count] of cases) {
    assertEquals(sslEffects({ ...RECORD, ...change }).length, count, JSON.stringify(change));
  }
});

Deno.test("sslRefusal() refuses what would promise more than is done", () => {
  const cases: [change: object, isRefused: boolean][] = [
    [{}, false],
    [{ flags: 0x40 }, false],
    [{ flags: 0x1000 }, false],
    [{ flags: 0x1040 }, true],
    [{ flags: 3 }, true],
    [{ sslCtlStoreName: "CA" }, false],
    [{ sslCtlStoreName: "../MY" }, true],
  ];
  for (const [change, isRefused] of cases) {
    assertEquals(sslRefusal({ ...RECORD, ...change }) !== null, isRefused, JSON.stringify(change));
  }
});

Deno.test("tlsPolicy() has the versions that are left", () => {
  const of = (flags: number): boolean[] => {
    const { hasTls12, hasTls13, rejects } = tlsPolicy({ flags }, null);
    return [hasTls12, hasTls13, rejects];
  };
  assertEquals([0, 0x40, 0x1000, 8].map(of), [
    [true, true, false],
    [true, false, false],
    [false, true, false],
    [true, true, true],
  ]);
});

Deno.test("askingKeys() are the records through which a site is reached that asks", () => {
  const asks = { access: { sslFlags: ["SslNegotiateCert"] } } as const;
  const keys = [
    "0.0.0.0:443",
    "10.0.0.1:443",
    "[::]:443",
    "a.test:443",
    "b.test:443",
    "a.test:444",
  ];
  keys.push("*.w.test:445", "y.w.test:445");
  const records = keys.map((key) => ({ key, flags: key === "a.test:444" ? 2 : 0 }));
  const always = "a.test:444";
  const cases: [sites: { bindings: string[]; asks: boolean }[], asking: string[]][] = [
    [[], []],
    [[{ bindings: [":443:a.test"], asks: false }], []],
    [[{ bindings: [":443:a.test"], asks: true }], ["a.test:443"]],
    [[{ bindings: ["10.0.0.1:443:b.test"], asks: true }], ["b.test:443"]],
    // No record of its own: those of the addresses.
    [[{ bindings: [":443:c.test"], asks: true }], ["0.0.0.0:443", "10.0.0.1:443", "[::]:443"]],
    [[{ bindings: ["10.0.0.1:443:c.test"], asks: true }], ["10.0.0.1:443"]],
    [[{ bindings: ["10.0.0.2:443:"], asks: true }], ["0.0.0.0:443", "a.test:443", "b.test:443"]],
    // What another site has, a site of any host does not get.
    [
      [
        { bindings: ["10.0.0.2:443:"], asks: true },
        { bindings: [":443:a.test"], asks: false },
      ],
      ["0.0.0.0:443", "b.test:443"],
    ],
    [[{ bindings: [":8443:a.test"], asks: true }], []],
    // The record of a wildcard has the clients of the names below it.
    [[{ bindings: [":445:x.w.test"], asks: true }], ["*.w.test:445"]],
    [[{ bindings: [":445:y.w.test"], asks: true }], ["y.w.test:445"]],
    [[{ bindings: [":445:*.w.test"], asks: true }], ["*.w.test:445", "y.w.test:445"]],
  ];
  for (const [sites, asking] of cases) {
    const made = sites.map(({ bindings, asks: is }) => {
      return { secureBindings: bindings, ...(is ? asks : {}) };
    });
    assertEquals([...askingKeys(records, made)].sort(), [...asking, always].sort());
  }
  const application = {
    secureBindings: [":443:a.test"],
    applications: [{ path: "/x/", content: {} as never, sslFlags: ["SslRequireCert"] as const }],
  };
  assertEquals([...askingKeys(records, [application])].sort(), ["a.test:443", always]);
});

Deno.test("AccessSSLFlags and the demands are the same", () => {
  for (const bits of [0, 8, 0x20, 0x40, 0x68, 0x100, 0x168]) {
    assertEquals(sslAccessBits(sslAccessOf(bits)!), bits);
  }
  for (const bits of [1, 0x80, 0x88, 0x200, 4294967295]) assertEquals(sslAccessOf(bits), null);
});
