// Goal: the exit status of health is that of the service as its clients see it. Method: a service
// that claims sockets.
import { assertEquals } from "@std/assert";
import { commandHome, serviceStatus } from "../../support/command_home.ts";
import { freePort } from "../../support/ports.ts";

/** Runs health against a service with `state` that has `ports`, each open or refused. */
async function health(
  state: "running" | "stopped",
  ports: Readonly<Record<number, "open" | "refused">> = {},
): Promise<string> {
  await using home = await commandHome();
  const endpoints = Object.entries(ports).map(([port, state]) => {
    return { ip: "127.0.0.1", port: Number(port), scheme: "http" as const, state, cause: null };
  });
  await home.serve(() => Promise.resolve(serviceStatus({ W3SVC: state }, { endpoints })));
  const { status, out, note } = await home.run("health");
  return `${status} ${out}${note}`;
}

Deno.test("health succeeds where a socket accepts, and fails where nothing listens", async () => {
  using one = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using two = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [first, second, closed] = [one.addr.port, two.addr.port, freePort()];
  assertEquals(
    await health("running", { [first]: "open" }),
    "0 W3SVC is running, 1 of 1 socket accepts connections\n",
  );
  assertEquals(
    await health("running", { [first]: "open", [second]: "open", [closed]: "refused" }),
    "0 W3SVC is running, 2 of 2 sockets accept connections\n",
  );
  assertEquals(
    await health("running", { [first]: "open", [closed]: "open" }),
    "0 W3SVC is running, 1 of 2 sockets accepts connections\n",
  );
  assertEquals(
    await health("running", { [closed]: "open" }),
    "1 error: Cannot connect to the service: no socket accepts a connection\n" +
      "hint: httpcfg verify\n",
  );
  for (const ports of [{}, { [closed]: "refused" } as const]) {
    assertEquals(
      await health("running", ports),
      "1 error: Cannot respond to anyone: no socket is open\nhint: httpcfg plan\n",
    );
  }
  const stopped = "1 error: Cannot respond to anyone: W3SVC is not running\n" +
    "hint: httpcfg net start w3svc\n";
  assertEquals(await health("stopped", { [first]: "open" }), stopped);
  await using home = await commandHome();
  const { status, out, note } = await home.run("health");
  assertEquals(`${status} ${out}${note}`, stopped);
});
