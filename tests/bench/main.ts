/** `deno task bench [NAME …]`: every bench, or those named. Ratios against a peer in one run. */
import { benchKeepAlive } from "./keep_alive.ts";
import { say } from "./measure.ts";
import { benchStartUp } from "./start_up.ts";

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  "start-up": benchStartUp,
  "keep-alive": benchKeepAlive,
};

const names = Deno.args.length === 0 ? Object.keys(BENCHES) : Deno.args;
for (const name of names) {
  const bench = BENCHES[name];
  if (bench === undefined) {
    say(`no such bench: ${name}; there are ${Object.keys(BENCHES).join(", ")}`);
  } else await bench();
}
