/** Goal: what others may reach is in a directory of its own. Method: paths. */
import { assertEquals } from "@std/assert";
import { controlPath } from "../../../mod/host/control/control_address.ts";
import {
  administratorSocket,
  registerSocket,
  sharingFolder,
} from "../../../mod/host/sharing/register_address.ts";

Deno.test("registerSocket() is separate from the sockets of administrators", () => {
  const folder = sharingFolder("/run/httpcfg");
  assertEquals(registerSocket("/run/httpcfg").startsWith(`${folder}/`), true);
  assertEquals(administratorSocket("/run/httpcfg").startsWith(folder), false);
  assertEquals(controlPath("/run/httpcfg", "linux").startsWith(folder), false);
});
