/** Goal: a caller proves who it is, and reads why it is refused. Method: a tiny service. */
import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { readLines, writeLine } from "../../../mod/host/control/json_lines.ts";
import {
  administratorSocket,
  registerSocket,
  sharingFolder,
} from "../../../mod/host/sharing/register_address.ts";
import { sendRegistrationRequest } from "../../../mod/host/sharing/register_client.ts";
import {
  proofName,
  type RegisterRequest,
  type RegistrationAnswer,
} from "../../../mod/host/sharing/register_protocol.ts";
import { leaveDeadSocket } from "../../support/control/dead_socket.ts";
import { type TempFolder, tempFolder } from "../../support/temp_folder.ts";
import { waitFor } from "../../support/wait.ts";

const ignore = Deno.build.os === "windows";
const REQUEST: RegisterRequest = {
  op: "register",
  url: "http://+:80/a/",
  to: "http://127.0.0.1:1",
  keep: false,
  timeoutSeconds: 5,
};

const NONCE = crypto.randomUUID().replaceAll("-", "");

/** Requests a proof, sends `answer` to the caller that gave it, and closes the connection. */
async function serveOne(folder: TempFolder, answer: RegistrationAnswer): Promise<void> {
  await Deno.mkdir(sharingFolder(folder.path), { recursive: true });
  using listener = Deno.listen({ transport: "unix", path: registerSocket(folder.path) });
  using conn = await listener.accept();
  const lines = readLines(conn, 10_000);
  assertEquals((await lines.next()).value, { ...REQUEST, uid: Deno.uid() });
  await writeLine(conn, { kind: "prove", nonce: NONCE, folders: ["/etc", "/tmp"] });
  assertEquals((await lines.next()).value, { op: "proved", folder: "/tmp" });
  const path = `/tmp/${await proofName(NONCE, REQUEST)}`;
  const { isFile, size, mode } = await Deno.lstat(path);
  assertEquals([isFile, size, mode! & 0o7777], [true, 0, 0o604]);
  await writeLine(conn, answer);
  await waitFor(() => Deno.lstat(path).then(() => false, () => true), "its removal");
}

function isListeningIn(folder: TempFolder): Promise<boolean> {
  return Deno.lstat(registerSocket(folder.path)).then(() => true, () => false);
}

Deno.test({
  name: "sendRegistrationRequest() throws the refusal with its code, its text and its hint",
  ignore,
  async fn(): Promise<void> {
    const cases: [code: number, hint: string | undefined, text: RegExp][] = [
      [5, "sudo httpcfg unregister x", /denied/],
      [183, undefined, /already exists \(183\): because$/],
      [999, undefined, /^Cannot register "http:.*": because$/],
    ];
    for (const [code, hint, text] of cases) {
      await using folder = await tempFolder();
      const served = serveOne(folder, { kind: "refused", code, reason: "because", hint });
      await waitFor(() => isListeningIn(folder), "the service to listen");
      const fault = await assertRejects(
        () => sendRegistrationRequest([folder.path], REQUEST),
        Fault,
      );
      assertEquals([fault.exit, fault.hint], [code > 255 ? 1 : code, hint]);
      assertEquals(text.test(fault.message), true, fault.message);
      await served;
    }
  },
});

Deno.test({
  name: "sendRegistrationRequest() uses the first directory with a service, and reports none",
  ignore,
  async fn(): Promise<void> {
    await using dead = await tempFolder();
    await Deno.mkdir(sharingFolder(dead.path));
    await leaveDeadSocket(registerSocket(dead.path));
    const fault = await assertRejects(
      () => sendRegistrationRequest(["/nowhere", dead.path], REQUEST),
      Fault,
    );
    assertEquals([fault.exit, fault.hint], [1, "httpcfg net start w3svc"]);
    await using folder = await tempFolder();
    const served = serveOne(folder, { kind: "done", url: REQUEST.url });
    await waitFor(() => isListeningIn(folder), "the service to listen");
    const granted = await sendRegistrationRequest([dead.path, folder.path], REQUEST);
    assertEquals([granted.url, await granted.ended], [REQUEST.url, "the service ended"]);
    granted.close();
    await served;
  },
});

Deno.test({
  name: "sendRegistrationRequest() repeats a request that the service had no place for",
  ignore,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const listener = Deno.listen({ transport: "unix", path: administratorSocket(folder.path) });
    const granted = sendRegistrationRequest([folder.path], REQUEST);
    for (let count = 0; count < 3; count++) (await listener.accept()).close();
    using conn = await listener.accept();
    await readLines(conn, 10_000).next();
    await writeLine(conn, { kind: "done", url: REQUEST.url });
    (await granted).close();
    const given = sendRegistrationRequest([folder.path], REQUEST, { retryMs: 0 });
    (await listener.accept()).close();
    await assertRejects(() => given, Fault, "the service closed the connection");
    listener.close();
  },
});

Deno.test({
  name: "sendRegistrationRequest() creates no file elsewhere, whatever the service says",
  ignore,
  async fn(): Promise<void> {
    for (const nonce of ["../x", "", "x/y"]) {
      await using folder = await tempFolder();
      const listener = Deno.listen({ transport: "unix", path: administratorSocket(folder.path) });
      const granted = sendRegistrationRequest([folder.path], REQUEST, { retryMs: 0 });
      const conn = await listener.accept();
      await writeLine(conn, { kind: "prove", nonce, folders: ["/tmp"] });
      await assertRejects(() => granted, Fault);
      conn.close();
      listener.close();
    }
  },
});
