// Goal: in a pipe, top prints the rates of an interval and ends, with the status of what it saw last.
// Method: command lines in a home whose service answers what the test counts.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Fault } from "../../../../mod/base/fault.ts";
import { UNKNOWN_REQUEST } from "../../../../mod/host/control/control_protocol.ts";
import { type CommandHome, commandHome, serviceStatus } from "../../../support/command_home.ts";
import { endpoint, site, totalsOf } from "./live/moments.ts";

/** Serves 40 more responses and a second more at each look. */
async function serve(home: CommandHome): Promise<void> {
  let looks = 0;
  await home.serve((request) => {
    assertEquals(request.op, "totals");
    looks++;
    const totals = totalsOf([{ site: "shop", address: "10.0.0.5:80", ok: 40 * looks }], looks);
    return Promise.resolve(serviceStatus({ HTTP: "running", W3SVC: "running" }, {
      totals,
      endpoints: [
        endpoint("10.0.0.5", 80),
        endpoint("10.0.0.6", 80, { state: "wait", cause: "why" }),
      ],
      sites: [site(1, "shop"), site(2, "wiki\u001b[31m")],
    }));
  });
}

Deno.test("top prints one look with the rates of an interval, and nothing is left out", async () => {
  await using home = await commandHome();
  await serve(home);
  const { status, out, note } = await home.run("top --interval 0.1");
  assertEquals([status, note], [0, ""]);
  const lines = out.split("\n");
  assertMatch(lines[1]!, /^40 req\/s {2}4xx 0 {2}5xx 0 {2}out 4\.0 kB\/s/);
  assert(lines.some((line) => /^10\.0\.0\.5:80 +open +40 +0 +0 +4\.0 kB +400 B/.test(line)), out);
  assert(lines.some((line) => /^10\.0\.0\.6:80 +wait +0 .* why$/.test(line)), out);
  assert(lines.some((line) => /^shop +started +40 .*:80:shop$/.test(line)), out);
  assert(!out.includes("\u001b") && !out.includes("No site is proxied"), out);
});

Deno.test("top --iterations prints as many looks; --view, --filter and --once choose", async () => {
  await using home = await commandHome();
  await serve(home);
  const { out } = await home.run("top --interval 0.1 --iterations 3 --view sites --filter sho");
  assertEquals(out.split("\n").filter((line) => line.startsWith("shop")).length, 3);
  assert(!out.includes("wiki") && !out.includes("ADDRESS"), out);
  const once = await home.run("top --once --interval 0.1", { columns: 80, answer: "" });
  assertStringIncludes(once.out, "40 req/s");
});

Deno.test("top --format json is one line for each look", async () => {
  await using home = await commandHome();
  await serve(home);
  const { out } = await home.run("top --format json --interval 0.1 --iterations 2");
  const looks = out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(looks.map(({ running, seconds, total }) => [running, seconds, total.requests]), [
    [true, 1, 40],
    [true, 1, 40],
  ]);
  assertEquals(looks[0].addresses[0].ADDRESS, "10.0.0.5:80");
  assertEquals(looks[0].sites.length, 2);
});

Deno.test("without a service top says so, goes on trying, and fails at the end", async () => {
  await using home = await commandHome();
  const alone = await home.run("top --interval 0.1 --iterations 2");
  assertEquals(alone.status, 1);
  assertEquals(alone.out.split("the service is not running").length, 3);
  // One that starts between two looks is seen; its first look has no rates.
  let writes = 0;
  let started: Promise<void> | null = null;
  const found = await home.run("top --interval 0.3 --iterations 3", {
    onWrite: () => {
      if (++writes === 1) started = serve(home);
    },
  });
  await started;
  assertEquals(found.status, 0, found.out);
  assertStringIncludes(found.out, "- req/s");
});

Deno.test("an older service has states and no rates", async () => {
  await using home = await commandHome();
  await home.serve(({ op }) => {
    if (op === "totals") return Promise.reject(new Fault(UNKNOWN_REQUEST));
    return Promise.resolve(
      serviceStatus({ HTTP: "running" }, { endpoints: [endpoint("10.0.0.5", 80)] }),
    );
  });
  const { status, out } = await home.run("top --interval 0.1");
  assertEquals(status, 0);
  assertMatch(out, /^10\.0\.0\.5:80 +open +- +- +- +- +-$/m);
  const report = await home.run("diagnose", { os: Deno.build.os });
  assertStringIncludes(report.out, "== Metrics ==\nthe service is older and counts nothing\n");
});

Deno.test("top refuses what is no interval and no number of looks", async () => {
  await using home = await commandHome();
  for (
    const line of [
      "--interval 0",
      "--interval -1",
      "--interval 1e3",
      "--iterations 0",
      "--iterations x",
      "--view all",
      "--format csv",
    ]
  ) {
    const { status, note } = await home.run(`top ${line}`);
    assertEquals(status, 2, `${line}: ${note}`);
    assertStringIncludes(note, "hint: ");
  }
});
