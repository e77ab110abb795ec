/**
 * Edge: notifies the service manager that the service is ready, and that it is alive.
 *
 * The protocol of sd_notify(3): datagrams of `NAME=value` lines to the socket that NOTIFY_SOCKET
 * names. Nothing is sent if there is no such socket, or if the runtime has no datagrams.
 *
 * "Alive" is what a client would say: a process whose threads or event loop are stuck says nothing,
 * and the manager restarts it.
 *
 * @module
 */

import { messageOf } from "../../base/fault.ts";
import { oneLine } from "../../base/printable.ts";

/** Notifications to the service manager. */
interface ServiceNotifier {
  /** The service is ready; `status` is one line for people. */
  ready(status: string): Promise<void>;
  /** Stops the watchdog notifications: the process is about to end. */
  close(): void;
}

interface NotifierOptions {
  /** Resolves when the service has responded to a request of its own. Rejects if it could not. */
  check(): Promise<void>;
  /** Writes one line for whoever runs the process. */
  log(line: string): void;
}

/** Checks within the time-out of the manager: one that fails by chance restarts nothing. */
const CHECKS = 4;
/** Microseconds in a millisecond, the unit of WATCHDOG_USEC. */
const USEC_PER_MS = 1000;

/** Opens the notifier of this process; `env` reads the environment. */
export function openNotifier(
  env: (name: string) => string | undefined,
  options: NotifierOptions,
): ServiceNotifier {
  const socket = env("NOTIFY_SOCKET");
  const send = socket === undefined ? null : openSender(socket);
  if (send === null) return { ready: async () => {}, close: () => {} };
  const intervalMs = watchdogIntervalMs(env("WATCHDOG_USEC"), env("WATCHDOG_PID"), Deno.pid);
  const watchdog = new Watchdog(options, () => send("WATCHDOG=1\n"));
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    async ready(status): Promise<void> {
      await send(`READY=1\nSTATUS=${oneLine(status.replaceAll("\n", "; "))}\n`);
      if (intervalMs !== null) timer = setInterval(() => void watchdog.tick(), intervalMs);
    },
    close: () => clearInterval(timer),
  };
}

/** Feeds the watchdog of the manager while the service responds. */
export class Watchdog {
  readonly #options: NotifierOptions;
  readonly #feed: () => Promise<void>;
  #isChecking = false;
  #isReported = false;

  constructor(options: NotifierOptions, feed: () => Promise<void>) {
    this.#options = options;
    this.#feed = feed;
  }

  /** Checks the service, unless the last check has no result yet; feeds if it has responded. */
  async tick(): Promise<void> {
    if (this.#isChecking) return this.#report("it does not respond to itself");
    this.#isChecking = true;
    try {
      await this.#options.check();
      this.#isReported = false;
      await this.#feed();
    } catch (error) {
      this.#report(`it cannot be asked whether it responds: ${messageOf(error)}`);
    } finally {
      this.#isChecking = false;
    }
  }

  /** Logs one line until the service responds again. */
  #report(reason: string): void {
    if (this.#isReported) return;
    this.#isReported = true;
    this.#options.log(`The service manager is not told that the service is alive: ${reason}.`);
  }
}

/** The time between two checks; null if the manager does not watch this process. */
export function watchdogIntervalMs(
  usec: string | undefined,
  watched: string | undefined,
  pid: number,
): number | null {
  if (usec === undefined || !/^[1-9][0-9]{0,15}$/.test(usec)) return null;
  if (watched !== undefined && watched !== String(pid)) return null;
  return Math.max(1, Math.floor(Number(usec) / USEC_PER_MS / CHECKS));
}

/** What `Deno` has under `--unstable-net`, which the built program runs with. */
interface Datagrams {
  listenDatagram?(options: { transport: "unixpacket"; path: string }): {
    send(bytes: Uint8Array, to: { transport: "unixpacket"; path: string }): Promise<number>;
    unref?(): void;
  };
}

function openSender(socket: string): ((text: string) => Promise<void>) | null {
  const { listenDatagram } = Deno as unknown as Datagrams;
  if (listenDatagram === undefined) return null;
  // A leading @ or NUL means an abstract socket, without a file; our own address is one as well.
  const to = { transport: "unixpacket", path: socket.replace(/^@/, "\0") } as const;
  const path = `\0httpcfg-notify-${Deno.pid}`;
  try {
    const own = listenDatagram({ transport: "unixpacket", path });
    return async (text) => {
      // A manager that does not listen must not stop the service.
      await own.send(new TextEncoder().encode(text), to).catch(() => {});
    };
  } catch {
    return null;
  }
}
