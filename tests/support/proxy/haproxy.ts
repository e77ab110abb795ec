/**
 * HAProxy in the foreground, as a load balancer before a service or a program.
 *
 * @module
 */
import { tempFolder } from "../temp_folder.ts";
import { waitFor } from "../wait.ts";

/** The address on which it listens. */
export const HAPROXY_IP = "127.0.0.1";

/** Starts HAProxy with `lines` behind the defaults of mode tcp; resolves when `port` is open. */
export async function startHaproxy(
  lines: readonly string[],
  port: number,
): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const file = folder.at("haproxy.cfg");
  await Deno.writeTextFile(file, [...DEFAULTS, ...lines, ""].join("\n"));
  const args = ["-db", "-f", file];
  const child = new Deno.Command("haproxy", { args, stdout: "null", stderr: "piped" }).spawn();
  const output = new Response(child.stderr).text();
  let hasEnded = false;
  void child.status.then(() => hasEnded = true);
  stack.defer(async () => {
    if (!hasEnded) child.kill("SIGTERM");
    await child.status;
    await output;
  });
  await waitFor(async () => {
    if (hasEnded) throw new Error(`haproxy: ${await output}`);
    return await Deno.connect({ hostname: HAPROXY_IP, port }).then((conn) => {
      conn.close();
      return true;
    }, () => false);
  }, "haproxy to listen");
  return stack.move();
}

const DEFAULTS = [
  "global",
  "  log stderr local0",
  "defaults",
  "  mode tcp",
  "  timeout connect 20s",
  "  timeout client 60s",
  "  timeout server 60s",
];
