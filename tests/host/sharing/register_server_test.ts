/** Goal: a caller gets what it has proved to request, and nothing else does any harm. Method: the
 * real socket and directory, a handler that records its calls. */
import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { openPortSharing } from "../../../mod/host/sharing/port_sharing.ts";
import { registerSocket } from "../../../mod/host/sharing/register_address.ts";
import { sendRegistrationRequest } from "../../../mod/host/sharing/register_client.ts";
import type { RegisterRequest } from "../../../mod/host/sharing/register_protocol.ts";
import type { RegistrationHandler } from "../../../mod/host/sharing/register_server.ts";
import type { RegistrationOutcome } from "../../../mod/host/sharing/registration_access.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const ignore = Deno.build.os === "windows";
const REQUEST: RegisterRequest = {
  op: "register",
  url: "http://+:80/a/",
  to: "http://127.0.0.1:1",
  keep: false,
  timeoutSeconds: 5,
};

/** Returns `outcome`, and records its calls. */
class Handler implements RegistrationHandler {
  outcome: RegistrationOutcome = { code: 0, text: "http://+:80/a/" };
  readonly calls: string[] = [];
  /** Thrown instead of returning an outcome. */
  error: Error | null = null;
  readonly failures: unknown[] = [];
  readonly #gone = Promise.withResolvers<void>();
  end: (reason: string) => void = () => {};

  register(
    { url }: RegisterRequest,
    { uid }: { readonly uid: number },
    onEnd: (reason: string) => void,
  ): Promise<RegistrationOutcome> {
    this.end = onEnd;
    this.calls.push(`register ${url} ${uid === Deno.uid()}`);
    return this.error === null ? Promise.resolve(this.outcome) : Promise.reject(this.error);
  }
  unregister({ url }: { readonly url: string }): Promise<RegistrationOutcome> {
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
    const request = `${JSON.stringify(REQUEST)}\n`;
    assertEquals(/"code":5,/.test(await send(shared.run, request)), true, "no file was created");
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
  name: "RegistrationServer limits the callers that have not proved who they are",
  ignore,
  async fn(): Promise<void> {
    await using shared = await sharing();
    const dial = (): Promise<Deno.Conn> =>
      Deno.connect({ transport: "unix", path: registerSocket(shared.run) });
    const idle = await Promise.all(Array.from({ length: 32 }, dial));
    for (const conn of idle) await conn.write(new TextEncoder().encode(" ")); // each was accepted
    await assertRejects(
      () => sendRegistrationRequest([shared.run], REQUEST),
      Fault,
      "Cannot register",
    );
    for (const conn of idle) conn.close();
    let granted = null;
    while (granted === null) {
      granted = await sendRegistrationRequest([shared.run], REQUEST).catch(() => null);
    }
    granted.close();
    await shared.handler.whenDisconnected;
  },
});
