// Goal: when a turn is over, what clients have sent has arrived, whatever was done meanwhile; and a
// turn ends in any case. Method: clients in this process, and work that lasts longer than a timer.
import { assert, assertEquals } from "@std/assert";
import { LoopTurns } from "../../../mod/listen/sockets/loop_turns.ts";
import { testInNamespace } from "../../support/spaces/net_namespace.ts";

const SCRIPT = `${import.meta.dirname}/../../support/spaces/turns_without_loopback.ts`;

/** Longer than a timer of 0 ms waits. */
const WORK_MS = 10;

Deno.test("a turn of LoopTurns ends after clients were read, though a timer would be due", async () => {
  const turns = await LoopTurns.open();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = (listener.addr as Deno.NetAddr).port;
  const client = await Deno.connect({ hostname: "127.0.0.1", port });
  const served = await listener.accept();
  for (let round = 0; round < 20; round++) {
    let hasArrived = false;
    const read = served.read(new Uint8Array(1)).then(() => hasArrived = true);
    await client.write(new Uint8Array(1));
    const turn = turns.next();
    await Promise.resolve().then(work);
    await turn;
    assert(hasArrived, `round ${round}`);
    await read;
  }
  for (const one of [client, served, listener, turns]) one.close();
});

Deno.test("turns of LoopTurns that are asked for at once end, also without a connection", async () => {
  const turns = await LoopTurns.open();
  let ended = 0;
  const ask = async (): Promise<void> => {
    await turns.next();
    ended++;
  };
  await Promise.all(Array.from({ length: 5 }, ask));
  const last = ask();
  turns.close();
  await last;
  await Promise.all([ask(), ask()]);
  assertEquals(ended, 8);
});

// In a namespace of its own, because other test files listen in this process at the same time.
testInNamespace(
  "LoopTurns.open() listens nowhere, and turns end when loopback is taken down",
  async (space) => {
    assertEquals(await space.script(SCRIPT), { listeners: "", ended: 6 });
  },
);

/** Keeps the event loop for longer than a timer waits. */
function work(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WORK_MS);
}
