/**
 * Where programs of other users find the service: a folder in the run folder that everyone may enter
 * and nobody may list.
 *
 * @module
 */

/** The folder, in the run folder `run`. */
export function sharingFolder(run: string): string {
  return `${run}/sharing`;
}

/** The socket that everyone may connect to. */
export function registerSocket(run: string): string {
  return `${sharingFolder(run)}/register.sock`;
}

/** Where callers prove who they are. */
export function proofFolder(run: string): string {
  return `${sharingFolder(run)}/proof`;
}
