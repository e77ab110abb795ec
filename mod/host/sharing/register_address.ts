/**
 * Where programs of other users find the service: a directory in the run directory that everyone
 * may enter and nobody may list.
 *
 * @module
 */

/** Path of that directory in the run directory `run`. */
export function sharingFolder(run: string): string {
  return `${run}/sharing`;
}

/** Path of the socket, which everyone may connect to. */
export function registerSocket(run: string): string {
  return `${sharingFolder(run)}/register.sock`;
}

/** Path of the directory in which callers prove their identity. */
export function proofFolder(run: string): string {
  return `${sharingFolder(run)}/proof`;
}
