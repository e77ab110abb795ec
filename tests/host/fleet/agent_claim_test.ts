// Goal: a document has one agent at a time, which is told by its process; one that was killed is in
// nobody's way.
import { assertEquals, assertRejects } from "@std/assert";
import { DeniedFault } from "../../../mod/base/fault.ts";
import { claimAgent, OtherAgentFault } from "../../../mod/host/fleet/agent_claim.ts";
import { tempFolder } from "../../support/temp_folder.ts";

Deno.test("claimAgent() is refused while another process is the agent, and names it", async () => {
  await using temp = await tempFolder();
  const document = temp.at("config.json");
  const claim = await claimAgent(document);
  const fault = await assertRejects(() => claimAgent(document), OtherAgentFault);
  assertEquals(fault.pid, Deno.pid);
  await claim.release();
  await (await claimAgent(document)).release();
});

Deno.test("claimAgent() takes what a killed process has left", async () => {
  await using temp = await tempFolder();
  const document = temp.at("config.json");
  await Deno.writeTextFile(`${document}.fleet-agent`, "4194304\n");
  const claim = await claimAgent(document);
  const fault = await assertRejects(() => claimAgent(document), OtherAgentFault);
  assertEquals(fault.pid, Deno.pid);
  await claim.release();
});

Deno.test({
  name: "claimAgent() is denied where this user may not write",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0, // root may write everywhere
  fn: async () => {
    await using temp = await tempFolder();
    await Deno.chmod(temp.path, 0o500);
    await assertRejects(() => claimAgent(temp.at("config.json")), DeniedFault);
    await Deno.chmod(temp.path, 0o700);
  },
});
