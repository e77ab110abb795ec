// Story: a nightly job checks that the machine is reachable exactly where it should be. It finds
// another program beside the service or in its place. (A missing socket: see living_list_test.)
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { ON_POSIX } from "../../support/platforms.ts";

Deno.test("verify succeeds if the service listens exactly where it should", async () => {
  await using program = await started(freePort(), ["127.0.0.2", "::1"]);
  const well = await program.run("verify");
  assertEquals([well.status, well.out], [0, ""], well.err);
  assertStringIncludes(well.err, "all as expected");
});

Deno.test("verify lists a foreign listener on another address, which is no failure", async () => {
  const port = freePort();
  await using program = await started(port, ["127.0.0.2"]);
  using _foreign = Deno.listen({ hostname: "127.0.0.1", port });
  const found = await program.run("verify --format json");
  assertEquals(found.status, 0);
  const { findings } = JSON.parse(found.out);
  const bad = findings.filter(({ verdict }: { verdict: string }) => verdict !== "ok");
  assertEquals(bad.length, 1);
  assertEquals(bad[0].endpoint, `127.0.0.1:${port}`);
  assertEquals(bad[0].verdict, "foreign");
  assertStringIncludes(bad[0].detail, `pid ${Deno.pid}`);
  assertEquals(bad[0].failed, false);
  const text = await program.run("verify");
  assertMatch(
    text.out,
    new RegExp(`note +127\\.0\\.0\\.1:${port} +not httpcfg +.*pid ${Deno.pid}`),
  );
});

Deno.test("verify finds a foreign listener in place of the service", async () => {
  const port = freePort();
  using _foreign = Deno.listen({ hostname: "127.0.0.3", port });
  await using program = await started(port, ["127.0.0.2", "127.0.0.3"]);
  const { status, out } = await program.run("verify");
  assertEquals(status, 1);
  assertMatch(out, new RegExp(`FAILED +127\\.0\\.0\\.3:${port} +httpcfg +.*pid ${Deno.pid}`));
});

Deno.test("verify finds a host name whose certificate is for another", async () => {
  const port = freePort();
  await using program = await Program.make();
  await program.do("site remove W3SVC/1");
  for (const name of ["site.example", "other.example"]) {
    const binding = `:${port}:${name}`;
    await program.do(["site", "add", name, "--bind-tls", binding, "--respond", name]);
  }
  await program.do("set iplisten -i 127.0.0.2");
  const hash =
    (await program.do(`cert import --cert ${CERTS}/site.pem --key ${CERTS}/site.key`)).out;
  await program.do(`set ssl -i 0.0.0.0:${port} -h ${hash.trim()}`);
  await program.do("net start w3svc");
  const { status, out } = await program.run("verify --format csv");
  assertEquals(status, 1);
  assertEquals(
    out.split("\n").filter((line) => line.startsWith("certificate")).length,
    1,
    out,
  );
  assertMatch(out, /certificate,127\.0\.0\.2:\d+,true,accepted,.*not for ""other\.example""/);
});

Deno.test("verify without a service gives a hint", async () => {
  await using program = await Program.make();
  const { status, err } = await program.run("verify");
  assertEquals(status, 1);
  assertStringIncludes(err, "hint: httpcfg net start w3svc");
});

Deno.test("a service that hangs is a failure, and nobody waits for it", ON_POSIX, async () => {
  await using program = await started(freePort(), ["127.0.0.2"]);
  const pid = program.servicePid()!;
  Deno.kill(pid, "SIGSTOP");
  try {
    const results = await Promise.all(
      ["status", "verify", "plan"].map((line) => program.run(line)),
    );
    for (const { status, err } of results) {
      assertEquals(status, 1);
      assertStringIncludes(err, "no answer within 10 s");
    }
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
  assertEquals((await program.run("verify")).status, 0);
});

const CERTS = `${import.meta.dirname}/../../testdata/certs`;

async function started(port: number, ipListen: readonly string[]): Promise<Program> {
  const program = await Program.make();
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "one", "--bind", `:${port}:`, "--respond", "site one"]);
  for (const entry of ipListen) await program.do(`set iplisten -i ${entry}`);
  await program.do("net start w3svc");
  return program;
}
