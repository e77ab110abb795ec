// Goal: a proxied site serves as long as one of its upstreams does, and says which do not. Method: the
// real program, real upstreams that are killed and started again, clients that never pause.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { bytes, startLocalProgram } from "../../support/local_program.ts";
import { freePort } from "../../support/ports.ts";
import { HOST, ProxiedSite } from "../../support/proxy/proxied_site.ts";
import { waitFor } from "../../support/wait.ts";

const ignore = Deno.build.os !== "linux";
/** Bytes of one upload, and the memory that the service may need for it. */
const LARGE_BYTES = 1_000_000_000;
const MEMORY_BYTES_MAX = 50_000_000;

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

for (const workers of [1, 2]) {
  test(`an upstream that is killed and started again fails no request, with ${workers} workers`, async () => {
    await using a = await startLocalProgram("a");
    await using b = await startLocalProgram("b");
    const words = ["--proxy", a.url, "--proxy", b.url, "--health", "/", "--health-interval", "1"];
    await using site = await ProxiedSite.start(words, { Workers: workers });
    await site.settled("up up");
    const answers = new Map<string, number>();
    let isOver = false;
    const clients = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        const response = await fetch(site.url);
        const answer = `${response.status} ${await response.text()}`;
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    });
    const served = async (answer: string): Promise<void> => {
      const before = answers.get(answer) ?? 0;
      await waitFor(() => (answers.get(answer) ?? 0) > before + 100, `more of ${answer}`);
    };
    await Promise.all([served("200 a"), served("200 b")]);
    await a.kill();
    await site.settled("down up");
    await served("200 b");
    const [down] = await site.upstreams();
    assertMatch(`${down!.cause}`, /refused|reset|closed/i);
    await using again = await startLocalProgram("a", a.port);
    await site.settled("up up");
    await served("200 a");
    isOver = true;
    await Promise.all(clients);
    assertEquals([...answers.keys()].sort(), ["200 a", "200 b"]);
    assertEquals(again.port, a.port);
    const events = (await site.events()).filter((line) => !line.startsWith("23"));
    assertEquals(events.map((line) => line.slice(0, 2)), ["21", "22"], events.join("\n"));
    const { out } = await site.program.run("status");
    assertMatch(out, /^Upstreams: 2 up$/m);
    const explained = await site.program.do(`explain ${site.url}/`);
    assertMatch(explained.out, new RegExp(`proxied to ${a.url}, ${b.url} \\(round-robin\\)`));
  });
}

test("a proxied site streams: a large upload in little memory, events as they come", async () => {
  await using a = await startLocalProgram("a");
  await using site = await ProxiedSite.start(["--proxy", a.url]);
  const send = async (count: number): Promise<string> => {
    return await (await fetch(`${site.url}/upload`, { method: "POST", body: bytes(count) })).text();
  };
  assertEquals(await send(1_000_000), "1000000");
  const before = peakBytes(site.service.pid);
  assertEquals(await send(LARGE_BYTES), `${LARGE_BYTES}`);
  const grown = peakBytes(site.service.pid) - before;
  assert(grown < MEMORY_BYTES_MAX, `memory grew by ${grown} bytes`);
  // The head of a stream is here before anything of its body is sent.
  const response = await fetch(`${site.url}/stream`);
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  await fetch(`${site.url}/tell?one`);
  assertEquals((await reader.read()).value, "data: one\n\n");
  await fetch(`${site.url}/tell?two`);
  assertEquals((await reader.read()).value, "data: two\n\n");
  await reader.cancel();
});

test("a WebSocket survives a change of another site, and ends with its own", async () => {
  await using a = await startLocalProgram("a");
  const site = await ProxiedSite.start(["--proxy", a.url], { ShutdownGraceTimeout: 1 });
  await using _ = site;
  const socket = new WebSocket(`ws://${HOST}:${site.port}/socket`);
  const received: string[] = [];
  socket.onmessage = ({ data }): void => void received.push(data);
  await new Promise((resolve) => socket.onopen = resolve);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  const echo = async (text: string): Promise<void> => {
    socket.send(text);
    await waitFor(() => received.includes(text), text);
  };
  await echo("before");
  const { program } = site;
  await program.do(["site", "add", "other", "--bind", `:${freePort()}:`, "--respond", "x"]);
  await program.do("reload");
  await echo("after");
  const [upstream] = await site.upstreams();
  assertEquals([upstream!.state, upstream!.requests], ["up", 1]);
  await program.do(["site", "set", "shop", "--respond", "gone"]);
  await program.do("reload");
  await closed;
  assertEquals(await (await fetch(site.url)).text(), "gone");
  assertEquals(await site.upstreams(), []);
});

/** The most memory that a process has had. */
function peakBytes(pid: number): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/status`);
  return 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(text)![1]);
}
