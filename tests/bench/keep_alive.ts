/** Keep-alive requests per CPU second: a fixed text, 64 connections, with site lookup and log. */
import { benchInTurn } from "./in_turn.ts";
import { starters } from "./servers.ts";

export async function benchKeepAlive(): Promise<void> {
  await benchInTurn(
    "Keep-alive, 64 connections, a fixed text, log on",
    await starters("nginx", "haproxy", "caddy"),
    { path: "/", work: {}, connections: 64 },
  );
}
