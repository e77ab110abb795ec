// Goal: a command that prints what is stored learns whether it is in force, and never fails or waits
// for it. Method: services that answer in every way.
import { assertEquals } from "@std/assert";
import { queryStored } from "../../../mod/host/control/stored_query.ts";
import { openControl, serviceStatus } from "../../support/command_home.ts";
import {
  controlFile,
  leaveDeadControl,
  openControlSocket,
} from "../../support/control/control_socket.ts";
import { tempFolder } from "../../support/temp_folder.ts";

Deno.test("queryStored() returns what the service says of the stored document", async () => {
  const stored = [
    { file: "/c", changes: 2, problem: null, hint: null },
    { file: "/c", changes: null, problem: "broken", hint: "fix it" },
    undefined, // an older service
  ] as const;
  for (const one of stored) {
    await using folder = await tempFolder();
    const status = serviceStatus({}, one === undefined ? {} : { stored: one });
    await using _ = await openControl(folder.path, () => Promise.resolve(status));
    assertEquals(await queryStored(folder.path), one ?? null);
  }
});

Deno.test("queryStored() is null without a service, and for one that gives no answer", async () => {
  await using folder = await tempFolder();
  assertEquals(await queryStored(folder.path), null);
  await leaveDeadControl(folder.path);
  assertEquals(await queryStored(folder.path), null);
  await Deno.remove(controlFile(folder.path));

  const answers = ["", "null\n", "not JSON\n", '{"status":{"stored":{"file":"/c"}}}\n'];
  for (const answer of answers) {
    await using _ = await serveText(folder.path, answer);
    assertEquals(await queryStored(folder.path), null, answer);
  }
});

Deno.test("queryStored() does not wait for a service that never answers", async () => {
  await using folder = await tempFolder();
  const held: Deno.Conn[] = [];
  await using _ = await openControlSocket(folder.path, (conn) => void held.push(conn));
  assertEquals(await queryStored(folder.path, 1), null);
  for (const conn of held) conn.close();
});

/** Opens a socket that answers everyone with `text` and closes the connection. */
function serveText(run: string, text: string): Promise<AsyncDisposable> {
  return openControlSocket(run, async (conn) => {
    await conn.read(new Uint8Array(1024));
    if (text !== "") await conn.write(new TextEncoder().encode(text));
    conn.close();
  });
}
