/** Goal: who cannot be reached is told with the reason. Method: addresses where nobody answers. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

Deno.test("an answer that does not go on ends with the service", async () => {
  const collect = garbageCollector();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async (): Promise<Deno.Conn> => {
    const conn = await listener.accept();
    await conn.read(new Uint8Array(4096));
    await conn.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"));
    return conn;
  })();
  const ended = new AbortController();
  using transport = await openTransport(null, ended.signal);
  const url = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/dir`;
  const rejected = assertRejects(
    () => transport.send({ url, method: "GET" }),
    Fault,
    "is stopping",
  );
  const conn = await serving;
  // The runtime forgets the signal of a request with the first garbage that it collects.
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    collect();
  }
  ended.abort();
  await rejected;
  conn.close();
  listener.close();
});

/** Returns what collects all garbage at once. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
