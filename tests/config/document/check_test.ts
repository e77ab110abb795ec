// Goal: every problem of a document is reported with its path. Method: broken documents.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkDocument, type ContentRules } from "../../../mod/config/document/check.ts";
import {
  type ConfigDocument,
  DEFAULT_DOCUMENT,
  type SslRecord,
} from "../../../mod/config/document/document.ts";
import { CONTENT_RULES, KINDS } from "../../../mod/site/kinds/kinds.ts";

const SITE = DEFAULT_DOCUMENT.sites[0]!;
const KIND_NAMES = KINDS.map(({ kind }) => `"${kind}"`).join(", ");

function problems(value: unknown): string[] {
  return checkDocument(value, CONTENT_RULES).problems.map(({ at, message }) => `${at}: ${message}`);
}

Deno.test("checkDocument() finds nothing wrong with the built-in document", () => {
  assertEquals(problems(DEFAULT_DOCUMENT), []);
});

Deno.test("checkDocument() reports the path and what was expected there", () => {
  const cases: [change: Record<string, unknown>, problems: string[]][] = [
    [{ ipLisen: [] }, ["ipLisen: unknown field"]],
    [{ ipListen: "10.0.0.1" }, ['ipListen: expected a list, found "10.0.0.1"']],
    [{ ipListen: ["10.0.0.1", 7] }, ["ipListen[1]: expected a string, found 7"]],
    [{ ipListen: ["x".repeat(257)] }, [
      `ipListen[0]: must be at most 256 characters long, found "${
        "x".repeat(99)
      }…" (257 characters)`,
    ]],
    [{ ipListen: Array(100_001).fill("::1") }, [
      "ipListen: must have at most 100000 entries, found a list",
    ]],
    [{ settings: { MaxFieldLength: 1 } }, [
      "settings.MaxFieldLength: must be at least 64, found 1",
    ]],
    [{ settings: { Nonsense: 1 } }, ["settings.Nonsense: unknown field"]],
    [{ metabase: { "W3SVC/1": { A: Infinity } } }, [
      'metabase["W3SVC/1"].A: expected a finite number, found Infinity',
    ]],
    [{ metabase: { "W3SVC/1": { A: null } } }, [
      'metabase["W3SVC/1"].A: expected one of string, number, boolean, Array, found null',
    ]],
    [{ sites: [{ ...SITE, content: { kind: "other" } }] }, [
      `sites[0].content.kind: expected one of ${KIND_NAMES}, found "other"`,
    ]],
    [{ sites: [{ ...SITE, autoStart: {} }] }, [
      "sites[0].autoStart: expected true or false, found an object",
    ]],
    [{ urlAcl: {} }, ["urlAcl: expected a list, found an object"]],
  ];
  for (const [change, want] of cases) {
    assertEquals(problems({ ...DEFAULT_DOCUMENT, ...change }), want);
  }
});

Deno.test("checkDocument() reports a missing field", () => {
  const { ipListen: _, ...rest } = DEFAULT_DOCUMENT;
  assertEquals(problems(rest), ["ipListen: missing"]);
});

Deno.test("checkDocument() reports a value that is not an object", () => {
  for (const [value, shown] of [[null, "null"], [[], "a list"], [1, "1"], ["x", '"x"']] as const) {
    assertEquals(problems(value), [`: expected an object, found ${shown}`]);
  }
});

Deno.test("checkDocument() reports all problems, not only the first", () => {
  const sites = [{ ...SITE, id: "x", name: "" }];
  const found = problems({ ...DEFAULT_DOCUMENT, sites, version: 3, extra: 1 });
  assertEquals(found.map((line) => line.split(":")[0]).sort(), [
    "extra",
    "sites[0].id",
    "sites[0].name",
    "version",
  ]);
});

Deno.test("checkDocument() requires valid list entries", () => {
  const ipListen = ["10.0.0.1", "1..2.3", "fd00::/8", "eth0", "!::1", "10.0.0.5/24"];
  assertEquals(problems({ ...DEFAULT_DOCUMENT, ipListen }), [
    'ipListen[1]: "1..2.3" is not a valid entry: an IPv4 address has four parts',
    'ipListen[5]: "10.0.0.5/24" is not a valid entry: the address has bits set beyond its 24-bit prefix',
  ]);
});

Deno.test("checkDocument() returns the document in its one spelling", () => {
  const cases: [change: Partial<ConfigDocument>, want: Partial<ConfigDocument>][] = [
    [
      { ipListen: ["10.0.0.1/32", "::FFFF:10.0.0.1", "2001:DB8::0:1", "!10.0.0.1", "10.0.0.1"] },
      { ipListen: ["10.0.0.1", "2001:db8::1", "!10.0.0.1"] },
    ],
    [
      {
        sites: [{
          ...SITE,
          bindings: ["*:80", ":80:WWW.example."],
          secureBindings: ["[0::1]:443:"],
        }],
      },
      {
        sites: [{ ...SITE, bindings: [":80:", ":80:www.example"], secureBindings: ["[::1]:443:"] }],
      },
    ],
    [{ ssl: [ssl("[::0]:443"), ssl("WWW.example.:443")] }, {
      ssl: [ssl("[::]:443"), ssl("www.example:443")],
    }],
  ];
  for (const [change, want] of cases) {
    const checked = checkDocument({ ...DEFAULT_DOCUMENT, ...change }, CONTENT_RULES);
    assertEquals(checked, { document: { ...DEFAULT_DOCUMENT, ...want }, problems: [] });
    assertEquals(Object.keys(checked.document), Object.keys(DEFAULT_DOCUMENT));
    assertEquals(checkDocument(checked.document, CONTENT_RULES).document, checked.document);
  }
});

Deno.test("checkDocument() does not read again what is known, and reads what is not", () => {
  const known = { ...DEFAULT_DOCUMENT, ipListen: ["10.0.0.1"] };
  const ipListen = ["10.0.0.1", "::0", "1..2.3"];
  const { document, problems } = checkDocument({ ...known, ipListen }, CONTENT_RULES, known);
  assertEquals(document.ipListen, ["10.0.0.1", "::"]);
  assertEquals(problems.map(({ at }) => at), ["ipListen[2]"]);
});

Deno.test("checkDocument() requires unique site ids and names, and valid bindings", () => {
  const sites = [
    SITE,
    { ...SITE, name: "DEFAULT web site", bindings: ["*:80:", ":0:"], secureBindings: ["x"] },
  ];
  assertEquals(problems({ ...DEFAULT_DOCUMENT, sites }), [
    'sites[1].bindings[1]: ":0:" is not a valid binding: port must be between 1 and 65535, not "0"',
    'sites[1].secureBindings[0]: "x" is not a valid binding: not of the form IP:Port:Host',
    "sites[1].id: 1 is a duplicate site id",
    'sites[1].name: "DEFAULT web site" is a duplicate site name',
  ]);
});

Deno.test("checkDocument() applies the rules of each kind of content, and reports the path", () => {
  const contents: ContentRules = {
    ...CONTENT_RULES,
    check: ({ kind }) => kind === "echo" ? [{ at: "to", message: "wrong" }] : [],
  };
  const sites = [SITE, { ...SITE, id: 2, name: "b", content: { kind: "echo" } }];
  assertEquals(checkDocument({ ...DEFAULT_DOCUMENT, sites }, contents).problems, [
    { at: "sites[1].content.to", message: "wrong" },
  ]);
});

Deno.test("checkDocument() shows a hostile value on one line", () => {
  const [line = ""] = problems({ ...DEFAULT_DOCUMENT, version: `\u001b[2J\n${"x".repeat(9000)}` });
  assertStringIncludes(line, "\\u001b[2J\\n");
  assertEquals([line.includes("\n"), line.length < 250], [false, true]);
});

function ssl(key: string): SslRecord {
  return {
    key,
    hash: "0".repeat(40),
    appId: "{00000000-0000-0000-0000-000000000000}",
    certCheckMode: 0,
    revocationFreshnessTime: 0,
    urlRetrievalTimeout: 0,
    flags: 0,
  };
}

Deno.test("checkDocument() reports every problem of ssl and urlAcl with its path", () => {
  const sddl = "D:(A;;GX;;;WD)";
  const document = {
    ...DEFAULT_DOCUMENT,
    ssl: [
      ssl("0.0.0.0:443"),
      ssl("www.example.com:443"),
      ssl("[::0]:443"),
      ssl("[::]:443"),
      ssl("nonsense"),
    ],
    urlAcl: [
      { url: "http://+:80/a/", sddl },
      { url: "http://+:80/A/", sddl },
      { url: "http://+/", sddl: "everyone" },
      { url: "http://0.0.0.0:80/", sddl },
    ],
    registrations: ["http://10.0.0.1:80/a/", "http://0.0.0.0:80/a/", "https://[ff02::1]:443/"]
      .map((url) => ({ url, to: "http://127.0.0.1:3000", timeout: 120 })),
  };
  assertEquals(checkDocument(DEFAULT_DOCUMENT, CONTENT_RULES).problems, []);
  assertEquals(checkDocument(document, CONTENT_RULES).problems, [
    { at: "ssl[4].key", message: 'expected IP:port or name:port, found "nonsense"' },
    { at: "ssl[3].key", message: '"[::]:443" is a duplicate' },
    { at: "urlAcl[1].url", message: '"http://+:80/a/" is a duplicate' },
    { at: "urlAcl[2].url", message: 'expected scheme://host:port/path/, found "http://+/"' },
    {
      at: "urlAcl[2].sddl",
      message: 'expected an access list of the form D:(…), found "everyone"',
    },
    {
      at: "registrations[1].url",
      message: '"0.0.0.0" stands for every address, and no client connects to it',
    },
    {
      at: "registrations[2].url",
      message: '"[ff02::1]" is a multicast address, to which no client connects',
    },
  ]);
});
