/** Goal: the output and the exit status of verify. Method: a service that claims sockets. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../../support/ports.ts";
import { commandHome, serviceStatus } from "../../support/command_home.ts";

Deno.test("verify finds a socket that the service only claims to have", async () => {
  await using home = await commandHome();
  const port = freePort();
  await home.store({ sites: [] });
  await home.serve(() =>
    Promise.resolve(serviceStatus({ W3SVC: "running" }, {
      pid: Deno.pid,
      endpoints: [{ ip: "127.0.0.1", port, scheme: "http", state: "open", cause: null }],
    }))
  );
  const text = await home.run("verify");
  assertEquals(text.status, 1);
  assertMatch(text.out, new RegExp(`FAILED +127\\.0\\.0\\.1:${port} +httpcfg +nothing listens`));
  assertStringIncludes(text.note, "1 failed");
  const csv = await home.run("verify --format csv");
  assertStringIncludes(csv.out, `missing,127.0.0.1:${port},true,refused,,true\n`);

  using _socket = Deno.listen({ hostname: "127.0.0.1", port });
  const well = await home.run("verify");
  assertEquals([well.status, well.out], [0, ""], well.note);
});
