/** https: a fixed text on keep-alive connections, and a file of 1 MB. */
import { makeSelfSigned } from "../../mod/config/certs/self_signed.ts";
import { benchInTurn } from "./in_turn.ts";
import { starters } from "./servers.ts";

export async function benchHttps(): Promise<void> {
  const options = { names: ["bench.test"], ips: ["127.0.0.1"], days: 30, nowMs: Date.now() };
  const tls = await makeSelfSigned(options);
  const peers = await starters("nginx", "caddy");
  await benchInTurn("https, 64 connections, a fixed text, log on", peers, {
    path: "/",
    work: { tls },
    connections: 64,
  });
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-bench-" });
  try {
    await Deno.chmod(folder, 0o755); // nginx's worker is another user if the bench runs as root
    await Deno.writeFile(`${folder}/large.bin`, new Uint8Array(1024 * 1024).fill(120));
    await benchInTurn("https, a file of 1 MiB, 16 connections", peers, {
      path: "/large.bin",
      work: { folder, tls },
      connections: 16,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
