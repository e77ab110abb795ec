/**
 * One listening socket of the service, and how several are closed without losing a client.
 *
 * @module
 */
import { pause } from "../../base/work/slices.ts";
import type { PlannedEndpoint, SocketEndpoint } from "../plan/plan.ts";
import { type EndpointEvents, type OpenEndpoint, openEndpoint } from "./endpoint.ts";

/** Turns of the event loop for which a socket that is being closed still accepts, at the most. */
const TURNS_MAX = 20;

/** Receives the events of many sockets. */
export interface SocketOwner {
  onConnection(conn: Deno.TcpConn, socket: OpenSocket): void;
  onExhausted(): void;
  onFailure(socket: OpenSocket, error: unknown): void;
}

/** How a socket is opened. */
export interface OpenOptions {
  readonly tcpBacklog: number;
  /** Whether other processes of this user may listen there too. */
  readonly isShared: boolean;
}

/** A listening socket; with thousands of them, what each has beside it counts. */
export class OpenSocket implements EndpointEvents<Deno.TcpConn> {
  /** As it was planned last, with the current name of its interface. */
  endpoint: SocketEndpoint & Pick<PlannedEndpoint, "secure">;
  /** Connections that it has accepted. */
  accepted = 0;
  readonly isShared: boolean;
  readonly #owner: SocketOwner;
  readonly #socket: OpenEndpoint;
  #isClosed = false;

  /** Listens, and does not accept yet. Throws a BindFault. */
  constructor(planned: PlannedEndpoint, options: OpenOptions, owner: SocketOwner) {
    const { ip, port, scopeId } = planned;
    this.endpoint = planned;
    this.#owner = owner;
    this.isShared = options.isShared;
    this.#socket = openEndpoint({ ip, port, scopeId, ...options }, this);
  }

  /** Accepts from now on, unless it has been closed. */
  accept(): void {
    if (this.#isClosed) return;
    this.#socket.accept();
  }

  get isAccepting(): boolean {
    return this.#socket.isAccepting;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#socket.close();
  }

  onConnection(conn: Deno.TcpConn): void {
    this.accepted++;
    this.#owner.onConnection(conn, this);
  }

  onExhausted(): void {
    this.#owner.onExhausted();
  }

  onFailure(error: unknown): void {
    this.#owner.onFailure(this, error);
  }
}

/**
 * Closes sockets, each when nobody waits in its queue any more: whoever has connected is accepted,
 * for a limited number of turns. Resolves when all are closed, so that they can be bound again.
 */
export async function closeSockets(sockets: readonly OpenSocket[]): Promise<void> {
  let left = sockets;
  for (let turn = 0; left.length > 0; turn++) {
    const before = left.map(({ accepted }) => accepted);
    if (left.some(({ isAccepting }) => isAccepting)) await queueTurn();
    const ends: Promise<void>[] = [];
    const busy: OpenSocket[] = [];
    for (const [i, socket] of left.entries()) {
      if (socket.accepted !== before[i] && turn < TURNS_MAX) busy.push(socket);
      else ends.push(socket.close());
      // Closed in slices; who connects to the others meanwhile is accepted in the pause.
      if (ends.length % CLOSED_AT_ONCE === CLOSED_AT_ONCE - 1) await queueTurn();
    }
    await Promise.all(ends);
    left = busy;
  }
}

/** Sockets that are closed without a pause: about a millisecond of work. */
const CLOSED_AT_ONCE = 200;

/** Resolves when the system has been asked once who waits; the first pause may have begun before. */
async function queueTurn(): Promise<void> {
  await pause();
  await pause();
}
