/**
 * The running service as commands see it. The client is loaded for the first request, because most
 * commands that scripts call in loops have none.
 *
 * @module
 */
import type { ControlClient } from "./control_client.ts";

/** What commands use of the client. */
export type Control = Pick<ControlClient, "run" | "ask">;

/** Returns the service whose run directory is `run`; the arguments are those of the client. */
export function controlOf(
  run: string,
  options: ConstructorParameters<typeof ControlClient>[1],
): Control {
  return {
    run,
    async ask(...request): ReturnType<ControlClient["ask"]> {
      const { ControlClient } = await import("./control_client.ts");
      return await new ControlClient(run, options).ask(...request);
    },
  };
}
