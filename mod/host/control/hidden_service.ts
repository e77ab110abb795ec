/**
 * Edge: a service that runs without its control socket: it is starting, or somebody has removed or
 * replaced the socket.
 *
 * @module
 */
import { Fault, quote, shellWord } from "../../base/fault.ts";
import { controlPath, dialControl } from "./control_address.ts";

/** Milliseconds for the service to open its socket: it looks after it by itself. */
const SOCKET_MS = 5_000;
/** Milliseconds between two attempts to connect to it. */
const POLL_MS = 50;

/** What is wrong with the socket. */
interface SocketTrouble {
  /** As a clause. */
  readonly text: string;
  /** The command that makes room for a new one; null if the service makes one as it is. */
  readonly cure: string | null;
}

/**
 * Waits for the socket of the service in `run`. Returns null if the service has ended; throws the
 * Fault that says what is wrong with the socket.
 */
export async function dialHidden(
  run: string,
  { name, look }: {
    /** What messages call the service. */
    readonly name: string;
    /** Looks for the process, whose id it may not say; null if none runs. */
    readonly look: () => Promise<{ readonly pid: number | null } | null>;
  },
): ReturnType<typeof dialControl> {
  const end = Date.now() + SOCKET_MS;
  for (;;) {
    const dialed = await dialControl(run);
    if (dialed !== null) return dialed;
    const seen = await look();
    if (seen === null) return null;
    const { text, cure } = await socketTrouble(run);
    if (cure !== null || Date.now() > end) {
      const which = seen.pid === null ? "runs" : `runs as process ${seen.pid}`;
      // At this signal it looks, without waiting for its next time.
      const nudge = seen.pid === null ? "httpcfg events" : `kill -HUP ${seen.pid}`;
      throw new Fault(`Cannot reach ${name} in ${quote(run)}, which ${which}: ${text}`, {
        hint: cure === null ? nudge : `${cure}; ${nudge}`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Returns what is wrong with the control socket in `run`, on which nothing answers. */
async function socketTrouble(run: string): Promise<SocketTrouble> {
  const path = controlPath(run, Deno.build.os);
  const found = await Deno.lstat(path).catch(() => null);
  const its = `its control socket ${quote(path)}`;
  if (found === null) return { text: `${its} is missing`, cure: null };
  return found.isSocket || Deno.build.os === "windows"
    ? { text: `${its} is one on which nothing listens`, cure: null }
    : { text: `${its} is no socket`, cure: `rm -r ${shellWord(path)}` };
}
