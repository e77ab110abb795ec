/**
 * The owners of ports by place, as there may be 10,000 on one port. Pure.
 *
 * @module
 */
import {
  ANY_V4,
  ANY_V6,
  type Endpoint,
  type Ip,
  isWildcard,
  withoutZone,
} from "../../base/address.ts";
import type { PortOwner } from "./port_owner.ts";

export class OwnerIndex {
  readonly #onPort: ReadonlyMap<number, readonly PortOwner[]>;
  /** By port and address; an address without its zone may be on any interface. */
  readonly #at: ReadonlyMap<string, readonly PortOwner[]>;

  constructor(owners: readonly PortOwner[]) {
    this.#onPort = Map.groupBy(owners, ({ port }) => port);
    this.#at = Map.groupBy(owners, placeOf);
  }

  /** Returns all owners whose sockets may collide with one on `endpoint`, and few others. */
  near({ ip, port }: Endpoint): readonly PortOwner[] {
    if (isWildcard(ip)) return this.#onPort.get(port) ?? [];
    return [ip, ANY_V4, ANY_V6].flatMap((one) => this.at(one, port));
  }

  /** Returns the owners of sockets on exactly `ip`, on whichever interface. */
  at(ip: Ip, port: number): readonly PortOwner[] {
    return this.#at.get(placeOf({ ip, port })) ?? [];
  }
}

function placeOf({ ip, port }: Endpoint): string {
  return `${port} ${withoutZone(ip)}`;
}
