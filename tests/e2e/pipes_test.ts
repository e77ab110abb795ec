// Story: output goes into other programs, which read all of it, one line, or nothing.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { serialize } from "../../mod/config/store/store.ts";
import { Program } from "../support/program.ts";
import { testWith } from "../support/tools.ts";
import { ON_LINUX, ON_POSIX } from "../support/platforms.ts";

const ENTRIES = 10_000;

/** Makes a program with a list far larger than a pipe's buffer. */
async function withLongList(): Promise<Program> {
  const program = await Program.make();
  const ipListen = Array.from({ length: ENTRIES }, (_, i) => `10.2.${i >> 8}.${i & 255}`);
  await Deno.writeTextFile(program.config, serialize({ ...DEFAULT_DOCUMENT, ipListen }));
  return program;
}

Deno.test("query iplisten | head -1 ends without an error, in every format", ON_LINUX, async () => {
  await using program = await withLongList();
  const forms: [form: string, first: string][] = [
    ["text", "IP :10.2.0.0"],
    ["json", "{"],
    ["ndjson", '{"ip":"10.2.0.0"}'],
    ["csv", "ip"],
    ["tsv", "ip"],
  ];
  for (const [form, first] of forms) {
    const result = await program.shell(
      `httpcfg query iplisten --format ${form} | head -n 1; echo "\${PIPESTATUS[0]}"`,
    );
    assertEquals(result, { status: 0, out: `${first}\n0\n`, err: "" }, form);
  }
});

Deno.test("a reader that never reads, and a slow one, cause no error", ON_POSIX, async () => {
  await using program = await withLongList();
  const never = await program.shell(`httpcfg query iplisten | true; echo "\${PIPESTATUS[0]}"`);
  assertEquals(never, { status: 0, out: "0\n", err: "" });
  const slow = await program.shell(
    "httpcfg query iplisten | (read -r line; while read -r line; do n=$((n+1)); done; echo $n)",
  );
  assertEquals(slow, { status: 0, out: `${ENTRIES - 1}\n`, err: "" });
});

Deno.test("a reader that goes away leaves no change half done", ON_POSIX, async () => {
  await using program = await Program.make();
  await program.do("site remove W3SVC/1");
  const seen = await program.shell('httpcfg start | true; echo "${PIPESTATUS[0]}"');
  assertEquals(seen.out, "0\n");
  const first = program.servicePid();
  assert(first !== null);
  const again = await program.shell('httpcfg restart | head -n 1; echo "${PIPESTATUS[0]}"');
  assertMatch(again.out, /^The following services.*\n0\n$/);
  const { services } = await program.status();
  assertEquals(services.find(({ name }) => name === "W3SVC")?.state, "running");
});

Deno.test("wc, cut, sort and awk read the text formats", ON_POSIX, async () => {
  await using program = await withLongList();
  const cases: [script: string, out: string][] = [
    ["httpcfg query iplisten | wc -l | tr -d ' '", `${ENTRIES}\n`],
    ["httpcfg query iplisten | cut -d: -f2 | sort -u | wc -l | tr -d ' '", `${ENTRIES}\n`],
    ["httpcfg site list --format tsv | cut -f2,3", "name\tbindings\nDefault Web Site\t:8080:\n"],
    ["httpcfg site list --format csv | awk -F, 'NR>1{print $1\"=\"$2}'", "1=Default Web Site\n"],
    ["httpcfg status --format tsv", "ip\tport\tscheme\tstate\tcause\n"],
  ];
  for (const [script, out] of cases) {
    const result = await program.shell(script);
    assertEquals([result.out, result.err], [out, ""], script);
  }
});

testWith(["jq"], "jq reads the json and ndjson of every listing", async () => {
  await using program = await withLongList();
  const cases: [script: string, out: string][] = [
    ["httpcfg query iplisten --format json | jq '.iplisten | length'", `${ENTRIES}\n`],
    ["httpcfg query iplisten --format ndjson | jq -s 'length'", `${ENTRIES}\n`],
    ["httpcfg query iplisten --format json | jq -r '.iplisten[9999].ip'", "10.2.39.15\n"],
    ["httpcfg site list --format json | jq -r '.sites[].name'", "Default Web Site\n"],
    ["httpcfg site show W3SVC/1 --format json | jq -r '.site.content.kind'", "welcome\n"],
    ["httpcfg status --format json | jq -r '.services | map(.state) | unique[]'", "stopped\n"],
    ["httpcfg net start --format json | jq -c '.services'", "[]\n"],
    [
      "for l in 'query iplisten' 'site list' status 'net start'; do " +
      "httpcfg $l --format json | jq .version; done | sort -u",
      "1\n",
    ],
  ];
  for (const [script, out] of cases) {
    const result = await program.shell(script);
    assertEquals([result.out, result.err], [out, ""], script);
  }
});

testWith(["mlr"], "mlr reads csv, tsv and ndjson", async () => {
  await using program = await withLongList();
  for (const form of ["csv", "tsv", "ndjson"]) {
    const name = form === "ndjson" ? "jsonl" : form;
    const result = await program.shell(
      `httpcfg query iplisten --format ${form} | mlr --i${name} --ojson tail -n 1 then cut -f ip`,
    );
    assertEquals(JSON.parse(result.out), [{ ip: "10.2.39.15" }], `${form}: ${result.err}`);
  }
});

Deno.test({
  name: "output that cannot be written is an error with exit status 1",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await using program = await withLongList();
    for (const line of ["query iplisten", "site list", "--help", "status --format json"]) {
      const { status, err } = await program.shell(`httpcfg ${line} >/dev/full`);
      assertEquals(status, 1, line);
      assertMatch(err, /^error: .+/, line);
      assertStringIncludes(err.toLowerCase(), "no space left", line);
      assert(!err.includes("    at "), err);
    }
  },
});

Deno.test("a closed or full stderr does not stop the command", ON_LINUX, async () => {
  await using program = await Program.make();
  for (const target of ["2>&-", "2>/dev/full", "2>/dev/null"]) {
    if (target === "2>/dev/full" && Deno.build.os !== "linux") continue;
    const { status, out } = await program.shell(`httpcfg set iplisten -i 1..2 ${target}`);
    assertEquals([status, out], [1, "1..2 is not a valid IP address.\n"], target);
  }
});
