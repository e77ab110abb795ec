/**
 * Prints as JSON how many turns ended, out of six: with loopback, and after it was taken down. For
 * the network namespace that it runs in.
 */
import { LoopTurns } from "../../../mod/listen/sockets/loop_turns.ts";

const turns = await LoopTurns.open();
let ended = 0;
for (let i = 0; i < 6; i++) {
  if (i === 1) await new Deno.Command("ip", { args: ["link", "set", "lo", "down"] }).output();
  await turns.next();
  ended++;
}
turns.close();

Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(ended)));
