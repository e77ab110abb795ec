// Story: a reader of KB 813368 follows it step by step, as a user without rights, on the loopback
// addresses of the machine.
import { testOnServer } from "../../support/terminal/server_machine.ts";
import { playSection } from "./story.ts";

testOnServer("KB 813368, step by step", ["python3", "curl"], async (machine) => {
  await playSection(machine, "KB 813368, step by step", "kb813368");
});
