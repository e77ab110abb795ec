/**
 * Prints as JSON who listens when turns can be taken, as `ss` has it, and how many turns ended, out of
 * six: with loopback, and after it was taken down. For the network namespace that it runs in.
 */
import { LoopTurns } from "../../../mod/listen/sockets/loop_turns.ts";

const turns = await LoopTurns.open();
const { stdout } = await new Deno.Command("ss", { args: ["-Hltn"] }).output();
const listeners = new TextDecoder().decode(stdout);
let ended = 0;
for (let i = 0; i < 6; i++) {
  if (i === 1) await new Deno.Command("ip", { args: ["link", "set", "lo", "down"] }).output();
  await turns.next();
  ended++;
}
turns.close();

Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ listeners, ended })));
