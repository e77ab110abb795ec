/** Static files: a small one from the response cache, and one of 1 MB, which is not cached. */
import { benchInTurn } from "./in_turn.ts";
import { starters } from "./servers.ts";

export async function benchStaticFiles(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-bench-" });
  try {
    await Deno.chmod(folder, 0o755); // nginx's worker is another user if the bench runs as root
    await Deno.writeFile(`${folder}/small.html`, new Uint8Array(4096).fill(120));
    await Deno.writeFile(`${folder}/large.bin`, new Uint8Array(1024 * 1024).fill(120));
    const peers = await starters("nginx", "caddy");
    const work = { folder };
    await benchInTurn("A file of 4 KiB, 64 connections", peers, {
      path: "/small.html",
      work,
      connections: 64,
    });
    await benchInTurn("A file of 1 MiB, 16 connections", peers, {
      path: "/large.bin",
      work,
      connections: 16,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
