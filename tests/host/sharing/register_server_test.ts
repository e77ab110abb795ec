/** Goal: a caller gets what it has proved to request, and nothing else does any harm. Method: the
 * real socket and directory, a handler that records its calls. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { WIN32 } from "../../../mod/base/win32.ts";
import { readLines, writeLine } from "../../../mod/host/control/json_lines.ts";
import { openPortSharing } from "../../../mod/host/sharing/port_sharing.ts";
import { administratorSocket, registerSocket } from "../../../mod/host/sharing/register_address.ts";
import { sendRegistrationRequest } from "../../../mod/host/sharing/register_client.ts";
import { proofName, type RegisterRequest } from "../../../mod/host/sharing/register_protocol.ts";
import {
  type RegistrationHandler,
  RegistrationServer,
} from "../../../mod/host/sharing/register_server.ts";
import type {
  Registrant,
  RegistrationOutcome,
} from "../../../mod/host/sharing/registration_access.ts";
import { SHARING_LIMITS } from "../../../mod/host/sharing/sharing_limits.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { waitFor } from "../../support/wait.ts";

const ignore = Deno.build.os === "windows";
const REQUEST: RegisterRequest = {
  op: "register",
  url: "http://+:80/a/",
  to: "http://127.0.0.1:1",
  keep: false,
  timeoutSeconds: 5,
};

const REQUEST_LINE = `${JSON.stringify(REQUEST)}\n`;

/** Returns `outcome`, and records its calls. */
class Handler implements RegistrationHandler {
  readonly registrants: Registrant[] = [];
  /** Requests that have begun, and wait for the gate. */
  started = 0;
  gate: Promise<void> = Promise.resolve();
  outcome: RegistrationOutcome = { code: 0, text: "http://+:80/a/" };
  readonly calls: string[] = [];
  /** Thrown instead of returning an outcome. */
  error: Error | null = null;
  readonly failures: unknown[] = [];
  readonly #gone = Promise.withResolvers<void>();
  end: (reason: string) => void = () => {};

  async register(
    { url }: RegisterRequest,
    { uid }: Registrant,
    onEnd: (reason: string) => void,
  ): Promise<RegistrationOutcome> {
    this.started++;
    await this.gate;
    this.end = onEnd;
    this.calls.push(`register ${url} ${uid === Deno.uid()}`);
    if (this.error !== null) throw this.error;
    return this.outcome;
  }
  unregister(
    { url }: { readonly url: string },
    registrant: Registrant,
  ): Promise<RegistrationOutcome> {
    this.registrants.push(registrant);
    this.calls.push(`unregister ${url}`);
    return Promise.resolve(this.outcome);
  }
  disconnected(onEnd: (reason: string) => void): Promise<void> {
    this.calls.push(`gone ${onEnd === this.end}`);
    this.#gone.resolve();
    return Promise.resolve();
  }
  get whenDisconnected(): Promise<void> {
    return this.#gone.promise;
  }
}

interface Sharing extends AsyncDisposable {
  readonly run: string;
  readonly handler: Handler;
}

async function sharing(): Promise<Sharing> {
  const folder = await tempFolder();
  const handler = new Handler();
  const open = await openPortSharing(
    folder.path,
    handler,
    (error) => void handler.failures.push(error),
  );
  return {
    run: folder.path,
    handler,
    async [Symbol.asyncDispose](): Promise<void> {
      await open.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Sends `text`, and returns everything that comes back until the service disconnects. */
async function send(run: string, text: string): Promise<string> {
  using conn = await Deno.connect({ transport: "unix", path: registerSocket(run) });
  await conn.write(new TextEncoder().encode(text));
  const buffer = new Uint8Array(1000);
  let received = "";
  for (;;) {
    const count = await conn.read(buffer).catch(() => null);
    if (count === null) return received;
    received += new TextDecoder().decode(buffer.subarray(0, count));
    if (/"prove"[^\n]*\n$/.test(received)) await conn.write(new TextEncoder().encode("{}\n"));
  }
}

Deno.test({
  name: "a request that fails inside the service is refused with its reason, a bug is reported",
  ignore,
  async fn(): Promise<void> {
    await using one = await sharing();
    one.handler.error = new Fault("Cannot use the document");
    const ask = (): Promise<unknown> => sendRegistrationRequest([one.run], REQUEST);
    await assertRejects(ask, Fault, "(1359): Cannot use the document");
    assertEquals(one.handler.failures, []);
    one.handler.error = new TypeError("a bug");
    await assertRejects(ask, Fault, "An internal error occurred (1359): a bug");
    assertEquals(one.handler.failures.map(String), ["TypeError: a bug"]);
  },
});

Deno.test({
  name: "RegistrationServer keeps a registration as long as its caller stays",
  ignore,
  async fn(): Promise<void> {
    await using shared = await sharing();
    const granted = await sendRegistrationRequest(["/nowhere", shared.run], REQUEST);
    assertEquals(granted.url, "http://+:80/a/");
    assertEquals(shared.handler.calls, ["register http://+:80/a/ true"]);
    granted.close();
    await shared.handler.whenDisconnected;
    assertEquals(shared.handler.calls.at(-1), "gone true");
  },
});

Deno.test({
  name: "RegistrationServer notifies a caller that its registration has ended",
  ignore,
  async fn(): Promise<void> {
    await using shared = await sharing();
    const granted = await sendRegistrationRequest([shared.run], REQUEST);
    shared.handler.end("enough");
    assertEquals(await granted.ended, "enough");
    granted.close();
    await shared.handler.whenDisconnected;
  },
});

Deno.test({
  name: "RegistrationServer disconnects a caller that wants to keep or to unregister a URL",
  ignore,
  async fn(): Promise<void> {
    await using shared = await sharing();
    const kept = await sendRegistrationRequest([shared.run], { ...REQUEST, keep: true });
    assertEquals(await kept.ended, "the service ended", "it closes the connection");
    kept.close();
    (await sendRegistrationRequest([shared.run], { op: "unregister", url: REQUEST.url })).close();
    assertEquals(shared.handler.calls, [
      "register http://+:80/a/ true",
      "unregister http://+:80/a/",
    ]);
  },
});

Deno.test({
  name: "RegistrationServer does nothing for a caller without a proof or a valid request",
  ignore,
  async fn(): Promise<void> {
    await using shared = await sharing();
    assertMatch(await send(shared.run, REQUEST_LINE), /"code":5,/, "no file was created");
    for (const text of ['{"op":"status"}\n', '{"op":"end"}\n', "null\n", "7\n"]) {
      assertEquals(/"code":87,/.test(await send(shared.run, text)), true, text);
    }
    for (const text of ["GET / HTTP/1.1\r\n\r\n", "\n", "x".repeat(20_000)]) {
      assertEquals(await send(shared.run, text), "", "it is disconnected");
    }
    assertEquals(shared.handler.calls, []);
  },
});

Deno.test({
  name: "RegistrationServer has places for those who say who they are, however many are silent",
  ignore,
  async fn(): Promise<void> {
    for (const path of [registerSocket, administratorSocket]) {
      await using shared = await sharing();
      const silent = await Promise.all(Array.from({ length: 500 }, () => {
        return Deno.connect({ transport: "unix", path: path(shared.run) });
      }));
      const buffer = new Uint8Array(1);
      let closed = 0;
      for (const conn of silent) conn.read(buffer).catch(() => null).then(() => closed++);
      await waitFor(
        () => closed >= silent.length - SHARING_LIMITS.unidentified,
        "the others to be disconnected",
      );
      if (path === registerSocket) assertMatch(await send(shared.run, REQUEST_LINE), /"prove"/);
      // Whoever takes the places of one socket, the other is free.
      const other = path === registerSocket ? administratorSocket : registerSocket;
      using conn = await Deno.connect({ transport: "unix", path: other(shared.run) });
      await conn.write(new TextEncoder().encode('{"op":"process"}\n'));
      assertEquals(await conn.read(new Uint8Array(100)) !== null, true);
      for (const one of silent) one.close();
    }
  },
});

Deno.test({
  name: "RegistrationServer takes both administrators at their word, and nobody else",
  ignore,
  async fn(): Promise<void> {
    await using shared = await sharing();
    for (const uid of [0, Deno.uid(), 12345, undefined]) {
      using conn = await Deno.connect({ transport: "unix", path: administratorSocket(shared.run) });
      const line = JSON.stringify({ op: "unregister", url: "http://+:80/", uid });
      await conn.write(new TextEncoder().encode(`${line}\n`));
      await conn.read(new Uint8Array(100));
      const { uid: taken, isAdministrator } = shared.handler.registrants.at(-1)!;
      assertEquals([taken, isAdministrator], [uid === 0 ? 0 : Deno.uid(), true]);
    }
    const claim = `${JSON.stringify({ ...REQUEST, uid: 0 })}\n`;
    assertMatch(await send(shared.run, claim), /"prove".*\n.*"refused","code":5,/);
  },
});

Deno.test({
  name: "RegistrationServer limits the requests of one user that are under way",
  ignore: ignore || Deno.uid() !== 0, // only root can act for another user
  async fn(): Promise<void> {
    await using shared = await sharing();
    const gate = Promise.withResolvers<void>();
    shared.handler.gate = gate.promise;
    const held: AsyncGenerator<unknown>[] = [];
    while (held.length < SHARING_LIMITS.requestsOfUser) {
      held.push(await prove(shared.run));
      await waitFor(() => shared.handler.started === held.length, "the request to start");
    }
    const refused = await prove(shared.run);
    const { value } = await refused.next();
    assertEquals((value as { code: number }).code, WIN32.NOT_ENOUGH_QUOTA);
    gate.resolve();
    for (const lines of held) assertEquals((await lines.next()).done, false);
    for (const lines of [...held, refused]) assertEquals((await lines.next()).done, true);
  },
});

/** Registers as another user, up to the proof; returns the lines that follow. */
async function prove(run: string): Promise<AsyncGenerator<unknown>> {
  const conn = await Deno.connect({ transport: "unix", path: registerSocket(run) });
  const lines = readLines(conn, 10_000);
  const request = { ...REQUEST, keep: true };
  await writeLine(conn, request);
  const { nonce } = (await lines.next()).value as { nonce: string };
  const path = `/tmp/${await proofName(nonce, request)}`;
  await Deno.writeTextFile(path, "");
  await Deno.chmod(path, 0o604);
  await Deno.chown(path, 65534, 65534);
  await writeLine(conn, { op: "proved", folder: "/tmp" });
  return (async function* (): AsyncGenerator<unknown> {
    yield* lines;
    conn.close();
    await Deno.remove(path);
  })();
}

Deno.test("RegistrationServer holds back callers that never end, long before all places are taken", async () => {
  const server = new RegistrationServer(new Handler(), () => {});
  const silent = (): Parameters<RegistrationServer["accept"]>[0] => {
    const { promise, resolve } = Promise.withResolvers<null>();
    return { read: () => promise, write: () => Promise.resolve(1), close: () => resolve(null) };
  };
  let accepted = 0;
  let pause: void | Promise<void> = undefined;
  while (pause === undefined && accepted < SHARING_LIMITS.unidentified / 2) {
    pause = server.accept(silent(), "anyone");
    accepted++;
  }
  assertEquals([accepted > 1, pause instanceof Promise], [true, true]);
  await pause; // the others have had their turn
  server.close();
});
