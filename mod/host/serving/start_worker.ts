/**
 * Edge: starts a worker as a process of its own, and connects to it.
 *
 * @module
 */
import { openLocal } from "../../listen/sockets/endpoint.ts";
import { MessageLink } from "./message_link.ts";
import { RemoteWorker, type RemoteWorkerEvents } from "./remote_worker.ts";
import type { Spawner } from "./spawner.ts";

/** A worker and the end of its process. */
export interface StartedWorker {
  readonly worker: RemoteWorker;
  /** Kills the process, if it has not ended by itself; resolves when the system has released all. */
  end(): Promise<unknown>;
}

/** Milliseconds for a process to start and to connect. */
const START_MS = 15_000;
/** Milliseconds between two looks whether it still runs. */
const LOOK_MS = 200;

/** The number of the last socket: each worker connects to one of its own. */
let lastSocket = 0;

/**
 * Starts a worker. The socket on which it finds the service is in the run directory `run`, for the
 * user of the service alone, and only until it has connected. Throws if it does not.
 */
export async function startWorker(
  spawner: Spawner,
  run: string,
  events: RemoteWorkerEvents,
): Promise<StartedWorker> {
  const path = `${run}/worker-${++lastSocket}.sock`;
  const connected = Promise.withResolvers<Deno.Conn>();
  const socket = await openLocal({ kind: "unix", path }, (conn) => connected.resolve(conn));
  try {
    const child = await spawner.start(path);
    const { promise: failed, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error("it did not start in time")), START_MS);
    const look = async (): Promise<void> => {
      if (await child.isAlive()) return;
      reject(new Error(`it ended at once, with exit status ${await child.end()}`));
    };
    const looks = setInterval(() => void look().catch(reject), LOOK_MS);
    try {
      const link = new MessageLink(await Promise.race([connected.promise, failed]));
      return { worker: new RemoteWorker(child.pid, link, events), end: () => child.end() };
    } catch (error) {
      await child.end();
      throw error;
    } finally {
      clearTimeout(timer);
      clearInterval(looks);
    }
  } finally {
    await socket.close();
  }
}
