/**
 * A map whose keys are sockets: address, port and index of the interface. Pure.
 *
 * A plain map would need a text for each key, which with 100,000 of them costs more than all else.
 *
 * @module
 */
import { type Endpoint, withoutZone } from "../../base/address.ts";

/** A listening socket, as the system identifies it. */
export interface SocketEndpoint extends Endpoint {
  /** Index of the interface of a link-local address; 0 for any other, or while it is absent. */
  readonly scopeId: number;
}

/** Reports whether two are one socket: both cannot be open. */
export function isSameSocket(a: SocketEndpoint, b: SocketEndpoint): boolean {
  return a.port === b.port && placeOf(a) === placeOf(b);
}

export class EndpointMap<T> {
  /** Port -> address -> value. */
  readonly #ports = new Map<number, Map<string, T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(endpoint: SocketEndpoint): T | undefined {
    return this.#ports.get(endpoint.port)?.get(placeOf(endpoint));
  }

  has(endpoint: SocketEndpoint): boolean {
    return this.#ports.get(endpoint.port)?.has(placeOf(endpoint)) ?? false;
  }

  set(endpoint: SocketEndpoint, value: T): void {
    const { port } = endpoint;
    const known = this.#ports.get(port);
    const places = known ?? new Map<string, T>();
    if (known === undefined) this.#ports.set(port, places);
    const before = places.size;
    places.set(placeOf(endpoint), value);
    this.#size += places.size - before;
  }

  delete(endpoint: SocketEndpoint): void {
    const places = this.#ports.get(endpoint.port);
    if (places?.delete(placeOf(endpoint)) !== true) return;
    this.#size--;
    if (places.size === 0) this.#ports.delete(endpoint.port);
  }

  *values(): Generator<T, void, undefined> {
    for (const places of this.#ports.values()) yield* places.values();
  }
}

/** An address is its bytes and its scope: the zone is a name, and may be another tomorrow. */
function placeOf({ ip, scopeId }: SocketEndpoint): string {
  return scopeId === 0 ? ip : `${withoutZone(ip)}%${scopeId}`;
}
