/** `deno task bench [NAME …]`: all benches, or those named. Ratios to a peer in the same run. */
import { ATTACK_BENCHES } from "./attack.ts";
import { benchHandshakes } from "./handshakes.ts";
import { benchHttps } from "./https.ts";
import { benchIdle } from "./idle.ts";
import { benchKeepAlive } from "./keep_alive.ts";
import { benchListeners } from "./listeners.ts";
import { benchLongList } from "./long_list.ts";
import { say } from "./measure.ts";
import { benchStartUp } from "./start_up.ts";
import { benchStaticFiles } from "./static_files.ts";

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  "start-up": benchStartUp,
  "long-list": benchLongList,
  "keep-alive": benchKeepAlive,
  "https": benchHttps,
  "handshakes": benchHandshakes,
  "static-files": benchStaticFiles,
  "listeners": benchListeners,
  "idle": benchIdle,
  ...ATTACK_BENCHES,
};

const all = Object.keys(BENCHES).filter((name) => !name.includes(":")); // a part of another
const names = Deno.args.length === 0 ? all : Deno.args;
for (const name of names) {
  const bench = BENCHES[name];
  if (bench === undefined) {
    say(`unknown bench: ${name}; the benches are ${Object.keys(BENCHES).join(", ")}`);
  } else await bench();
}
