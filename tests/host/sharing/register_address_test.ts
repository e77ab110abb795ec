/** Goal: what others may reach is in a directory of its own. Method: paths. */
import { assertEquals } from "@std/assert";
import { controlPath } from "../../../mod/host/control/control_address.ts";
import {
  proofFolder,
  registerSocket,
  sharingFolder,
} from "../../../mod/host/sharing/register_address.ts";

Deno.test("registerSocket() and proofFolder() are separate from the control socket", () => {
  const folder = sharingFolder("/run/httpcfg");
  assertEquals(registerSocket("/run/httpcfg").startsWith(`${folder}/`), true);
  assertEquals(proofFolder("/run/httpcfg").startsWith(`${folder}/`), true);
  assertEquals(controlPath("/run/httpcfg", "linux").startsWith(folder), false);
});
