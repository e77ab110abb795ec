/**
 * A socket file that nobody listens on, as a killed process leaves it.
 *
 * @module
 */

/** Leaves one at `path`. Closing a listener removes its file, so the file is moved away before. */
export async function leaveDeadSocket(path: string): Promise<void> {
  const listener = Deno.listen({ transport: "unix", path: `${path}.alive` });
  await Deno.rename(`${path}.alive`, path);
  listener.close();
}
