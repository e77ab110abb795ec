/**
 * The signals of a service. Pure.
 *
 * On Windows they are the events of a console: Ctrl+C, Ctrl+Break, its end, and that of the session
 * or the system.
 *
 * @module
 */

/** Returns the signals that end a service. */
export function endSignals(os: string): readonly Deno.Signal[] {
  return os === "windows" ? ["SIGINT", "SIGBREAK", "SIGHUP", "SIGTERM"] : ["SIGINT", "SIGTERM"];
}

/** Returns the signal on which a service opens its logs again; null if there is none. */
export function reopenSignal(os: string): Deno.Signal | null {
  return os === "windows" ? null : "SIGHUP";
}
