/**
 * What the users of this machine may take of the service: every limit of port sharing.
 *
 * Root and the user of the service have places of their own, so that no other user can take them.
 *
 * @module
 */
export const SHARING_LIMITS = {
  /**
   * Connected callers that have not said who they are yet. One more replaces one of them, chosen at
   * random: who needs a few milliseconds for it gets through, however many others stay silent.
   */
  unidentified: 512,
  /** Milliseconds to the next caller while there is no place: each place lasts for half a second. */
  crowdedMs: 1,
  /** Milliseconds that such a caller has. */
  unidentifiedMs: 5_000,
  /**
   * Proofs that are looked at at the same time. A user may be able to mount a file system on a file
   * in /tmp that never answers; each look at such a file keeps a thread of the runtime for good.
   */
  looks: 4,
  /** Requests of one user that are under way; root and the user of the service have no limit. */
  requestsOfUser: 8,
  /** Registrations of all users; those of root and of the user of the service do not count. */
  registrations: 256,
  /** Registrations of root and of the user of the service. */
  registrationsOfAdministrators: 256,
  /** Registrations of any other user. */
  registrationsOfUser: 32,
} as const;
