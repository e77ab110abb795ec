/**
 * What one look at the machine shows of who listens and who is connected, and what it does not show:
 * nobody found is not the same as nobody there. Pure.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import type { PortOwner } from "./port_owner.ts";

/** The programs that listen, as far as this user can see them. */
export interface Listeners {
  readonly owners: readonly PortOwner[];
  /**
   * Why there may be others, as the end of a sentence; null if the system has shown every socket that
   * listens, although perhaps not whose it is.
   */
  readonly unseen: string | null;
}

/** The connections on some ports, as far as they can be seen. */
export interface Connections {
  /** Their local ends. */
  readonly connected: readonly Endpoint[];
  /** Why there may be others, as the end of a sentence; null if there are none. */
  readonly unseen: string | null;
}

/** Nobody, where every socket can be seen. */
export const NO_LISTENERS: Listeners = { owners: [], unseen: null };

/** Returns those of the owners that `isWanted` says, and what is not seen as before. */
export function ownersWhere(
  { owners, unseen }: Listeners,
  isWanted: (owner: PortOwner) => boolean,
): Listeners {
  return { owners: owners.filter(isWanted), unseen };
}

/** Reports whether every program is named: no socket is hidden, and none has a hidden process. */
export function isKnown({ owners, unseen }: Listeners): boolean {
  return unseen === null && owners.every(({ pid, workers }) => pid !== null || workers.length > 0);
}
