// Story: the list of a busy service grows and shrinks by thousands of addresses. Clients that are
// connected keep being served, whoever connects meanwhile is served too, and SIGTERM in the middle
// ends the service as at any other time.
import { assertEquals } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { get, isRefused } from "../../support/http_client.ts";
import { freePort } from "../../support/ports.ts";
import { type Foreground, Program } from "../../support/program.ts";

const MANY = 3000;
const FIRST = "127.0.0.2";
const isLinux = Deno.build.os === "linux"; // elsewhere 127.0.0.1 is the only loopback address

function addresses(block: number): string[] {
  return Array.from({ length: MANY }, (_, i) => `127.${block}.${i >> 8}.${i & 255}`);
}

async function store(program: Program, port: number, list: readonly string[]): Promise<void> {
  const site = { ...DEFAULT_DOCUMENT.sites[0]!, bindings: [`:${port}:`] };
  const content = { kind: "respond", text: "here" } as const;
  const sites = [{ ...site, content }];
  const document = { ...DEFAULT_DOCUMENT, ipListen: [FIRST, ...list], sites };
  await Deno.writeTextFile(program.config, JSON.stringify(document));
}

async function started(program: Program, port: number): Promise<Foreground> {
  await store(program, port, addresses(9));
  return await program.serve({ openFilesMax: 2 * MANY + 1000 });
}

Deno.test({
  name: "thousands of addresses are exchanged while clients connect: each is served",
  ignore: !isLinux,
  async fn(): Promise<void> {
    await using program = await Program.make();
    const port = freePort();
    await started(program, port);
    let isDone = false;
    const responses = (async (): Promise<number> => {
      let count = 0;
      while (!isDone) {
        assertEquals((await get(FIRST, port)).status, 200);
        count++;
      }
      return count;
    })();
    await store(program, port, addresses(99));
    const { out } = await program.do("reload");
    isDone = true;
    assertEquals(await responses > 0, true);
    const lines = out.trim().split("\n");
    assertEquals(lines.filter((line) => line.startsWith("opened ")).length, MANY);
    assertEquals(lines.filter((line) => line.startsWith("closed ")).length, MANY);
    assertEquals((await get("127.99.0.7", port)).status, 200);
    assertEquals(await isRefused("127.9.0.7", port), true);
    assertEquals((await program.do("reload")).out, "");
  },
});

Deno.test({
  name: "two reloads at once apply one after the other; SIGTERM in the middle of one ends it",
  ignore: !isLinux,
  async fn(): Promise<void> {
    await using program = await Program.make();
    const port = freePort();
    const service = await started(program, port);
    await store(program, port, addresses(99));
    const both = await Promise.all([program.run("reload"), program.run("reload")]);
    assertEquals(both.map(({ status }) => status), [0, 0]);
    assertEquals((await get("127.99.0.7", port)).status, 200);
    await store(program, port, addresses(9));
    const reload = program.run("reload");
    service.signal("SIGTERM");
    assertEquals(await service.ended, 0);
    await reload;
    assertEquals(await isRefused(FIRST, port), true);
  },
});
