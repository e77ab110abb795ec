/**
 * Fuzzes the stored document, as the text of its file. The rules:
 *
 * - a document is accepted or refused by a fault; nothing else is thrown, and each problem is one
 *   line;
 * - an accepted document is its own after it was stored and read again, with and without what was
 *   known before, and after a change that the history has kept;
 * - every machine has a plan for an accepted document.
 *
 * @module
 */
import { Problem } from "../../mod/base/problem.ts";
import { assert, assertEquals } from "@std/assert";
import { parseEndpoint } from "../../mod/base/address.ts";
import { Fault } from "../../mod/base/fault.ts";
import { type Binding, formatBinding, parseBinding } from "../../mod/config/document/binding.ts";
import { checkDocument } from "../../mod/config/document/check.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { parseList } from "../../mod/config/document/list_entry.ts";
import { DocumentFault } from "../../mod/config/document/document_problems.ts";
import { applyPatch, makePatch } from "../../mod/config/document/patch.ts";
import { serialize, Store } from "../../mod/config/store/store.ts";
import { makePlan } from "../../mod/listen/plan/make_plan.ts";
import { generationOf, sitesToPlan } from "../../mod/listen/plan/sites_to_plan.ts";
import { CONTENT_RULES } from "../../mod/site/kinds/kinds.ts";
import { machineOf } from "../support/machine.ts";
import { hostileJson } from "./hostile_json.ts";
import { anyOf, mutatedText } from "./mutate.ts";
import type { Random } from "./random.ts";
import { target } from "./target.ts";

/** Texts for one field: those that it may have, and others. */
interface Texts {
  readonly good: readonly string[];
  readonly bad: readonly string[];
}

const ENTRIES: Texts = {
  good: ["127.0.0.2", "10.0.0.0/8", "::1", "eth0", "!eth0", "fe80::1%eth0", "0.0.0.0", "FE80::2%1"],
  bad: ["*-a", "10.0.0.1/8", "224.0.0.1", ""],
};
const BINDINGS: Texts = {
  good: [
    ...[":80:", "*:80:", "127.0.0.2:80:", "127.0.0.2:80:A.example.", "[::1]:443:", ":443:b", ":80"],
    ...[
      "[fe80::1%eth0]:80:",
      ":80:xn--a",
      "[::ffff:1.2.3.4]:80:",
      "1.2.3.4:8080:",
      "10.0.0.5:80:c",
    ],
  ],
  bad: ["*:080:", ":80:1.2.3.4", "0.0.0.0:80:", ":0:", "a:80:", ":80:a b"],
};
const KEYS: Texts = {
  good: ["0.0.0.0:443", "[::1]:443", "A.example.:443", "127.0.0.1:8443", "[fe80::1%eth0]:443"],
  bad: ["127.0.0.1:0443", "a", ":443"],
};
const TARGETS: Texts = {
  good: ["http://127.0.0.1:3000", "http://[::1]:1/", "unix:/run/a.sock"],
  bad: ["http://10.0.0.1:1", "https://127.0.0.1", "unix:a", ""],
};

const URLS: Texts = {
  good: [
    "http://+:80/a/",
    "https://*:443/",
    "http://A.:80/%41/",
    "http://[::1]:80/",
    "http://a:1/%3f/",
  ],
  bad: ["http://+:80/a", "http://a:80/%0a/", "http://a:80//"],
};
const SDDLS: Texts = {
  good: ["D:(A;;GX;;;WD)", "D:(A;;GA;;;S-1-5-21-1)", "D:(A;;GX;;;NS)(A;;GW;;;BA)"],
  bad: ["D:", "O:BA", "D:(A;;GX;;;)"],
};
const NAMES: Texts = { good: ["a", "Default Web Site", "ä", "x\n"], bad: ["", "x".repeat(300)] };
const PATHS: Texts = {
  good: ["W3SVC", "W3SVC/1", "W3SVC/Info", "W3SVC/1/ROOT", "w3svc/2", "__proto__"],
  bad: [""],
};
const PROPERTIES: Texts = {
  good: ["DisableSocketPooling", "MajorIIsVersionNumber", "AppPoolId", "__proto__", "x"],
  bad: [""],
};
const APPLICATION_PATHS: Texts = {
  good: ["/a", "/A/b/", "/%C3%BC/", "/50%25/x", "/\u0130/", "/.x/"],
  bad: ["/", "a", "/a//b", "/%2e%2e/", "/%", "/*", ""],
};
const CONTENTS = [
  { kind: "welcome" },
  { kind: "echo" },
  { kind: "respond", text: "a", status: 204 },
  { kind: "root", path: "/srv", listing: true },
  { kind: "redirect", to: "https://{host}{path}", status: 301 },
  { kind: "redirect", to: "/a{query}" },
  { kind: "proxy", to: ["http://a:1/b/", "https://[::1]", "unix:/s"], host: "{upstream}" },
  {
    kind: "proxy",
    to: ["http://a"],
    setRequestHeaders: ["A: b"],
    health: { path: "/?a", fall: 1 },
  },
];
const SETTINGS = [
  ["MaxFieldLength", 64],
  ["applyChanges", "live"],
  ["UriEnableCache", false],
  ["TunnelIdleTimeout", 4294967],
] as const;

/** The text of a document of any version; every other one is nearly always accepted. */
function documentText(random: Random): string {
  const isSound = random.chance(2);
  const text = ({ good, bad }: Texts): string => {
    return isSound ? random.pick(good) : anyOf([...good, ...bad], random);
  };
  const document = documentOf(text, isSound, random);
  // A number that is too large for JSON is in a text all the same.
  if (isSound && random.chance(4)) return JSON.stringify(document).replaceAll("1e+300", "1e999");
  if (isSound || random.chance(2)) return JSON.stringify(document);
  const json = hostileJson(document, random);
  return random.chance(5) ? mutatedText(json, random) : json;
}

function documentOf(text: (of: Texts) => string, isSound: boolean, random: Random): object {
  const some = <T>(most: number, make: (i: number) => T): T[] => {
    return Array.from({ length: random.below(most + 1) }, (_, i) => make(i));
  };
  return {
    ...(random.chance(8) ? {} : { version: random.pick(isSound ? [2, 2, 1, 0] : [2, 1, 3]) }),
    ipListen: some(3, () => text(ENTRIES)),
    ssl: some(2, () => record(text(KEYS), random)),
    urlAcl: some(2, () => ({ url: text(URLS), sddl: text(SDDLS) })),
    registrations: some(
      2,
      () => ({
        url: text(URLS),
        to: text(TARGETS),
        timeout: isSound ? 1 + random.below(9) : random.below(9),
      }),
    ),
    sites: some(3, (i) => ({
      id: isSound ? 7 - i : random.pick([0, 1, 4294967295, 4294967296]),
      name: isSound ? `${text(NAMES)}${i}` : text(NAMES),
      bindings: some(3, () => text(BINDINGS)),
      secureBindings: some(2, () => text(BINDINGS)),
      autoStart: random.chance(2),
      content: random.pick(CONTENTS),
      ...(random.chance(2) ? {} : {
        applications: some(2, () => ({
          path: text(APPLICATION_PATHS),
          content: random.pick(CONTENTS),
        })),
      }),
      ...(random.chance(4) ? { maxConnections: random.below(5) } : {}),
    })),
    metabase: Object.fromEntries(some(2, () => [
      text(PATHS),
      Object.fromEntries(some(2, () => [
        text(PROPERTIES),
        random.pick([true, 5, 4, "a", ["a"], 1e300, -0]),
      ])),
    ])),
    settings: Object.fromEntries(some(2, () => random.pick(SETTINGS))),
  };
}

function record(key: string, random: Random): object {
  return {
    key,
    hash: "0123456789".repeat(4),
    appId: "{00000000-0000-0000-0000-000000000000}",
    certCheckMode: random.pick([0, 1, 4294967295]),
    revocationFreshnessTime: 0,
    urlRetrievalTimeout: 0,
    ...(random.chance(3) ? { certName: "a" } : {}),
    flags: 0,
  };
}

const STORE = new Store({
  file: "config.json",
  loadContentRules: () => Promise.resolve(CONTENT_RULES),
});

async function check(text: string, random: Random): Promise<void> {
  let document: ConfigDocument;
  try {
    document = await STORE.parse(text);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    for (const { at, message } of error instanceof DocumentFault ? error.problems : []) {
      const line = `${at}: ${message}`;
      assert(!/[\p{Cc}\u2028\u2029]/u.test(line), `not a line: ${line}`);
    }
    return;
  }
  const stored = serialize(document);
  assertEquals(serialize(await STORE.parse(stored)), stored, "it is another after it was stored");
  for (const site of document.sites) {
    for (const text of [...site.bindings, ...site.secureBindings]) {
      assertEquals(formatBinding(parseBinding(text) as Binding), text, "not its one spelling");
    }
  }
  const known = checkDocument(JSON.parse(stored), CONTENT_RULES, document);
  assertEquals([serialize(known.document), known.problems], [stored, []], "what was known counts");
  for (const before of [DEFAULT_DOCUMENT, without(document, random)]) {
    for (const [from, to] of [[before, document], [document, before]] as const) {
      const patch = JSON.parse(JSON.stringify(makePatch(from, to)));
      const made = applyPatch(JSON.parse(JSON.stringify(from)), patch);
      assertEquals(serialize(made as ConfigDocument), serialize(to), "the history has another");
    }
  }
  checkPlan(document, random);
}

/** Returns `document` with less in its lists. */
function without(document: ConfigDocument, random: Random): ConfigDocument {
  const { ipListen, sites, ssl } = document;
  return {
    ...document,
    ipListen: ipListen.filter(() => random.chance(2)),
    sites: sites.filter(() => random.chance(2)).toReversed(),
    ssl: ssl.filter(() => random.chance(2)),
  };
}

const ADDRESSES = [
  ...["127.0.0.1/8 lo", "::1/128 lo", "10.0.0.5/24 eth0", "10.0.0.6/24 eth1", "127.0.0.2/8 lo"],
  ...["fe80::1/64 eth0 2", "fe80::1/64 eth1 3", "2001:db8::1/64 eth0", "1.2.3.4/32 eth0"],
];

function checkPlan(document: ConfigDocument, random: Random): void {
  const yes = (): boolean => random.chance(2);
  const input = {
    list: parseList(document.ipListen),
    sites: sitesToPlan(document, () => yes() ? new Problem("no certificate") : null),
    machine: machineOf(ADDRESSES.filter(yes), {
      hasIpv6: yes(),
      dualStack: yes(),
      besideWildcard: yes(),
      wholeLoopback: yes(),
    }),
    keys: document.ssl.flatMap(({ key }) => parseEndpoint(key) ?? []),
    running: [],
    held: [],
    unseen: null,
    failed: [],
    generation: generationOf(document),
    strict: yes(),
  };
  const plan = makePlan(input);
  const sockets = plan.endpoints.filter(({ action }) => action === "open" || action === "keep");
  const again = makePlan({ ...input, running: sockets });
  const open = again.endpoints.filter(({ action }) => action !== "wait" && action !== "refused");
  assert(open.every(({ action }) => action === "keep"), "a plan that was executed changes");
  assertEquals(open.length, sockets.length);
}

export const documents = target("documents", documentText, () => ({ check }));
