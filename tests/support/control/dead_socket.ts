/**
 * A socket file without a listener, as a killed process leaves it.
 *
 * @module
 */
import { waitFor } from "../wait.ts";

/** Leaves one at `path`. Closing a listener removes its file, so the file is moved away first. */
export async function leaveDeadSocket(path: string): Promise<void> {
  const listener = Deno.listen({ transport: "unix", path: `${path}.alive` });
  await Deno.rename(`${path}.alive`, path);
  listener.close();
  // A process that another test starts at this moment has the socket until it runs its program.
  await waitFor(async () => {
    try {
      (await Deno.connect({ transport: "unix", path })).close();
      return false;
    } catch {
      return true;
    }
  }, "the end of the listener");
}
