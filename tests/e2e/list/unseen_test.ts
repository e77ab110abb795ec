// Story: a machine does not show who listens: /proc is not there, as in some containers. Commands say
// so in place of "nobody", and verify still proves who answers, because it asks the service.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../../support/ports.ts";
import { Program, type Result } from "../../support/program.ts";

const canHide = Deno.build.os === "linux" && Deno.uid() === 0 &&
  (await new Deno.Command("unshare", { args: ["-m", "true"] }).output().catch(() => null))
      ?.success === true;

/** Runs a line of `httpcfg` where /proc is empty. */
function blind(program: Program, line: string): Promise<Result> {
  return program.shell(`exec unshare -m sh -c 'mount -t tmpfs none /proc && exec httpcfg ${line}'`);
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !canHide, fn });
}

test("who, plan and explain do not say that nobody listens if they cannot see", async () => {
  const port = freePort();
  await using program = await Program.make();
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "one", "--bind", `:${port}:`, "--respond", "site one"]);
  await program.do("set iplisten -i 127.0.0.2");
  const who = await blind(program, `who ${port}`);
  assertEquals([who.status, who.out], [3, ""]);
  assertMatch(
    who.err,
    /not known whether a process listens there: \/proc\/net\/tcp cannot be read/,
  );
  const json = JSON.parse((await blind(program, `who ${port} --format json`)).out);
  assertEquals([json.holders, json.known], [[], false]);
  const plan = await blind(program, "plan");
  assertEquals(plan.status, 2);
  assertMatch(plan.err, /not known whether other programs have what would open/);
  const explain = await blind(program, `explain 127.0.0.1:${port}`);
  assertMatch(explain.out, /^Not served by httpcfg: .* not known whether another program is there/);
  assertEquals((await program.run(`who ${port}`)).status, 1);
});

test("verify asks the service which connections it has, in each worker and on TLS ports", async () => {
  const [port, tls] = [freePort(), freePort()];
  await using program = await Program.make();
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "one", "--bind", `:${port}:`, "--respond", "site one"]);
  await program.do(["site", "add", "two", "--bind-tls", `:${tls}:`, "--respond", "site two"]);
  const certs = `${import.meta.dirname}/../../testdata/certs`;
  const hash =
    (await program.do(`cert import --cert ${certs}/site.pem --key ${certs}/site.key`)).out;
  await program.do(`set ssl -i 0.0.0.0:${tls} -h ${hash.trim()}`);
  await program.do("set iplisten -i 127.0.0.2");
  for (const workers of ["1", "2"]) {
    await program.do(`settings set Workers ${workers}`);
    await program.do("net start w3svc");
    const well = await blind(program, "verify");
    assertEquals([well.status, well.out], [0, ""], well.err);
    {
      using _foreign = Deno.listen({ hostname: "127.0.0.1", port });
      const { findings } = JSON.parse((await blind(program, "verify --format json")).out);
      const bad = findings.filter(({ verdict }: { verdict: string }) => verdict !== "ok");
      assertEquals(bad.map((one: Record<string, string>) => [one["endpoint"], one["verdict"]]), [
        [`127.0.0.1:${port}`, "foreign"],
      ]);
    }
    await program.do("net stop http /y");
  }
});

test("verify knows the service by a connection that is over a limit", async () => {
  const port = freePort();
  await using program = await Program.make();
  await program.do("site remove W3SVC/1");
  await program.do(["site", "add", "one", "--bind", `:${port}:`, "--respond", "site one"]);
  await program.do("set iplisten -i 127.0.0.2");
  await program.do("settings set MaxConnections 1");
  await program.do("net start w3svc");
  using _client = await Deno.connect({ hostname: "127.0.0.2", port });
  const { status, out, err } = await blind(program, "verify");
  assertEquals(status, 0, out + err);
  assertStringIncludes(err, "all as expected");
});
