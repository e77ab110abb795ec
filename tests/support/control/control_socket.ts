/**
 * The control socket of a service that a test plays: what `dialControl()` connects to on this
 * system. A Unix socket; on Windows a loopback port, and the file that names it.
 *
 * @module
 */
import { controlPath, dialControl } from "../../../mod/host/control/control_address.ts";
import { openLocal } from "../../../mod/listen/sockets/endpoint.ts";
import { leaveDeadSocket } from "./dead_socket.ts";
import { freePort } from "../ports.ts";

const IS_WINDOWS = Deno.build.os === "windows";
/** What a client must send: what the file has beside the port. Nothing for a Unix socket. */
export const CONTROL_TOKEN = IS_WINDOWS ? "token-of-a-test" : "";

/** Path of what makes a service reachable in the run directory `run`. */
export function controlFile(run: string): string {
  return controlPath(run, Deno.build.os);
}

/** Opens it in the run directory `run`, until it is disposed of. */
export async function openControlSocket(
  run: string,
  onConnection: (conn: Deno.Conn) => void,
  token = CONTROL_TOKEN,
): Promise<AsyncDisposable> {
  const path = controlFile(run);
  if (!IS_WINDOWS) {
    const local = await openLocal({ kind: "unix", path }, onConnection);
    return { [Symbol.asyncDispose]: () => local.close() };
  }
  const local = await openLocal({ kind: "loopback", port: 0 }, onConnection);
  await writeAddress(path, (local.address as { port: number }).port, token);
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      await local.close();
      await Deno.remove(path);
    },
  };
}

/** Leaves in `run` what a killed service leaves: nobody listens there. */
export async function leaveDeadControl(run: string): Promise<void> {
  const path = controlFile(run);
  if (IS_WINDOWS) await writeAddress(path, freePort(), CONTROL_TOKEN);
  else await leaveDeadSocket(path);
}

/** Connects as any program of this machine can, without the token. */
export async function connectControl(run: string): Promise<Deno.Conn> {
  return (await dialControl(run))!.conn;
}

function writeAddress(path: string, port: number, token: string): Promise<void> {
  return Deno.writeTextFile(path, JSON.stringify({ port, token }));
}
