/**
 * Edge: opens and closes what programs of other users need to register URLs.
 *
 * Other users may traverse the run directory but not list it: the control socket and the other
 * files in it are restricted to their owner by their own modes. There is nothing in it that they
 * could write to.
 *
 * @module
 */
import { openLocal } from "../../listen/sockets/endpoint.ts";
import { administratorSocket, registerSocket, sharingFolder } from "./register_address.ts";
import { type RegistrationHandler, RegistrationServer } from "./register_server.ts";

const TRAVERSE = 0o011;

/** The open registration sockets. */
export interface PortSharing {
  /** Reports whether the path of each still leads to it. */
  isInPlace(): Promise<boolean>;
  /** Removes their paths, so that others can be opened there; connections and callers stay. */
  withdraw(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the registration sockets in the run directory `run`. */
export async function openPortSharing(
  run: string,
  handler: RegistrationHandler,
  onFailure: (error: unknown) => void,
): Promise<PortSharing> {
  await Deno.mkdir(sharingFolder(run), { recursive: true, mode: 0o711 });
  for (const folder of [run, sharingFolder(run)]) await makeTraversable(folder);
  const server = new RegistrationServer(handler, onFailure);
  // The first is open to its owner alone, and so to root.
  const administrators = await openLocal(
    { kind: "unix", path: administratorSocket(run) },
    (conn) => server.accept(conn, "administrator"),
  );
  const everyone = await openLocal(
    { kind: "unix", path: registerSocket(run), mode: 0o666 },
    (conn) => server.accept(conn, "anyone"),
  );
  const sockets = [administrators, everyone];
  return {
    async isInPlace(): Promise<boolean> {
      return await administrators.isInPlace() && await everyone.isInPlace();
    },
    async withdraw(): Promise<void> {
      if (await administrators.isInPlace()) await Deno.remove(administratorSocket(run));
      if (await everyone.isInPlace()) await Deno.remove(registerSocket(run));
    },
    async close(): Promise<void> {
      server.close();
      for (const socket of sockets) await socket.close();
    },
  };
}

async function makeTraversable(folder: string): Promise<void> {
  const { mode, uid } = await Deno.stat(folder);
  if (mode === null || (mode & TRAVERSE) === TRAVERSE || uid !== Deno.uid()) return;
  await Deno.chmod(folder, (mode & 0o7777) | TRAVERSE);
}
