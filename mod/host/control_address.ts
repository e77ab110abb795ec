/**
 * Edge: where the control socket is. A Unix socket of mode 0600 in the run folder; on Windows, which
 * has no such modes, a loopback port whose number and token stand in a private file.
 *
 * @module
 */
import { Fault, quote } from "../base/fault.ts";

/** Path of the Unix socket, or of the file that names the loopback port. */
export function controlPath(run: string, os: string): string {
  return os === "windows" ? `${run}\\control.json` : `${run}/control.sock`;
}

/** What the private file of a loopback control port says. */
export interface LoopbackControl {
  readonly port: number;
  readonly token: string;
}

/** A connection to the running service of `run`; null where none runs. */
export async function dialControl(
  run: string,
): Promise<{ conn: Deno.Conn; token: string } | null> {
  const path = controlPath(run, Deno.build.os);
  try {
    if (Deno.build.os !== "windows") {
      return { conn: await Deno.connect({ transport: "unix", path }), token: "" };
    }
    const { port, token } = JSON.parse(await Deno.readTextFile(path)) as LoopbackControl;
    return { conn: await Deno.connect({ hostname: "127.0.0.1", port }), token };
  } catch (error) {
    // Nothing there, or the socket file of a killed process.
    if (error instanceof Deno.errors.NotFound) return null;
    if (error instanceof Deno.errors.ConnectionRefused) return null;
    const reason = error instanceof Deno.errors.PermissionDenied
      ? "it belongs to another user"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new Fault(`Cannot reach the service through ${quote(path)}: ${reason}`, {
      hint: `sudo httpcfg …, or set HTTPCFG_HOME=DIR`,
      cause: error,
    });
  }
}
