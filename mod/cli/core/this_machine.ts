/**
 * Edge: the name of this machine, which the old tools take where they are told a server.
 *
 * @module
 */

/** Returns the host name. */
export function hostName(): string {
  return Deno.hostname();
}

/** Reports whether `name`, with or without `\\` before it, is one of the machine named `host`. */
export function isThisMachine(name: string, host: string): boolean {
  const wanted = name.replace(/^\\\\/, "").toLowerCase();
  const own = host.toLowerCase();
  return [".", "localhost", "127.0.0.1", "::1", own, own.replace(/\..*$/, "")].includes(wanted);
}
