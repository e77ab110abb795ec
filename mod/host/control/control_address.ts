/**
 * Edge: the address of the control socket. A Unix socket with mode 0600 in the run directory; on
 * Windows, which has no such modes, a loopback port whose number and token are in a private file.
 *
 * @module
 */
import { DeniedFault, Fault, messageOf, quote, shellWord } from "../../base/fault.ts";

/** Limit for the path of a Unix socket in bytes: sockaddr_un has 108 on Linux, 104 elsewhere. */
const SOCKET_PATH_BYTES_MAX = { linux: 107, other: 103 } as const;

/**
 * Returns the path of the Unix socket, or of the file that names the loopback port. Throws a Fault
 * if the path is too long for a socket.
 */
export function controlPath(run: string, os: string): string {
  if (os === "windows") return `${run}\\control.json`;
  const path = `${run}/control.sock`;
  const bytesMax = SOCKET_PATH_BYTES_MAX[os === "linux" ? "linux" : "other"];
  if (new TextEncoder().encode(path).length <= bytesMax) return path;
  throw new Fault(
    `Cannot create a control socket in ${quote(run)}: path too long (limit ${bytesMax} bytes)`,
    { hint: 'export HTTPCFG_HOME="$(mktemp -d)"' }, // a short one
  );
}

/**
 * Connects to the service running in the directory `run`; null if none is running. Throws a
 * DeniedFault if the socket is another user's, which is all that can be said then: a socket file
 * without a listener is denied as well.
 */
export async function dialControl(
  run: string,
): Promise<{ conn: Deno.Conn; token: string } | null> {
  const path = controlPath(run, Deno.build.os);
  try {
    if (Deno.build.os !== "windows") {
      return { conn: await Deno.connect({ transport: "unix", path }), token: "" };
    }
    const { parseLoopbackControl } = await import("./control_schema.ts");
    const { port, token } = parseLoopbackControl(JSON.parse(await Deno.readTextFile(path)));
    return { conn: await Deno.connect({ hostname: "127.0.0.1", port }), token };
  } catch (error) {
    // No socket, or the socket file of a killed process.
    if (error instanceof Deno.errors.NotFound) return null;
    if (error instanceof Deno.errors.ConnectionRefused) return null;
    const isDenied = error instanceof Deno.errors.PermissionDenied;
    const reason = isDenied ? "permission denied" : messageOf(error);
    throw new (isDenied ? DeniedFault : Fault)(
      `Cannot reach the service through ${quote(path)}: ${reason}`,
      { hint: `ls -l ${shellWord(path)}`, cause: error },
    );
  }
}
