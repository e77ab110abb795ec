import { assertEquals, assertRejects } from "@std/assert";
import { IpBlocks } from "../../../mod/base/ip_blocks.ts";
import { blocksOf } from "../../../mod/config/document/address_block.ts";
import { OwnClient } from "../../../mod/host/process/own_client.ts";
import { waitFor } from "../../support/wait.ts";

const NONE = new IpBlocks([]);
const REFUSAL = new TextEncoder().encode("HTTP/1.1 503 Busy\r\n\r\n");
const ALERT = Uint8Array.of(21, 3, 3, 0, 2, 2, 40);

for (const scheme of ["http", "https"] as const) {
  Deno.test(`OwnClient.check() over ${scheme} takes any answer, and waits while there is none`, async () => {
    const client = new OwnClient();
    const state: { answer: Uint8Array | "end" | null } = { answer: null };
    let asked = 0;
    const silent: Deno.TcpConn[] = [];
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async (): Promise<void> => {
      for await (const conn of listener) {
        await conn.read(new Uint8Array(1024));
        const { answer } = state;
        if (answer instanceof Uint8Array) await conn.write(answer);
        if (answer === null) silent.push(conn);
        else conn.close();
        asked++;
      }
    })();
    const endpoint = { ip: "127.0.0.1", port: listener.addr.port, scheme };
    await client.check(endpoint, NONE); // it has never responded
    await waitFor(() => asked === 1, "the first request");
    for (const next of [REFUSAL, ALERT, "end"] as const) {
      const before = asked;
      state.answer = next;
      await client.check(endpoint, NONE);
      await waitFor(() => asked > before, "another request");
    }
    state.answer = null;
    let isAnswered = false;
    const check = client.check(endpoint, NONE).then(() => isAnswered);
    await waitFor(() => silent.length === 2, "a request without an answer");
    isAnswered = true;
    for (const conn of silent) conn.close();
    assertEquals(await check, true);
    listener.close();
    await serving;
    await assertRejects(() => client.check(endpoint, NONE));
  });
}

Deno.test("OwnClient.check() reaches a wildcard, and has nothing to do without a socket", async () => {
  const client = new OwnClient();
  await client.check(null, NONE);
  for (const ip of ["0.0.0.0", "::"]) {
    using listener = Deno.listen({ hostname: ip, port: 0 });
    await client.check({ ip, port: listener.addr.port, scheme: "http" }, NONE);
    (await listener.accept()).close();
  }
});

Deno.test("OwnClient.check() begins with a PROXY header where its address has to send one", async () => {
  for (const [blocks, first] of [[["127.0.0.1"], "\r\n"], [["10.0.0.1"], "OP"]] as const) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const endpoint = { ip: "127.0.0.1", port: listener.addr.port, scheme: "http" } as const;
    await new OwnClient().check(endpoint, blocksOf(blocks));
    using conn = await listener.accept();
    const bytes = new Uint8Array(2);
    await conn.read(bytes);
    assertEquals(new TextDecoder().decode(bytes), first);
  }
});
