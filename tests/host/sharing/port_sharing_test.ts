/** Goal: other users get the access that they need, and no more. Method: modes of real files. */
import { assertEquals } from "@std/assert";
import { openPortSharing } from "../../../mod/host/sharing/port_sharing.ts";
import {
  administratorSocket,
  registerSocket,
  sharingFolder,
} from "../../../mod/host/sharing/register_address.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const handler = {
  register: () => Promise.resolve({ code: 5, text: "" }),
  unregister: () => Promise.resolve({ code: 5, text: "" }),
  disconnected: () => Promise.resolve(),
};

Deno.test({
  name: "openPortSharing() lets others enter and connect, nothing else",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    await using folder = await tempFolder();
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

Deno.test({
  name: "openPortSharing() can be repeated when one of its sockets was removed",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    for (const socket of [administratorSocket, registerSocket]) {
      await using folder = await tempFolder();
      const first = await openPortSharing(folder.path, handler, () => {});
      assertEquals(await first.isInPlace(), true);
      await Deno.remove(socket(folder.path));
      assertEquals(await first.isInPlace(), false);
      await first.withdraw();
      const second = await openPortSharing(folder.path, handler, () => {});
      assertEquals([await first.isInPlace(), await second.isInPlace()], [false, true]);
      await first.close();
      assertEquals(await second.isInPlace(), true); // the old one does not remove the new one's
      await second.close();
    }
  },
});
