/** Goal: the flags of a proxied site become its content, or a reason with a line to type. Method:
 * flags as typed. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { Fault } from "../../../mod/base/fault.ts";
import type { FlagInput } from "../../../mod/base/flag_spec.ts";
import { readInput } from "../../../mod/cli/core/args.ts";
import { siteAdd } from "../../../mod/cli/commands/site/site.ts";
import { CONTENT_RULES, kindOf } from "../../../mod/site/kinds/kinds.ts";
import { parseContent, readContent } from "../../../mod/site/kinds/kind_flags.ts";
import { proxy } from "../../../mod/site/kinds/proxy.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const ONE = ["--proxy", "http://127.0.0.1:3000"];
const LINE = `httpcfg site add a --bind :81: ${ONE.join(" ")}`;

function input(flags: readonly string[]): FlagInput {
  const words = ["a", "--bind", ":81:", ...flags];
  return readInput(siteAdd, words, ["site", "add", ...words]);
}

Deno.test("--proxy and its flags become a content that the document accepts", async () => {
  const flags = [
    ...["--proxy", "HTTP://A:1".toLowerCase(), "--proxy", "https://b/v1/", "--proxy", "unix:/s"],
    ...["--balance", "least-connections", "--prefix", "strip", "--host-header", "{upstream}"],
    ...["--set-request-header", "X-A: 1", "--set-request-header", "X-B: 2"],
    ...["--remove-request-header", "Cookie", "--set-response-header", "X-C: 3"],
    ...["--remove-response-header", "Server", "--connect-timeout", "1"],
    ...["--first-byte-timeout", "2", "--idle-timeout", "3", "--upstream-connections", "4"],
    ...["--fails", "5", "--fail-time", "6", "--health", "/h?x", "--health-interval", "7"],
    ...["--health-fall", "8", "--health-rise", "9"],
  ];
  const content = await readContent(input(flags));
  assertEquals(content, {
    kind: "proxy",
    to: ["http://a:1", "https://b:443/v1/", "unix:/s"],
    balance: "least-connections",
    prefix: "strip",
    host: "{upstream}",
    setRequestHeaders: ["X-A: 1", "X-B: 2"],
    removeRequestHeaders: ["Cookie"],
    setResponseHeaders: ["X-C: 3"],
    removeResponseHeaders: ["Server"],
    connectTimeout: 1,
    firstByteTimeout: 2,
    idleTimeout: 3,
    maxConnections: 4,
    fails: 5,
    failTime: 6,
    health: { path: "/h?x", interval: 7, fall: 8, rise: 9 },
  });
  assert(v.is(CONTENT_RULES.schema, content));
  assertEquals(CONTENT_RULES.check(content), []);
  const { label, description, requestLimits } = kindOf(content);
  assertEquals(label(content), "proxy http://a:1 https://b:443/v1/ unix:/s");
  assertStringIncludes(description(content), "(least-connections)");
  assertEquals([requestLimits?.(content), proxy.requestLimits?.({ kind: "proxy", to: [] })], [
    [4],
    [],
  ]);
});

Deno.test("a flag that cannot be used is refused with a line that can", async () => {
  const cases: [flags: string[], message: string, hint: string][] = [
    [["--proxy", "10.0.0.1:80"], "must start with", "--proxy http://10.0.0.1:80"],
    [[...ONE, "--proxy", "http://127.0.0.1:3000"], "twice", ""],
    [[...ONE, "--connect-timeout", "0"], "between 1 and 3600", `${LINE} --connect-timeout 5`],
    [[...ONE, "--fails", "x"], "between 1 and 100", `${LINE} --fails 3`],
    [[...ONE, "--health", "x"], "must begin with /", `${LINE} --health /`],
    [[...ONE, "--health-rise", "2"], "without --health", `${LINE} --health-rise 2 --health /`],
    [[...ONE, "--set-request-header", "Host: a"], "--host-header", LINE],
    [[...ONE, "--remove-response-header", "Via"], "the proxy itself", LINE],
    [[...ONE, "--host-header", "a b"], "name or an address", `${LINE} --host-header '{upstream}'`],
    [["--respond", "x", "--balance", "round-robin"], "only valid with --proxy", "--respond x"],
  ];
  for (const [flags, message, hint] of cases) {
    const fault = await assertRejects(() => Promise.resolve(readOf(flags)), Fault);
    assertStringIncludes(fault.message, message);
    assertStringIncludes(fault.hint ?? "", hint);
  }
});

async function readOf(flags: readonly string[]): Promise<unknown> {
  return await readContent(input(flags));
}

Deno.test("--proxy-ca is a file with a certificate", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(folder.at("no.pem"), "nothing");
  for (const [file, reason] of [["no.pem", "no certificate"], ["none", "no such file"]] as const) {
    const flags = [...ONE, "--proxy-ca", folder.at(file)];
    const fault = await assertRejects(() => readOf(flags), Fault);
    assertStringIncludes(fault.message, reason);
  }
});

Deno.test("a content of a document is checked, and its problems have a path", () => {
  const wrong = {
    kind: "proxy",
    to: ["http://a:1", "http://a:1/", "x", "http://a:1"],
    host: "a b",
    setRequestHeaders: ["X-A"],
    removeResponseHeaders: ["Date"],
    health: { path: "x" },
  };
  assert(v.is(CONTENT_RULES.schema, wrong));
  assertEquals(CONTENT_RULES.check(wrong).map(({ at }) => at).sort(), [
    "health.path",
    "host",
    "removeResponseHeaders[0]",
    "setRequestHeaders[0]",
    "to[2]",
    "to[3]",
  ]);
  for (const content of [{ to: [] }, { to: ["http://a:1"], fails: 0 }, { to: "http://a:1" }, {}]) {
    assert(!v.is(CONTENT_RULES.schema, { kind: "proxy", ...content }));
  }
});

Deno.test("a short text stands for a proxy, as --map takes it", async () => {
  const line = (text: string): string => text;
  assertEquals(await parseContent("http://127.0.0.1:3000", line), {
    kind: "proxy",
    to: ["http://127.0.0.1:3000"],
  });
  assertEquals((await parseContent("unix:/s", line))?.kind, "proxy");
  const fault = await assertRejects(() => parseContent("https://u@a", line), Fault);
  assertEquals(fault.hint, "https://a:443");
});
