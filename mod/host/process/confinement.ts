/**
 * Edge: what a service gives up before it serves: the permission to start programs. Whoever makes it
 * execute code of their own has no shell, and cannot start this program either, which starts the
 * editor of its caller.
 *
 * @module
 */
import { IFCONFIG_SCRIPT } from "../../listen/machine/ifconfig_listing.ts";
import { LINK_LISTING_SCRIPT } from "../../listen/machine/link_listing.ts";
import { LOCAL_ROUTES_SCRIPT } from "../../listen/machine/local_routes.ts";
import { LSOF_LISTING_SCRIPT } from "../../listen/machine/lsof_listing.ts";
import { COMMANDS_SCRIPT, PROC_LISTING_SCRIPT } from "../../listen/machine/proc_listing.ts";
import { Spawner } from "../serving/spawner.ts";
import { spreadsConnections } from "../serving/worker_count.ts";
import { openLister } from "../../listen/machine/run_listing.ts";
import { RUNTIME_ENVIRONMENT } from "./runtime_environment.ts";

/**
 * Gives up the permission for good, and that to load libraries, which a run from source has. The
 * owners of ports and the interfaces can still be listed, and `worker` can be started by the result;
 * null where no shell can do it.
 */
export async function confineService(worker: readonly string[]): Promise<Spawner | null> {
  openLister(
    Deno.build.os === "linux"
      ? {
        sockets: PROC_LISTING_SCRIPT,
        commands: COMMANDS_SCRIPT,
        links: LINK_LISTING_SCRIPT,
        routes: LOCAL_ROUTES_SCRIPT,
      }
      : { sockets: LSOF_LISTING_SCRIPT, links: IFCONFIG_SCRIPT },
  );
  const spawner = spreadsConnections(Deno.build.os) ? openSpawner(worker) : null;
  for (const name of ["run", "ffi"] as const) await Deno.permissions.revoke({ name });
  return spawner;
}

function openSpawner(worker: readonly string[]): Spawner | null {
  try {
    return new Spawner(worker, RUNTIME_ENVIRONMENT);
  } catch {
    return null; // workers cannot be started, which is reported where they are wanted
  }
}
