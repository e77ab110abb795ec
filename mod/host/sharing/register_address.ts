/**
 * Where programs register with the service: one socket that everyone may connect to, in a directory
 * that everyone may enter and nobody may list, and one for root and the user of the service alone.
 *
 * @module
 */

/** Path of the directory that other users may enter, in the run directory `run`. */
export function sharingFolder(run: string): string {
  return `${run}/sharing`;
}

/** Path of the socket that everyone may connect to. */
export function registerSocket(run: string): string {
  return `${sharingFolder(run)}/register.sock`;
}

/** Path of the socket that only root and the user of the service may connect to. */
export function administratorSocket(run: string): string {
  return `${run}/register.sock`;
}
