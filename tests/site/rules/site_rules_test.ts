// Goal: the rules are applied in their order, around any content, and to refusals too. Method: a site
// as a value, and requests without an engine.
import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Handler, HttpRequest } from "../../../mod/base/exchange.ts";
import type { SiteRecord } from "../../../mod/config/document/document.ts";
import { errorPage } from "../../../mod/site/pages/error_page.ts";
import { RuleState } from "../../../mod/site/rules/rule_state.ts";
import { rulesOf, type SiteRules } from "../../../mod/site/rules/site_rules.ts";
import { FileAccess } from "../../../mod/site/static/file_access.ts";
import type { Ip } from "../../../mod/base/address.ts";
import {
  bodyText,
  type FakeRequest,
  fakeRequest,
  field,
  responseOf,
} from "../../support/request.ts";

const SITE: SiteRecord = {
  id: 7,
  name: "a \u20ac",
  bindings: [],
  secureBindings: [],
  autoStart: true,
  content: { kind: "respond", text: "" },
};

function open(
  rules: Pick<SiteRecord, "access" | "response">,
  admits: () => boolean | Promise<boolean> = () => true,
): SiteRules {
  return rulesOf({ ...SITE, ...rules }, {
    files: new FileAccess(),
    state: new RuleState(),
    now: () => 1_800_000_000_000,
    admitConnection: admits,
    judgedBy: () => "CA",
  })!;
}

const from = (ip: string, more: FakeRequest = {}): HttpRequest => {
  return fakeRequest({ ...more, remote: { ip: ip as Ip, port: 5 } });
};
const hello: Handler = () => ({ status: 200, headers: [], body: null });

Deno.test("a site without rules has none around its content", () => {
  const context = {
    files: new FileAccess(),
    state: new RuleState(),
    now: () => 0,
    admitConnection: () => true,
    judgedBy: () => "CA",
  };
  assertEquals(rulesOf(SITE, context), null);
});

Deno.test("address, connections, rate and password decide in this order", async () => {
  let isAdmitted = true;
  const access = {
    deny: ["10.0.0.1"],
    connectionsPerClient: 1,
    rate: "1/h",
    basicAuth: { file: "/nowhere/users" },
  };
  const handle = open({ access }, () => Promise.resolve(isAdmitted)).around(hello, "/");
  const ask = async (request: HttpRequest): Promise<readonly [number, number, string | null]> => {
    const response = await responseOf(handle(request));
    return [response.status, request.substatus, field(response, "Retry-After")];
  };
  isAdmitted = false;
  assertEquals(await ask(from("10.0.0.1")), [403, 6, null]);
  assertEquals(await ask(from("10.0.0.2")), [503, 0, "5"]);
  isAdmitted = true;
  assertEquals(await ask(from("10.0.0.2")), [401, 2, null], "it used no token before");
  assertEquals(await ask(from("10.0.0.2")), [429, 0, "3600"]);
  const same = await ask(from("2001:db8::1"));
  assertEquals([same[0], (await ask(from("2001:db8::ffff")))[0]], [401, 429], "one /64");
});

Deno.test("the realm is the name of the site, as far as a field can have it", async () => {
  const handle = open({ access: { basicAuth: { file: "/x" } } }).around(hello, "/");
  const response = await responseOf(handle(fakeRequest()));
  assertEquals(field(response, "WWW-Authenticate"), 'Basic realm="a ?", charset="UTF-8"');
});

Deno.test("a password file that is not there is a refusal, and not an open door", async () => {
  const handle = open({ access: { basicAuth: { file: "/nowhere/users" } } }).around(hello, "/");
  const headers = [["Authorization", `Basic ${btoa("bob:secret")}`]] as const;
  assertEquals(await handle(fakeRequest({ headers })), { refuse: "FileUnavailable" });
});

Deno.test("fields are on every response, Strict-Transport-Security over https alone", async () => {
  const response = {
    headers: ["X-A: b"],
    hsts: "max-age=60",
    errorPages: { "404": { text: "no" } },
  };
  const rules = open({ response, access: { deny: ["10.0.0.1"] } });
  const ask = async (request: HttpRequest, content = hello): Promise<(string | null)[]> => {
    const sent = await responseOf(rules.around(content, "/")(request));
    return [String(sent.status), field(sent, "X-A"), field(sent, "Strict-Transport-Security")];
  };
  assertEquals(await ask(from("10.0.0.2")), ["200", "b", null]);
  assertEquals(await ask(from("10.0.0.2", { isTls: true })), ["200", "b", "max-age=60"]);
  assertEquals(await ask(from("10.0.0.1", { isTls: true })), ["403", "b", "max-age=60"]);
  const own: Handler = () => ({ status: 404, headers: [], body: new TextEncoder().encode("own") });
  const ours: Handler = (request) => errorPage("missing", request);
  const bodyOf = async (content: Handler): Promise<string> => {
    return await bodyText(await responseOf(rules.around(content, "/")(from("10.0.0.2"))));
  };
  assertEquals([await bodyOf(own), await bodyOf(ours)], ["own", "no"]);
});

Deno.test("a refusal has the page of the site, and else what is sent without rules", async () => {
  const rules = open({
    response: { headers: ["X-A: b"], errorPages: { "503": { text: "soon" } } },
  });
  const request = fakeRequest();
  assertEquals(rules.refusalPage(null, 413, request), null, "the words of HTTP.sys");
  const page = rules.refusalPage(null, 503, request)!;
  assertEquals([page.status, await bodyText(page), field(page, "X-A")], [503, "soon", "b"]);
  const usual = errorPage("timeout", request);
  assertEquals(field(rules.refusalPage(usual, 504, request)!, "X-A"), "b");
});

Deno.test("the fallback is of the site's own content, not of its applications", async () => {
  const rules = open({ response: { fallback: "/index.html" } });
  const content: Handler = (request) => {
    return request.path === "/index.html" ? hello(request) : errorPage("missing", request);
  };
  const ask = async (path: string): Promise<number> => {
    return (await responseOf(rules.around(content, path)(fakeRequest({ path: "/app/a" })))).status;
  };
  assertEquals([await ask("/"), await ask("/app/")], [200, 404]);
});

Deno.test("RuleState keeps the buckets of a site while its rate stays", () => {
  const state = new RuleState();
  const rate = { requests: 1, periodMs: 1000, burst: 1 };
  const buckets = state.bucketsOf(1, rate);
  assertStrictEquals(state.bucketsOf(1, { ...rate }), buckets);
  assertEquals(state.bucketsOf(1, { ...rate, burst: 2 }) === buckets, false);
  state.retain(new Set());
  assertEquals(state.bucketsOf(1, { ...rate, burst: 2 }).size, 0);
});
