// Story: HAProxy, then this service, then two upstreams. One of them dies and comes back under load:
// no request fails, and the client's address is in every log and every field. Method: real programs;
// clients that come from addresses of their own.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { freePort } from "../../support/ports.ts";
import { BALANCER_IP, startHaproxy } from "../../support/proxy/load_balancers.ts";
import { HOST, ProxiedSite } from "../../support/proxy/proxied_site.ts";
import { startLocalProgram } from "../../support/local_program.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";

const CLIENTS = ["127.0.0.71", "127.0.0.72", "127.0.0.73", "127.0.0.74"];

testWith(
  ["haproxy", "curl"],
  "behind HAProxy, before two upstreams of which one dies",
  async () => {
    await using a = await startLocalProgram("a");
    await using b = await startLocalProgram("b");
    const words = ["--proxy", a.url, "--proxy", b.url, "--health", "/", "--health-interval", "1"];
    await using site = await ProxiedSite.start(words, { ProxyProtocol: ["127.0.0.1"] });
    await site.settled("up up");
    const port = freePort();
    await using _haproxy = await startHaproxy([
      "frontend f",
      `  bind ${BALANCER_IP}:${port}`,
      "  default_backend b",
      "backend b",
      `  server s ${HOST}:${site.port} send-proxy-v2 check inter 200ms`,
    ], port);
    const url = `http://${BALANCER_IP}:${port}`;

    const answers = new Map<string, number>();
    let isOver = false;
    const clients = CLIENTS.map(async (client) => {
      while (!isOver) {
        // Each call is one connection with a hundred requests.
        const { status, out, err } = await site.program.shell(
          `curl -sS -m 60 --interface ${client} -w ' %{http_code}\\n' '${url}/hello?[1-100]'`,
        );
        assertEquals([status, err], [0, ""]);
        for (const answer of out.trim().split("\n")) {
          answers.set(answer, (answers.get(answer) ?? 0) + 1);
        }
      }
    });
    const served = async (answer: string): Promise<void> => {
      const before = answers.get(answer) ?? 0;
      await waitFor(() => (answers.get(answer) ?? 0) > before + 500, `more of ${answer}`);
    };
    await Promise.all([served("a 200"), served("b 200")]);
    await a.kill();
    await site.settled("down up");
    await served("b 200");
    await using again = await startLocalProgram("a", a.port);
    await site.settled("up up");
    await served("a 200");
    isOver = true;
    await Promise.all(clients);
    assertEquals(again.port, a.port);
    assertEquals([...answers.keys()].sort(), ["a 200", "b 200"]);

    const [client = ""] = CLIENTS;
    const fields = await site.program.shell(
      `curl -sS --interface ${client} -H 'X-Forwarded-For: 6.6.6.6' -H 'X-Real-IP: 6.6.6.6' ${url}/headers`,
    );
    const seen = JSON.parse(fields.out) as Record<string, string>;
    assertEquals(seen["x-forwarded-for"], client);
    assertStringIncludes(seen["forwarded"] ?? "", `for=${client};`);
    assertEquals(seen["x-real-ip"], undefined);

    const total = [...answers.values()].reduce((sum, count) => sum + count, 1);
    const logged = (): string[] => {
      return linesBelow(`${site.program.home}/log`).filter((line) => line.includes("/hello"));
    };
    await waitFor(() => logged().length >= total - 1, "a line for each request");
    const lines = logged();
    assertEquals(lines.length, total - 1);
    const strangers = lines.filter((line) => !CLIENTS.some((one) => line.split(" ").includes(one)));
    assertEquals(strangers, []);
    assert(lines.every((line) => !line.split(" ").includes(BALANCER_IP)), "no line has the proxy");
  },
);

testWith(["haproxy"], "a WebSocket and an event stream pass through the whole chain", async () => {
  await using a = await startLocalProgram("a");
  await using site = await ProxiedSite.start(["--proxy", a.url], { ProxyProtocol: ["127.0.0.1"] });
  const port = freePort();
  await using _haproxy = await startHaproxy([
    "listen f",
    `  bind ${BALANCER_IP}:${port}`,
    `  server s ${HOST}:${site.port} send-proxy-v2`,
  ], port);
  const socket = new WebSocket(`ws://${BALANCER_IP}:${port}/socket`);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const echoed = new Promise((resolve) => socket.onmessage = ({ data }): void => resolve(data));
  socket.send("hello");
  assertEquals(await echoed, "hello");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;

  const url = `http://${BALANCER_IP}:${port}`;
  const response = await fetch(`${url}/stream`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (const word of ["one", "two"]) {
    await (await fetch(`${url}/tell?${word}`)).body?.cancel();
    assertEquals((await reader.read()).value, `data: ${word}\n\n`);
  }
  await reader.cancel();
});

function linesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return linesBelow(path);
    return Deno.readTextFileSync(path).split("\n").filter((line) => line !== "" && line[0] !== "#");
  });
}
