/**
 * Another program in a network namespace that listens on an address.
 *
 * @module
 */

/** Starts it; it listens when this resolves. Whoever calls ends it. */
export async function listenIn(
  space: string,
  hostname: string,
  port: number,
): Promise<Deno.ChildProcess> {
  const code = `Deno.listen(${JSON.stringify({ hostname, port })});
    await Deno.stdout.write(new Uint8Array(1));
    await new Promise(() => setInterval(() => {}, 1e6));`;
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", space, Deno.execPath(), "eval", "--no-config", code],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { done } = await reader.read();
  if (done) throw new Error(`cannot listen on ${hostname}`);
  void reader.cancel();
  return child;
}
