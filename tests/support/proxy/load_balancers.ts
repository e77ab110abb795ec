/**
 * Load balancers before a service, in the foreground: HAProxy, or any other command.
 *
 * @module
 */
import { tempFolder } from "../temp_folder.ts";
import { waitFor } from "../wait.ts";

/** The address on which they listen. */
export const BALANCER_IP = "127.0.0.1";

/** Runs a load balancer until it is disposed of; resolves when `port` is open. */
export async function startBalancer(
  [name = "", ...args]: readonly string[],
  port: number,
): Promise<AsyncDisposable> {
  const child = new Deno.Command(name, { args, stdout: "null", stderr: "piped" }).spawn();
  const output = new Response(child.stderr).text();
  let hasEnded = false;
  void child.status.then(() => hasEnded = true);
  await waitFor(async () => {
    if (hasEnded) throw new Error(`${name}: ${await output}`);
    return await Deno.connect({ hostname: BALANCER_IP, port }).then((conn) => {
      conn.close();
      return true;
    }, () => false);
  }, `${name} to listen`);
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      if (!hasEnded) child.kill("SIGTERM");
      await child.status;
      await output;
    },
  };
}

/** Starts HAProxy with `lines` behind the defaults of mode tcp. */
export async function startHaproxy(
  lines: readonly string[],
  port: number,
): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const file = folder.at("haproxy.cfg");
  await Deno.writeTextFile(file, [...DEFAULTS, ...lines, ""].join("\n"));
  stack.use(await startBalancer(["haproxy", "-db", "-f", file], port));
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
