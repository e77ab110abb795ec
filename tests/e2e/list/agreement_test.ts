// Property: whatever the list and however the machine changes, plan, the kernel's sockets, status and
// verify agree after a look. 300 rounds, with addresses on several interfaces, interfaces that are made
// again or renamed, routes that make addresses local, and other programs on the ports.
import { assert, assertEquals } from "@std/assert";
import { testInNamespace } from "../../support/spaces/net_namespace.ts";
import { SpaceService } from "../../support/spaces/space_service.ts";

const ROUNDS = 300;
const SEED = 813368;
const CHILD = `${import.meta.dirname}/../../support/spaces/agreement_rounds.ts`;

testInNamespace(`plan, kernel, status and verify agree, ${ROUNDS} times`, async (space) => {
  await using home = await SpaceService.make(space);
  const words = ["ip", "netns", "exec", space.name, Deno.execPath(), "run", "-A", "--no-prompt"];
  const command = new Deno.Command("env", {
    args: [`HTTPCFG_HOME=${home.program.home}`, ...words, CHILD, String(ROUNDS), String(SEED)],
  });
  const { code, stdout, stderr } = await command.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const counts = JSON.parse(new TextDecoder().decode(stdout));
  // Each kind of answer occurred often enough to be compared.
  for (const kind of ["open", "refused", "waiting", "sites"]) {
    assert(counts[kind] >= ROUNDS / 30, JSON.stringify(counts));
  }
  assert(counts.rounds >= ROUNDS, JSON.stringify(counts));
});
