// Story: a Debian server with three addresses, and nginx on one of them. The administrator serves a
// folder on another, as README tells, and nginx is not disturbed.
import { assertEquals } from "@std/assert";
import { testOnServer } from "../../support/terminal/server_machine.ts";
import { playSection } from "./story.ts";

testOnServer("a folder on one address, nginx on another", ["nginx", "curl"], async (machine) => {
  await machine.startNginx("192.0.2.11", 8);
  await playSection(machine, "The job", "debian_server");
  assertEquals(await machine.root("curl -s http://192.0.2.11/"), "nginx\n");
});
