/** Goal: who cannot be reached is told with the reason. Method: addresses where nobody answers. */
import { assertEquals, assertRejects } from "@std/assert";
import { openTransport } from "../../mod/acme/transport.ts";
import { Fault } from "../../mod/base/fault.ts";
import { freePort } from "../support/ports.ts";

Deno.test("a server that cannot be reached is told with the reason", async () => {
  using transport = await openTransport(null, new AbortController().signal);
  const cases: [authority: string, reason: string][] = [
    [`127.0.0.1:${freePort()}`, "connection refused"],
    ["127.0.0.1:1", "no HTTP client connects to this port"],
    ["name.invalid", "its name cannot be resolved"],
  ];
  for (const [authority, reason] of cases) {
    const url = `https://${authority}/dir`;
    const fault = await assertRejects(() => transport.send({ url, method: "GET" }), Fault);
    const start = `Cannot reach the certificate authority at "https://${authority}"`;
    assertEquals(fault.message, `${start}: ${reason}`);
    assertEquals(fault.hint, `curl -sv ${url}`);
  }
});

Deno.test("what was asked ends with the service", async () => {
  const ended = new AbortController();
  using transport = await openTransport(null, ended.signal);
  const waiting = transport.sleep(3_600_000);
  ended.abort();
  await assertRejects(() => waiting, Fault, "the service is stopping");
  await assertRejects(() => transport.sleep(1), Fault, "the service is stopping");
});
