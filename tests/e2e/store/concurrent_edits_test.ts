// Story: two administrators change one site at the same moment, and neither change is lost.
import { assertEquals } from "@std/assert";
import { Program } from "../../support/program.ts";
import { ON_POSIX } from "../../support/platforms.ts";

const ROUNDS = 100;

Deno.test(
  "site set and site stop at once, no service running: nothing is lost",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    await program.do("site add a --bind :8081: --echo");
    const lost: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const port = 10_000 + round;
      const verb = round % 2 === 0 ? "stop" : "start";
      const both = await program.shell(`
      httpcfg site set a --bind :${port}: & first=$!
      httpcfg site ${verb} a & second=$!
      wait $first && wait $second
    `);
      assertEquals(both.status, 0, both.err);
      const shown = JSON.parse((await program.do("site show a --format json")).out) as {
        readonly site: { readonly bindings: readonly string[]; readonly autoStart: boolean };
      };
      const { bindings, autoStart } = shown.site;
      if (bindings.join() !== `:${port}:`) lost.push(`${round}: ${bindings.join()}`);
      if (autoStart !== (verb === "start")) lost.push(`${round}: autoStart ${autoStart}`);
    }
    assertEquals(lost, []);
  },
);
