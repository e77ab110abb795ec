// Story: port 443 is shared among the sites and local programs of other users.
import { testOnServer } from "../../support/terminal/server_machine.ts";
import { playSection } from "./story.ts";

testOnServer("port 443 for local programs", ["python3", "curl"], async (machine) => {
  await machine.startProgram(3000, "the app");
  await playSection(machine, "One port, several programs", "shared_port");
});
