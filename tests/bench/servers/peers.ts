/** The servers that httpcfg is compared with, as far as they are installed. */
import { isInstalled } from "../machine/commands.ts";
import type { Bench } from "../bench.ts";
import { startCaddy } from "./caddy.ts";
import { startHaproxy } from "./haproxy.ts";
import { startNginx } from "./nginx.ts";
import type { Starter } from "./server.ts";

const PEERS = { nginx: startNginx, haproxy: startHaproxy, caddy: startCaddy };

export type PeerName = keyof typeof PEERS;

/** Returns the peers of `names` that are installed; notes which are not. */
export function installedPeers(bench: Bench, names: readonly PeerName[]): Starter[] {
  const found: Starter[] = [];
  for (const name of names) {
    if (isInstalled(name)) found.push(PEERS[name]);
    else bench.note(`${name} is not installed: not compared`);
  }
  return found;
}
