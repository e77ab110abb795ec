// Goal: no secret of the document, the files, the logs, the service or the environment is in a report,
// wherever it stands and whether the document is valid. Method: a marker in the place of each text,
// in each of the forms that a secret has, and the report searched for it.
import { assert, assertEquals } from "@std/assert";
import type { Ip } from "../../../../../mod/base/address.ts";
import { messageOf } from "../../../../../mod/base/fault.ts";
import { documentSchema } from "../../../../../mod/config/document/schema.ts";
import { Store } from "../../../../../mod/config/store/store.ts";
import type { ServiceStatus } from "../../../../../mod/host/control/status.ts";
import type {
  Facts,
  SeenDocument,
} from "../../../../../mod/cli/commands/observe/diagnosis/gather.ts";
import { Masker } from "../../../../../mod/cli/commands/observe/diagnosis/masker.ts";
import { makeReport } from "../../../../../mod/cli/commands/observe/diagnosis/report.ts";
import { vocabularyOf } from "../../../../../mod/cli/commands/observe/diagnosis/vocabulary.ts";
import { CONTENT_RULES } from "../../../../../mod/site/kinds/kinds.ts";
import { serviceStatus } from "../../../../support/command_home.ts";

const MARKER = "Zq7Secret9xW";
const FORMS: readonly ((marker: string) => string)[] = [
  (marker) => marker,
  (marker) => `Bearer ${marker}`,
  (marker) => `Authorization: Bearer ${marker}`,
  (marker) => `X-Anything: ${marker}`,
  (marker) => `https://ann:${marker}@www.example.com/a`,
  (marker) => `https://www.example.com/${marker}/b?c=${marker}`,
  (marker) => `/srv/${marker}/www`,
  (marker) => `C:\\${marker}\\www`,
  (marker) => `10.0.0.5:80:${marker}.example.com`,
  (marker) => `${marker}=1; Path=/`,
  (marker) => `ann:$2y$05$${marker}`,
  (marker) => `eth0 ${marker}`,
  (marker) => `unix:/run/${marker}.sock`,
  (marker) => `-----BEGIN PRIVATE KEY-----\n${marker}\n-----END PRIVATE KEY-----`,
];

/** A document with a text in every place that can have one. */
const SITE = {
  id: 1,
  name: "one",
  bindings: [":80:www.example.com"],
  secureBindings: [":443:"],
  autoStart: true,
  content: {
    kind: "proxy",
    to: ["http://10.0.0.5:3000"],
    ca: "/etc/ca.pem",
    host: "{upstream}",
    setRequestHeaders: ["Authorization: Basic abc"],
    removeRequestHeaders: ["X-A"],
    setResponseHeaders: ["Set-Cookie: a=b"],
    removeResponseHeaders: ["X-B"],
    health: { path: "/health?token=1" },
  },
  applications: [
    { path: "/a", content: { kind: "redirect", to: "https://x.example/{path}" } },
    { path: "/b", content: { kind: "respond", text: "hello" } },
    { path: "/c", content: { kind: "root", root: "/srv/www" } },
  ],
  access: {
    allow: ["10.0.0.0/8"],
    rate: "10/s",
    basicAuth: { file: "/etc/htpasswd", realm: "inside" },
  },
  response: {
    headers: ["X-Key: abc"],
    hsts: "max-age=1",
    errorPages: { "404": { text: "gone" }, "500": { file: "/srv/500.html" } },
    fallback: "/index.html",
    mimeTypes: { ".x": "text/x" },
  },
};
const DOCUMENT = {
  $schema: "./schema.json",
  version: 2,
  ipListen: ["10.0.0.5"],
  ssl: [{
    key: "0.0.0.0:443",
    hash: "0123456789012345678901234567890123456789",
    appId: "{12345678-1234-1234-1234-123456789012}",
    certStoreName: "MY",
    certName: "www",
    certCheckMode: 0,
    revocationFreshnessTime: 0,
    urlRetrievalTimeout: 0,
    sslCtlIdentifier: "a",
    sslCtlStoreName: "CA",
    flags: 0,
  }],
  urlAcl: [{ url: "http://+:80/a/", sddl: "D:(A;;GX;;;S-1-1-0)" }],
  registrations: [{ url: "http://+:80/b/", to: "http://127.0.0.1:3000", timeout: 10 }],
  sites: [SITE],
  metabase: { "LM/W3SVC/1": { ServerComment: "x", Other: ["y"] } },
  settings: { TrustedProxies: ["10.0.0.0/8"] },
  acme: [{
    certName: "www.example.com",
    names: ["www.example.com"],
    server: "https://acme.example/directory",
    caFile: "/etc/ca.pem",
    contact: "ann@example.com",
    agreeTos: true,
  }],
  unknown: "value",
};

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Yields `value` with `text` in the place of each of its texts, one after the other, and of each name. */
function* replaced(value: Json, text: string): Generator<Json> {
  if (typeof value === "string") yield text;
  else if (Array.isArray(value)) {
    for (const [i, one] of value.entries()) {
      for (const other of replaced(one, text)) yield value.with(i, other);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [name, one] of Object.entries(value)) {
      for (const other of replaced(one, text)) yield { ...value, [name]: other };
      const { [name]: _, ...others } = value;
      yield { ...others, [text]: one };
    }
  }
}

const STORE = new Store({
  file: "/nowhere/config.json",
  loadContentRules: () => Promise.resolve(CONTENT_RULES),
});
const WORDS = vocabularyOf(documentSchema(CONTENT_RULES.schema), ["eth0"]);

/** The text of a document as the program reads it. */
async function seen(text: string): Promise<SeenDocument> {
  let value: unknown;
  try {
    value = await STORE.parseJson(text);
    await STORE.parse(text);
    return { text, value, trouble: null };
  } catch (error) {
    return { text, value, trouble: messageOf(error) };
  }
}

const NOTHING: Facts = {
  nowMs: 0,
  zoneMinutes: 0,
  program: [],
  hostName: "web7",
  files: { value: [], problem: null },
  document: { value: { text: null, value: undefined, trouble: null }, problem: null },
  status: { value: null, problem: null },
  metrics: { value: null, problem: null },
  plan: { value: null, problem: null },
  listeners: { value: { owners: [], unseen: null }, problem: null },
  addresses: { value: [], problem: null },
  events: { value: [], problem: null },
  refused: { value: { fields: null, lines: [] }, problem: null },
  system: [],
};

function reportOf(more: Partial<Facts>, withNames = false): string {
  const masker = new Masker({ words: WORDS, withNames, hostNames: ["web7"] });
  const home = { owner: "system", why: "you are root" };
  const facts = { ...NOTHING, ...more };
  return makeReport({ facts, masker, words: WORDS, home, caller: [], withNames }).text;
}

function events(text: string): Facts["events"] {
  const one = { time: "2026-01-01T00:00:00.000Z", source: "httpcfg", id: 1, level: "error" };
  const [first = ""] = text.split("\n");
  return {
    value: [
      { ...one, text: `Cannot use ${JSON.stringify(text)}: unknown`, detail: first },
      { ...one, text: `a sentence with ${text} in it` },
    ],
    problem: null,
  };
}

Deno.test("no secret of a document is in a report, nor in an event that quotes it", async () => {
  for (const [i, form] of FORMS.entries()) {
    const text = form(MARKER);
    let count = 0;
    for (const document of replaced(DOCUMENT, text)) {
      count++;
      // Each place has a few of the forms, and each form a few of the places.
      if ((count + i) % 5 !== 0) continue;
      const value = await seen(JSON.stringify(document));
      const shown = reportOf({ document: { value, problem: null }, events: events(text) });
      assert(!new RegExp(MARKER, "i").test(shown), `${text} as ${count}:\n${shown}`);
    }
    assert(count > 100, "each text and each name had its turn");
  }
});

Deno.test("nor of one that is no JSON, wherever it ends", async () => {
  for (const form of FORMS) {
    const whole = JSON.stringify(
      { ...DOCUMENT, sites: [{ ...SITE, name: form(MARKER) }] },
      null,
      2,
    );
    const at = whole.indexOf(MARKER);
    for (const end of [at + 4, at + MARKER.length, at + MARKER.length + 1, whole.length - 1]) {
      const value = await seen(whole.slice(0, end));
      assertEquals(value.value, undefined);
      const shown = reportOf({ document: { value, problem: null } });
      assert(!shown.includes(MARKER.slice(0, 6)), `${end}:\n${shown}`);
    }
    const bare = await seen(`{ "sites": [ ${form(MARKER)} ] }`);
    const shown = reportOf({ document: { value: bare, problem: null } });
    assert(!shown.includes(MARKER.slice(0, 6)), shown);
  }
});

/** A status with a text in every place that others can reach. */
function statusWith(text: string): ServiceStatus {
  const since = "2026-01-01T00:00:00.000Z";
  return serviceStatus({ HTTP: "running" }, {
    user: text,
    ipListen: [text],
    settings: { TrustedProxies: [text] },
    endpoints: [{ ip: "10.0.0.5", port: 80, scheme: "http", state: "refused", cause: text }],
    unmatched: [text],
    sites: [{ id: 1, name: text, state: "stopped", reason: text, bindings: [text] }],
    registrations: [{ url: text, to: text, uid: 1, keep: true, since }],
    upstreams: [{
      ...{ siteId: 1, site: text, application: text, upstream: text, state: "down", since },
      ...{ cause: text, requests: 0, connections: 0, lastCheck: { time: since, failure: text } },
    }],
    problems: [{ text, hint: text }],
    notes: [{ text, hint: text }],
    stored: { file: text, changes: null, problem: text, hint: text },
    acme: [{
      ...{ name: text, names: [text], server: text, state: "due", hash: text, notAfter: since },
      ...{ renewAt: since, retryAt: since, error: text, hint: text, explanationUrl: text },
    }],
  });
}

Deno.test("nor of the service, of a log, of a path, or of what could not be collected", () => {
  for (const form of FORMS.filter((_, i) => i !== 9)) {
    const text = form(MARKER);
    const quoted = `it says ${JSON.stringify(text)}`;
    const shown = reportOf({
      status: { value: statusWith(text), problem: null },
      metrics: {
        value: {
          ...serviceStatus({}),
          totals: {
            build: { version: text, runtime: text },
            ...{ atMs: 0, durations: [], exhausted: 0, sockets: { opened: 0, failed: 0 } },
            requests: [{
              site: text,
              address: "10.0.0.5:80",
              classes: [],
              sentBytes: 0,
              receivedBytes: 0,
            }],
            refused: [[quoted, 1]],
            connections: { accepted: 0, open: 0, idle: 0, tunnels: 0 },
            tls: { handshakes: 0, failures: [[quoted, 1]] },
            cache: { hits: 0, misses: 0 },
            ...{ lostLogLines: 0, workers: [] },
          },
        },
        problem: null,
      },
      files: {
        value: [{
          label: "",
          path: `/etc/${MARKER}.key`,
          kind: "file",
          mode: 0o600,
          owner: 0,
          bytes: 1,
        }],
        problem: null,
      },
      plan: { value: null, problem: quoted },
      refused: {
        value: {
          fields: "#Fields: date time c-ip c-port cs-version cs-method cs-uri sc-status s-reason",
          lines: [
            `2026-01-01 00:00:00 10.9.9.9 5000 ${MARKER} ${MARKER} /${MARKER}?a=${MARKER} 400 ${MARKER}`,
          ],
        },
        problem: null,
      },
      addresses: {
        value: [{
          ip: "10.0.0.5" as Ip,
          interface: "eth0",
          scopeId: 0,
          family: 4,
          prefixBits: 24,
          scope: "global",
        }],
        problem: null,
      },
    });
    assert(!new RegExp(MARKER, "i").test(shown), `${text}:\n${shown}`);
    assert(!shown.includes("10.9.9.9") && !shown.includes("10.0.0.5"), shown);
  }
});

Deno.test("with names, passwords and texts are masked all the same", async () => {
  const secret = [4, 5, 1, 2].map((i) => FORMS[i]!(MARKER));
  const document = {
    ...DOCUMENT,
    sites: [{
      ...SITE,
      content: { ...SITE.content, to: [secret[0]!], setRequestHeaders: [secret[2]!] },
      response: { headers: [`X-Api-Key: ${MARKER}`], errorPages: { "404": { text: MARKER } } },
      applications: [{ path: "/a", content: { kind: "redirect", to: secret[1]! } }],
    }],
  };
  const value = await seen(JSON.stringify(document));
  const shown = reportOf({ document: { value, problem: null }, events: events(secret[2]!) }, true);
  assert(!shown.includes(MARKER), shown);
  assert(shown.includes("10.0.0.5") && shown.includes("www.example.com"), shown);
});
