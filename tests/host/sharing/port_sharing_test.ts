/** Goal: other users get the access that they need, and no more. Method: modes of real files. */
import { assertEquals } from "@std/assert";
import { openPortSharing } from "../../../mod/host/sharing/port_sharing.ts";
import {
  administratorSocket,
  registerSocket,
  sharingFolder,
} from "../../../mod/host/sharing/register_address.ts";
import { tempFolder } from "../../support/temp_folder.ts";

Deno.test({
  name: "openPortSharing() lets others enter and connect, nothing else",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const handler = {
      register: () => Promise.resolve({ code: 5, text: "" }),
      unregister: () => Promise.resolve({ code: 5, text: "" }),
      disconnected: () => Promise.resolve(),
    };
    const sharing = await openPortSharing(folder.path, handler, () => {});
    const mode = (path: string): number => Deno.lstatSync(path).mode! & 0o7777;
    assertEquals([folder.path, sharingFolder(folder.path)].map(mode), [0o711, 0o711]);
    assertEquals(mode(registerSocket(folder.path)), 0o666);
    assertEquals(mode(administratorSocket(folder.path)), 0o600);
    await sharing.close();
    assertEquals(folder.names(), ["sharing"]);
    assertEquals([...Deno.readDirSync(sharingFolder(folder.path))], []);
  },
});
