// Story: everything is set up by a script, which runs twice.
import { testOnServer } from "../../support/terminal/server_machine.ts";
import { playSection } from "./story.ts";

testOnServer("everything from scripts", ["jq"], async (machine) => {
  await playSection(machine, "From scripts", "scripts");
});
