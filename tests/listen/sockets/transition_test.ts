/** Goal: all sockets change or none, and kept ones are never touched. Method: loopback sockets. */
import { assertEquals, assertRejects } from "@std/assert";
import { type Endpoint, formatEndpoint, type Ip } from "../../../mod/base/address.ts";
import { SocketSet } from "../../../mod/listen/sockets/socket_set.ts";
import { makeTransition } from "../../../mod/listen/sockets/transition.ts";
import { BindFault } from "../../../mod/listen/machine/bind_fault.ts";
import type { FailedBind } from "../../../mod/listen/plan/make_plan.ts";
import type { EndpointAction, Plan } from "../../../mod/listen/plan/plan.ts";
import { freePort } from "../../support/ports.ts";

const OPTIONS = { tcpBacklog: 5, dualStack: true, isFatal };
/** As in a reload: an address that the machine does not have is waited for. */
function isFatal({ fault }: FailedBind): boolean {
  return !fault.isAbsent;
}

const isLinux = Deno.build.os === "linux";

Deno.test({
  name: "makeTransition() opens before it closes, and leaves closing to the caller",
  ignore: !isLinux,
  async fn(): Promise<void> {
    const port = freePort();
    await withSockets(async (sockets) => {
      await sockets.open(plan(port, { "127.0.0.2": "open", "127.0.0.3": "open" }), 5);
      const next = plan(port, { "127.0.0.2": "keep", "127.0.0.3": "close", "127.0.0.4": "open" });
      assertEquals(await makeTransition(sockets, next, OPTIONS), []);
      assertEquals(open(sockets), [".2", ".3", ".4"].map((part) => `127.0.0${part}:${port}`));
    });
  },
});

Deno.test({
  name: "makeTransition() restores everything if one socket cannot be opened",
  ignore: !isLinux,
  async fn(): Promise<void> {
    const port = freePort();
    using _foreign = Deno.listen({ hostname: "127.0.0.5", port });
    await withSockets(async (sockets) => {
      await sockets.open(plan(port, { "127.0.0.2": "open" }), 5);
      const next = plan(port, { "127.0.0.2": "keep", "127.0.0.4": "open", "127.0.0.5": "open" });
      await assertRejects(() => makeTransition(sockets, next, OPTIONS), BindFault, "127.0.0.5");
      assertEquals(open(sockets), [`127.0.0.2:${port}`]);
      const lenient = { ...OPTIONS, isFatal: () => false };
      const failed = await makeTransition(sockets, next, lenient);
      assertEquals(failed.map(({ endpoint }) => endpoint.ip), ["127.0.0.5" as Ip]);
      assertEquals(open(sockets), [`127.0.0.2:${port}`, `127.0.0.4:${port}`]);
    });
  },
});

Deno.test({
  name: "makeTransition() replaces a wildcard, and reopens it if the address fails",
  ignore: !isLinux,
  async fn(): Promise<void> {
    const port = freePort();
    await withSockets(async (sockets) => {
      await sockets.open(plan(port, { "0.0.0.0": "open" }), 5);
      const next = plan(port, { "0.0.0.0": "close", "127.0.0.2": "open" });
      assertEquals(await makeTransition(sockets, next, OPTIONS), []);
      assertEquals(open(sockets), [`127.0.0.2:${port}`]);
      const back = plan(port, { "127.0.0.2": "close", "0.0.0.0": "open" });
      await makeTransition(sockets, back, OPTIONS);
      // A link-local address without its zone cannot be bound on any machine.
      const broken = plan(port, { "0.0.0.0": "close", "127.0.0.3": "open", "fe80::1": "open" });
      await assertRejects(() => makeTransition(sockets, broken, OPTIONS), Error, "fe80::1");
      assertEquals(open(sockets), [`0.0.0.0:${port}`]);
    });
  },
});

Deno.test({
  name: "makeTransition() reports a previous socket that cannot be restored",
  ignore: !isLinux,
  async fn(): Promise<void> {
    const port = freePort();
    await withSockets(async (sockets) => {
      await sockets.open(plan(port, { "0.0.0.0": "open" }), 5);
      const foreign: Deno.Listener[] = [];
      const options = {
        ...OPTIONS,
        // Called between the failure and the restoration, when another program may bind the port.
        isFatal(): boolean {
          foreign.push(Deno.listen({ hostname: "127.0.0.9", port }));
          return true;
        },
      };
      const next = plan(port, { "0.0.0.0": "close", "203.0.113.9": "open" });
      await assertRejects(
        () => makeTransition(sockets, next, options),
        Error,
        "Cannot restore the previous sockets. Cannot listen on",
      );
      for (const listener of foreign) listener.close();
    });
  },
});

Deno.test("makeTransition() waits for an address that the machine does not have", async () => {
  const port = freePort();
  await withSockets(async (sockets) => {
    const next = plan(port, { "127.0.0.1": "open", "203.0.113.9": "open" });
    const failed = await makeTransition(sockets, next, OPTIONS);
    assertEquals(failed.map(({ fault }) => fault.isAbsent), [true]);
    assertEquals(open(sockets), [`127.0.0.1:${port}`]);
  });
});

function plan(port: number, actions: Readonly<Record<string, EndpointAction>>): Plan {
  return {
    endpoints: Object.entries(actions).map(([ip, action]) => {
      const common = { secure: false, cause: "", entry: null, holders: [], returns: false };
      return { ip: ip as Ip, port, scopeId: 0, action, ...common };
    }),
    sites: [],
    registrations: [],
    unmatched: [],
  };
}

function open(sockets: SocketSet): string[] {
  return sockets.endpoints().map((endpoint: Endpoint) => formatEndpoint(endpoint)).sort();
}

async function withSockets(test: (sockets: SocketSet) => Promise<void>): Promise<void> {
  const sockets = new SocketSet({
    onConnection: (conn) => conn.close(),
    onExhausted: () => {},
    onFailure: () => {},
  });
  try {
    await test(sockets);
  } finally {
    await sockets.close(sockets.endpoints());
  }
}
