// Goal: everyone can see whether a service runs, and which process it is. Method: the real socket, a
// dead one, none, and listeners that do not answer.
import { assertEquals } from "@std/assert";
import { openPortSharing } from "../../../mod/host/sharing/port_sharing.ts";
import { registerSocket, sharingFolder } from "../../../mod/host/sharing/register_address.ts";
import type { RegistrationHandler } from "../../../mod/host/sharing/register_server.ts";
import { findRunningService } from "../../../mod/host/sharing/running_service.ts";
import { leaveDeadSocket } from "../../support/control/dead_socket.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const ignore = Deno.build.os === "windows";

Deno.test({
  name: "findRunningService() returns the process of a service that answers",
  ignore,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const fail = (): never => {
      throw new Error("called");
    };
    const handler: RegistrationHandler = { register: fail, unregister: fail, disconnected: fail };
    const sharing = await openPortSharing(folder.path, handler, fail);
    const expected = { state: "running", pid: Deno.pid } as const;
    assertEquals(await findRunningService(folder.path), expected);
    await sharing.close();
    assertEquals(await findRunningService(folder.path), { state: "unseen" });
  },
});

Deno.test({
  name: "findRunningService() knows a killed service from one that does not answer",
  ignore,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    assertEquals(await findRunningService(folder.path), { state: "unseen" });
    await Deno.mkdir(sharingFolder(folder.path));
    await leaveDeadSocket(registerSocket(folder.path));
    assertEquals(await findRunningService(folder.path), { state: "ended" });
    await Deno.remove(registerSocket(folder.path));

    const path = registerSocket(folder.path);
    for (const reply of ["", "{}\n", '{"kind":"refused","code":87,"reason":"unknown request"}\n']) {
      const listener = Deno.listen({ transport: "unix", path });
      const found = findRunningService(folder.path);
      const conn = await listener.accept();
      await conn.write(new TextEncoder().encode(reply));
      conn.close();
      assertEquals(await found, { state: "running", pid: null }, reply);
      listener.close();
    }
  },
});
