// Goal: one request, one answer, and no harm from invalid requests. Method: a real socket.
import { basename } from "node:path";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { dialControl } from "../../../mod/host/control/control_address.ts";
import { ControlClient } from "../../../mod/host/control/control_client.ts";
import { serveControl } from "../../../mod/host/control/control_server.ts";
import { openControl, serviceStatus } from "../../support/command_home.ts";
import {
  connectControl,
  CONTROL_TOKEN,
  controlFile,
  leaveDeadControl,
  openControlSocket,
} from "../../support/control/control_socket.ts";
import { type TempFolder, tempFolder } from "../../support/temp_folder.ts";

const STATUS = serviceStatus({ HTTP: "running" });

Deno.test("ControlClient.ask() returns the answer, and reports the steps on the way", async () => {
  await using folder = await tempFolder();
  await using _server = await openControl(folder.path, (request, report) => {
    assert(request.op === "stop" && request.service === "HTTP");
    report({ kind: "step", service: "W3SVC", state: "stopping" });
    report({ kind: "step", service: "W3SVC", state: "stopped" });
    return Promise.resolve(STATUS);
  });
  const steps: string[] = [];
  const client = new ControlClient(folder.path);
  const answer = await client.ask({ op: "stop", service: "HTTP" }, (step) => {
    if (step.kind === "step") steps.push(`${step.service} ${step.state}`);
  });
  assertEquals(answer, STATUS);
  assertEquals(steps, ["W3SVC stopping", "W3SVC stopped"]);
});

Deno.test("ControlClient.ask() throws the service's Fault with its hint", async () => {
  await using folder = await tempFolder();
  await using _server = await openControl(folder.path, ({ op }) => {
    return Promise.reject(op === "start" ? new Fault("no", { hint: "try" }) : new Error("odd"));
  });
  const client = new ControlClient(folder.path);
  const fault = await assertRejects(() => client.ask({ op: "start", service: "HTTP" }), Fault);
  assertEquals([fault.message, fault.hint], ["no", "try"]);
  const odd = await assertRejects(() => client.ask({ op: "status" }), Fault, "odd");
  assertEquals(odd.hint, undefined);
});

Deno.test("ControlClient.ask() returns null without a service, or for a dead socket", async () => {
  await using folder = await tempFolder();
  const client = new ControlClient(folder.path);
  assertEquals(await client.ask({ op: "status" }), null);
  await leaveDeadControl(folder.path);
  assertEquals(folder.names(), [basename(controlFile(folder.path))], "as after a kill");
  assertEquals(await client.ask({ op: "status" }), null);
});

Deno.test("ControlClient.ask() reports a service that ended while it answered", async () => {
  await using folder = await tempFolder();
  await using _server = await openControlSocket(folder.path, (conn) => conn.close());
  await assertRejects(
    () => new ControlClient(folder.path).ask({ op: "status" }),
    Fault,
    "it ended before its reply was complete",
  );
});

Deno.test("ControlClient.ask() rejects the answer of a different version", async () => {
  await using folder = await tempFolder();
  for (const answer of ['{"kind":"result","status":{"version":2}}', '{"kind":"new"}', "[]"]) {
    await using _server = await openControlSocket(folder.path, async (conn) => {
      await conn.read(new Uint8Array(4096)); // what is not read takes the answer with it over TCP
      await conn.write(new TextEncoder().encode(`${answer}\n`));
      conn.close();
    });
    const ask = (): Promise<unknown> => new ControlClient(folder.path).ask({ op: "status" });
    await assertRejects(ask, Fault, "the service is a different version");
  }
});

Deno.test("serveControl() reports a failure after the answer, and closes anyway", async () => {
  await using folder = await tempFolder();
  const failures: unknown[] = [];
  await using _server = await openControlSocket(folder.path, (conn) => {
    void serveControl(conn, CONTROL_TOKEN, {
      handle: () => Promise.resolve(STATUS),
      afterAnswer: () => Promise.reject(new ReferenceError("too early")),
      onFailure: (error) => void failures.push(error),
    });
  });
  assertEquals(await new ControlClient(folder.path).ask({ op: "end" }), STATUS);
  assertEquals(failures.map(String), ["ReferenceError: too early"]);
});

Deno.test("serveControl() reports a bug of its handler, and not a Fault", async () => {
  await using folder = await tempFolder();
  const failures: unknown[] = [];
  const errors = [new Fault("Cannot do it"), new ReferenceError("a bug"), "thrown text"];
  await using _server = await openControlSocket(folder.path, (conn) => {
    void serveControl(conn, CONTROL_TOKEN, {
      handle: () => Promise.reject(errors.shift()),
      onFailure: (error) => void failures.push(error),
    });
  });
  for (const message of ["Cannot do it", "a bug", "thrown text"]) {
    await assertRejects(() => new ControlClient(folder.path).ask({ op: "status" }), Fault, message);
  }
  assertEquals(failures.map(String), ["ReferenceError: a bug", "thrown text"]);
});

Deno.test("serveControl() does not answer a client without the token", async () => {
  await using folder = await tempFolder();
  const ops: string[] = [];
  await using _server = await openControl(folder.path, ({ op }) => {
    ops.push(op);
    return Promise.resolve(STATUS);
  }, "secret");
  for (const token of ["", "wrong", "secret"]) {
    const answer = await exchange(folder, `${JSON.stringify({ op: "status", token })}\n`);
    assertEquals(answer === "", token !== "secret", token);
  }
  assertEquals(ops, ["status"]);
});

Deno.test("serveControl() survives clients that send nonsense, too little, or leave", async () => {
  await using folder = await tempFolder();
  await using _server = await openControl(folder.path, () => Promise.resolve(STATUS));
  for (const text of ["GET / HTTP/1.1\r\n\r\n", "{}", "null\n", "\n", '{"op":', "\u0000\n"]) {
    assertEquals(await exchange(folder, text), "", text);
  }
  for (const request of ["{}", '{"op":"x"}', '{"op":"start","service":"no"}', "[1]", '"status"']) {
    const answer = await exchange(folder, `${request}\n`);
    // Without the token, where there is one, there is no answer at all.
    if (CONTROL_TOKEN !== "") assertEquals(answer, "", request);
    else assertEquals((JSON.parse(answer) as { kind: string }).kind, "fault", request);
  }
  const gone = await dialControl(folder.path);
  gone!.conn.close();
  assertEquals(await new ControlClient(folder.path).ask({ op: "status" }), STATUS);
});

/** Sends `text`, closes our direction, and returns everything that comes back. */
async function exchange(folder: TempFolder, text: string): Promise<string> {
  const conn = await connectControl(folder.path);
  const answer = new Response(conn.readable).text().catch(() => ""); // a reset means no answer
  await conn.write(new TextEncoder().encode(text));
  await conn.closeWrite().catch(() => {}); // the service may have closed it first
  return await answer;
}

/** A service that runs as process 42. */
function look(): Promise<{ state: "running"; pid: number }> {
  return Promise.resolve({ state: "running", pid: 42 });
}

Deno.test({
  name: "ControlClient.ask() says what is wrong with the socket of a service that runs",
  ignore: Deno.build.os === "windows", // there it is a port
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const path = controlFile(folder.path);
    const client = new ControlClient(folder.path, { look });
    await Deno.writeTextFile(path, "");
    const fault = await assertRejects(() => client.ask({ op: "status" }), Fault);
    assertEquals(
      fault.message,
      `Cannot reach the service in "${folder.path}", which runs as process 42: ` +
        `its control socket "${path}" is no socket`,
    );
    assertEquals(fault.hint, `rm -r ${path}; kill -HUP 42`);
  },
});

Deno.test("ControlClient.ask() waits for the missing socket of a service that runs", async () => {
  await using folder = await tempFolder();
  const asking = new ControlClient(folder.path, { look }).ask({ op: "status" });
  await using _server = await openControl(folder.path, () => Promise.resolve(STATUS));
  assertEquals(await asking, STATUS);
});
