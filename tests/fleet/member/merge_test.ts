/**
 * Tests of the three-way merge: by cases, and by properties over documents made at random.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Problem } from "../../../mod/base/problem.ts";
import {
  type ConfigDocument,
  DEFAULT_DOCUMENT,
  type SiteRecord,
  type SslRecord,
} from "../../../mod/config/document/document.ts";
import type { SharedDocument } from "../../../mod/fleet/shared/shared_document.ts";
import {
  type Merged,
  mergeShared,
  overridesOf,
  sharedOf,
  takeBack,
  withoutOverrides,
} from "../../../mod/fleet/member/merge.ts";

const HASH = "a".repeat(40);
const OTHER_HASH = "b".repeat(40);

function site(id: number, fields: Partial<SiteRecord> = {}): SiteRecord {
  return {
    id,
    name: `site ${id}`,
    bindings: [`:${8000 + id}:`],
    secureBindings: [],
    autoStart: true,
    content: { kind: "welcome" },
    ...fields,
  };
}

function ssl(key: string, fields: Partial<SslRecord> = {}): SslRecord {
  return {
    key,
    hash: HASH,
    appId: "{00000000-0000-0000-0000-000000000000}",
    certName: "www",
    certCheckMode: 0,
    revocationFreshnessTime: 0,
    urlRetrievalTimeout: 0,
    flags: 0,
    ...fields,
  };
}

function document(fields: Partial<ConfigDocument>): ConfigDocument {
  return { ...DEFAULT_DOCUMENT, ...fields };
}

function shared(fields: Partial<ConfigDocument> = {}): SharedDocument {
  return sharedOf(document(fields));
}

function merged(
  base: SharedDocument,
  next: SharedDocument,
  local: ConfigDocument,
  hash: string | null = HASH,
): Merged {
  const result = mergeShared({ base, next, local, hashOf: () => hash });
  assert(!(result instanceof Problem), "expected a document");
  return result;
}

interface Case {
  readonly name: string;
  readonly base?: Partial<ConfigDocument>;
  readonly next: Partial<ConfigDocument>;
  readonly local?: Partial<ConfigDocument>;
  readonly expected: Partial<ConfigDocument>;
  readonly overrides?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "entries that are added and removed are followed, an own one stays",
    base: { ipListen: ["10.0.0.1", "10.0.0.2"] },
    local: { ipListen: ["10.0.0.1", "10.0.0.2", "10.0.0.9"] },
    next: { ipListen: ["10.0.0.2", "10.0.0.3"] },
    expected: { ipListen: ["10.0.0.2", "10.0.0.3", "10.0.0.9"] },
    overrides: ["ipListen[10.0.0.9]"],
  },
  {
    name: "an entry that was removed here stays away",
    base: { ipListen: ["10.0.0.1", "10.0.0.2"] },
    local: { ipListen: ["10.0.0.2"] },
    next: { ipListen: ["10.0.0.1", "10.0.0.2", "10.0.0.3"] },
    expected: { ipListen: ["10.0.0.2", "10.0.0.3"] },
    overrides: ["ipListen[10.0.0.1]"],
  },
  {
    name: "a site that was edited here stays, others follow",
    base: { sites: [site(1), site(2)] },
    local: { sites: [site(1, { autoStart: false }), site(2)] },
    next: { sites: [site(1, { name: "shop" }), site(2, { name: "wiki" }), site(3)] },
    expected: { sites: [site(1, { autoStart: false }), site(2, { name: "wiki" }), site(3)] },
    overrides: ["sites[W3SVC/1]"],
  },
  {
    name: "a site that was edited here stays when the fleet removes it",
    base: { sites: [site(1), site(2)] },
    local: { sites: [site(1), site(2, { autoStart: false })] },
    next: { sites: [] },
    expected: { sites: [site(2, { autoStart: false })] },
    overrides: ["sites[W3SVC/2]"],
  },
  {
    name: "what is here as the fleet wants it is no override",
    local: { ipListen: ["10.0.0.1"], settings: { MaxConnections: 5 } },
    next: { ipListen: ["10.0.0.1"], settings: { MaxConnections: 5 } },
    expected: { ipListen: ["10.0.0.1"], settings: { MaxConnections: 5 } },
  },
  {
    name: "settings one by one",
    base: { settings: { MaxConnections: 5, UriEnableCache: false } },
    local: { settings: { MaxConnections: 7, UriEnableCache: false } },
    next: { settings: { MaxConnections: 6, LogEnabled: false } },
    expected: { settings: { MaxConnections: 7, LogEnabled: false } },
    overrides: ["settings.MaxConnections"],
  },
  {
    name: "properties of the metabase one by one, and a secret one stays",
    base: { metabase: { "W3SVC/1": { Realm: "a", AppRoot: "/x" } } },
    local: { metabase: { "W3SVC/1": { Realm: "own", AppRoot: "/x", UNCPassword: "secret" } } },
    next: { metabase: { "W3SVC/1": { Realm: "b", AppRoot: "/y" }, "W3SVC/2": { Realm: "c" } } },
    expected: {
      metabase: {
        "W3SVC/1": { Realm: "own", AppRoot: "/y", UNCPassword: "secret" },
        "W3SVC/2": { Realm: "c" },
      },
    },
    overrides: ["metabase[W3SVC/1 Realm]", "metabase[W3SVC/1 UNCPassword]"],
  },
  {
    name: "records follow by their keys; one without a name stays, and goes before a shared one",
    base: { ssl: [ssl("0.0.0.0:443")] },
    local: {
      ssl: [ssl("0.0.0.0:443", { hash: OTHER_HASH }), ssl("0.0.0.0:444", { certName: undefined })],
    },
    next: { ssl: [ssl("0.0.0.0:443"), ssl("0.0.0.0:444"), ssl("0.0.0.0:445")] },
    expected: {
      ssl: [
        ssl("0.0.0.0:443", { hash: OTHER_HASH }),
        ssl("0.0.0.0:445"),
        ssl("0.0.0.0:444", { certName: undefined }),
      ],
    },
    overrides: ["ssl[0.0.0.0:444]"],
  },
  {
    name: "a list that becomes empty is left out, as it was before there was one",
    base: { registrations: [{ url: "http://+:80/a/", to: "127.0.0.1:1", timeout: 1 }] },
    local: { registrations: [{ url: "http://+:80/a/", to: "127.0.0.1:1", timeout: 1 }] },
    next: {},
    expected: {},
  },
];

for (const { name, base = {}, next, local = base, expected, overrides = [] } of CASES) {
  Deno.test(`merge: ${name}`, () => {
    const result = merged(shared(base), shared(next), document(local));
    assertEquals(result.document, document(expected));
    assertEquals(result.overrides, overrides);
    assertEquals(overridesOf(shared(next), result.document), overrides);
  });
}

Deno.test("merge: a certificate that the machine does not have refuses the document", () => {
  const input = { base: shared(), next: shared({ ssl: [ssl("0.0.0.0:443")] }) };
  const result = mergeShared({ ...input, local: document({}), hashOf: () => null });
  assert(result instanceof Problem);
  assertEquals(
    result.reason,
    'this machine has no certificate "www" of the store "MY", which ssl[0.0.0.0:443] needs',
  );
  assertEquals(result.hint, "httpcfg cert import --name www --cert FILE --key FILE");
});

Deno.test("merge: a certificate that ACME will obtain is waited for under its name", () => {
  const next = shared({
    ssl: [ssl("0.0.0.0:443", { certStoreName: "ACME" })],
    acme: [{ certName: "www", names: ["www.example.com"], server: "https://ca/", agreeTos: true }],
  });
  const { document: { ssl: [record] } } = merged(shared(), next, document({}), null);
  assertEquals(record?.hash, "0".repeat(40));
});

Deno.test("merge: a new shared site with the id of another site of the machine is named", () => {
  const local = document({ sites: [...DEFAULT_DOCUMENT.sites, site(2, { name: "own" })] });
  const next = shared({ sites: [...DEFAULT_DOCUMENT.sites, site(2, { name: "shop" })] });
  const { hidden, overrides, document: result } = merged(shared(), next, local);
  assertEquals(hidden, [
    'W3SVC/2 is the site "own" of this machine, and the shared site "shop"',
  ]);
  assertEquals(overrides, ["sites[W3SVC/2]"]);
  assertEquals(result.sites.at(-1)?.name, "own");
});

Deno.test("merge: a site that sends a password to its upstream is not shared, and stays", () => {
  const own = site(2, {
    content: {
      kind: "proxy",
      to: ["http://127.0.0.1:1"],
      setRequestHeaders: ["Authorization: Basic eA=="],
    } as never,
  });
  const local = document({ sites: [site(1), own] });
  assertEquals(sharedOf(local).sites.map(({ id }) => id), [1]);
  const next = shared({ sites: [site(1), site(2, { name: "shop" })] });
  const result = merged(sharedOf(local), next, local);
  assertEquals(result.document.sites, [site(1), own]);
  assertEquals(result.overrides, ["sites[W3SVC/2]"]);
});

Deno.test("merge: overrides are given up one by one, or all", () => {
  const local = document({
    ipListen: ["10.0.0.9"],
    sites: [site(1, { name: "own" })],
    settings: { MaxConnections: 7 },
  });
  const next = shared({ ipListen: ["10.0.0.1"], sites: [site(1)] });
  const give = (names: readonly string[] | null): Merged => {
    const result = withoutOverrides({ shared: next, local, names, hashOf: () => HASH });
    assert(!(result instanceof Problem));
    return result;
  };
  const one = give(["sites[W3SVC/1]", "ipListen[10.0.0.1]"]);
  assertEquals(one.document.sites, [site(1)]);
  assertEquals(one.document.ipListen, ["10.0.0.1", "10.0.0.9"]);
  assertEquals(one.overrides, ["ipListen[10.0.0.9]", "settings.MaxConnections"]);
  const all = give(null);
  assertEquals(sharedOf(all.document), next);
  assertEquals(all.overrides, []);
});

/** A generator of numbers that is the same in every run (Lehmer). */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed;;) {
    state = state * 48271 % 2147483647;
    yield state;
  }
}

function randomDocument(random: Iterator<number, never>): ConfigDocument {
  const below = (limit: number): number => random.next().value % limit;
  const some = <T>(all: readonly T[]): T[] => all.filter(() => below(2) === 0);
  const numbers = [1, 2, 3, 4, 5];
  const registrations = some(numbers).map((n) => {
    return { url: `http://+:80/${n}/`, to: `127.0.0.1:${1 + below(2)}`, timeout: 1 };
  });
  return document({
    ipListen: some(numbers).map((n) => `10.0.0.${n}`),
    sites: some(numbers).map((id) => site(id, { autoStart: below(2) === 0 })),
    ssl: some(numbers).map((n) => ssl(`0.0.0.0:${n}`, { flags: below(2) })),
    urlAcl: some(numbers).map((n) => ({ url: `http://+:81/${n}/`, sddl: `D:${below(2)}` })),
    settings: { ...below(2) === 0 ? { MaxConnections: 1 + below(2) } : {} },
    metabase: { ...below(2) === 0 ? { "W3SVC/1": { Realm: `${below(2)}` } } : {} },
    ...registrations.length === 0 ? {} : { registrations },
  });
}

Deno.test("merge: properties", () => {
  const random = numbers(20261128);
  for (let i = 0; i < 300; i++) {
    const [base, next, local] = [1, 2, 3].map(() => randomDocument(random)) as [
      ConfigDocument,
      ConfigDocument,
      ConfigDocument,
    ];
    const [old, wanted] = [sharedOf(base), sharedOf(next)];
    // Who has no override has exactly the next document.
    assertEquals(sharedOf(merged(old, wanted, base).document), wanted);
    assertEquals(merged(old, wanted, base).overrides, []);
    // What is not followed is as it is here.
    const first = merged(old, wanted, local);
    assertEquals(overridesOf(wanted, first.document), first.overrides);
    for (const entry of local.ipListen) {
      const isFollowed = base.ipListen.includes(entry) && !next.ipListen.includes(entry);
      assertEquals(first.document.ipListen.includes(entry), !isFollowed);
    }
    // A second time changes nothing.
    const second = merged(wanted, wanted, first.document);
    assertEquals(JSON.stringify(second.document), JSON.stringify(first.document));
    // Back and forth is as before, for whoever has no override.
    assertEquals(sharedOf(merged(wanted, old, merged(old, wanted, base).document).document), old);
    const back = takeBack({ before: local, after: first.document, now: first.document });
    assertEquals(back, local);
  }
});
