/**
 * A socket file without a listener, as a killed process leaves it.
 *
 * @module
 */

/** Leaves one at `path`. Closing a listener removes its file, so the file is moved away first. */
export async function leaveDeadSocket(path: string): Promise<void> {
  const listener = Deno.listen({ transport: "unix", path: `${path}.alive` });
  await Deno.rename(`${path}.alive`, path);
  listener.close();
}
