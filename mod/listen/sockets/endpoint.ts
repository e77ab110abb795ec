/**
 * Edge: listening sockets. The only file that calls `Deno.listen`.
 *
 * `openEndpoint` binds one address and port and passes on every accepted connection. Its accept
 * loop survives everything that clients or a full file table can cause. `openLocal` opens the
 * control socket.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import { bindName } from "../machine/ask_system.ts";
import { Fault, quote, shellWord } from "../../base/fault.ts";
import { directoryOf, fileFault } from "../../base/file_fault.ts";
import { isOneFile } from "../../config/store/file_place.ts";
import { type Binder, bindFault } from "../machine/bind_fault.ts";
import type { SocketEndpoint } from "../plan/plan.ts";

/** The address and port to bind. */
interface EndpointRequest extends SocketEndpoint {
  /** Maximum number of connections waiting to be accepted (ServerListenBacklog). */
  readonly tcpBacklog: number;
  /** Whether other processes of this user may listen there too (SO_REUSEPORT). */
  readonly isShared?: boolean;
}

/** Called for the events of a listening socket. None of these may throw. */
export interface EndpointEvents<Connection> {
  /** The next connection is accepted when the promise resolves, if one is returned. */
  onConnection(conn: Connection): void | Promise<void>;
  /** The process or the system is out of file descriptors or memory: close what is dispensable. */
  onExhausted(): void;
  /** An unexpected error of accept(); the socket continues to listen. */
  onFailure(error: unknown): void;
}

/** A listening socket. */
export interface OpenEndpoint {
  /** The port, which the system chose if 0 was requested. */
  readonly port: number;
  /** Begins to accept. Until then the system keeps whoever connects waiting. */
  accept(): void;
  /** True once it has begun to accept. */
  readonly isAccepting: boolean;
  /**
   * Stops accepting. When it resolves the socket is closed, so the same endpoint can be bound
   * again. Connections that have not been accepted are reset.
   */
  close(): Promise<void>;
}

/**
 * Listens on one address and port, and does not accept yet. Throws a {@linkcode BindFault} that
 * names the endpoint.
 */
export function openEndpoint(
  request: EndpointRequest,
  events: EndpointEvents<Deno.TcpConn>,
): OpenEndpoint {
  return new TcpEndpoint(listenTcp(request), events);
}

/** A class, because there may be 100,000 of them. */
class TcpEndpoint implements OpenEndpoint {
  readonly #listener: Deno.Listener<Deno.TcpConn>;
  readonly #events: EndpointEvents<Deno.TcpConn>;
  /** The end of its accept loop; null before that begins. */
  #ended: Promise<void> | null = null;

  constructor(listener: Deno.Listener<Deno.TcpConn>, events: EndpointEvents<Deno.TcpConn>) {
    this.#listener = listener;
    this.#events = events;
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  get isAccepting(): boolean {
    return this.#ended !== null;
  }

  accept(): void {
    this.#ended ??= acceptLoop<Deno.TcpConn>(this.#listener, this.#events);
  }

  close(): Promise<void> {
    return closeListener(this.#listener, this.#ended ?? Promise.resolve());
  }
}

/** Reports whether a socket can be opened now. It is open for a moment, as it would be afterwards. */
export function canListen({ ip, port, scopeId }: SocketEndpoint): boolean {
  try {
    Deno.listen({ hostname: bindName(ip, scopeId), port }).close();
    return true;
  } catch {
    return false;
  }
}

/**
 * The address at which local programs reach the service: a Unix socket, or a loopback port if the
 * system has no such sockets. `mode` of the socket file is 0600 by default: for its owner only.
 */
type LocalAddress =
  | { readonly kind: "unix"; readonly path: string; readonly mode?: number }
  | { readonly kind: "loopback"; readonly port: number };

/** An open socket for local programs. */
interface OpenLocal {
  /** With the port that the system chose if 0 was requested. */
  readonly address: LocalAddress;
  /** Reports whether the path still leads to this socket. */
  isInPlace(): Promise<boolean>;
  /** Stops accepting and removes the socket file, unless another one has its place. */
  close(): Promise<void>;
}

/**
 * Opens a socket for local programs. A socket file that a killed process left behind is replaced;
 * one on which a process is listening causes a {@linkcode Fault}.
 */
export async function openLocal(
  address: LocalAddress,
  onConnection: EndpointEvents<Deno.Conn>["onConnection"],
): Promise<OpenLocal> {
  const ignore = (): void => {};
  const events = { onConnection, onExhausted: ignore, onFailure: ignore };
  if (address.kind === "loopback") {
    const ip = "127.0.0.1" as Endpoint["ip"];
    const tcp = openEndpoint(
      { ip, port: address.port, scopeId: 0, tcpBacklog: LOCAL_BACKLOG },
      events,
    );
    tcp.accept();
    const { port } = tcp;
    const isInPlace = (): Promise<boolean> => Promise.resolve(true);
    return { address: { kind: "loopback", port }, isInPlace, close: () => tcp.close() };
  }
  const { path } = address;
  const listener = await listenUnix(path, address.mode ?? OWNER_ONLY);
  const own = await Deno.lstat(path);
  const ended = acceptLoop<Deno.Conn>(listener, events);
  const isInPlace = async (): Promise<boolean> => {
    const found = await Deno.lstat(path).catch(() => null);
    return found !== null && isOneFile(found, own);
  };
  const close = async (): Promise<void> => {
    await closeListener(listener, ended);
    if (!(await isInPlace())) return;
    // What cannot be removed is as harmless as what a killed process leaves.
    await Deno.remove(path).catch(() => {});
  };
  return { address, isInPlace, close };
}

const LOCAL_BACKLOG = 64;
const OWNER_ONLY = 0o600;
/** Errors for which waiting helps, but retrying at once does not. */
const EXHAUSTED = new Set(["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"]);
/** Errors of a client that went away between SYN and accept, which are harmless. */
const CLIENT_GONE = new Set(["ENOTCONN", "ECONNRESET", "ECONNABORTED", "EPROTO", "EINTR"]);
const BACK_OFF_MS = 50;

/** What a caller that does not say more is. */
export const ANY_BINDER: Binder = { os: Deno.build.os, executable: null, document: null };

function listenTcp(request: EndpointRequest): Deno.Listener<Deno.TcpConn> {
  const { ip, port, scopeId, tcpBacklog, isShared: reusePort = false } = request;
  try {
    return Deno.listen({ hostname: bindName(ip, scopeId), port, tcpBacklog, reusePort });
  } catch (error) {
    throw bindFault({ ip, port }, error, [], ANY_BINDER);
  }
}

async function listenUnix(path: string, mode: number): Promise<Deno.Listener<Deno.Conn>> {
  try {
    return bindUnix(path, mode);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw socketFault(path, error);
  }
  if (!Deno.lstatSync(path).isSocket) {
    throw new Fault(`Cannot open the socket ${quote(path)}: a file that is no socket is there`, {
      hint: `rm -r ${shellWord(path)}`,
    });
  }
  if (await hasListener(path)) {
    throw new Fault(
      `Cannot open the socket ${quote(path)}: another process is listening on it`,
      {
        hint: "httpcfg net stop http /y; httpcfg net stop iisadmin",
      },
    );
  }
  removeIfExists(path);
  try {
    return bindUnix(path, mode);
  } catch (error) {
    throw socketFault(path, error);
  }
}

function socketFault(path: string, error: unknown): Fault {
  return fileFault("open the socket", path, error, { folder: directoryOf(path) });
}

/**
 * Binds in a directory that only the owner can access, and links the socket to its path when its
 * mode is set, so that nobody whom the mode excludes can connect at any moment. (A umask would do
 * the same, but Deno does not grant it without all other permissions of its kind.)
 */
function bindUnix(path: string, mode: number): Deno.Listener<Deno.Conn> {
  const folder = `${path}.d`;
  removeIfExists(folder);
  Deno.mkdirSync(folder, { mode: 0o700 });
  try {
    const hidden = `${folder}/s`;
    const listener = Deno.listen({ transport: "unix", path: hidden });
    Deno.chmodSync(hidden, mode);
    // This fails if the path exists: the caller removes the socket of a killed process, and that of
    // a running one must not be replaced.
    Deno.linkSync(hidden, path);
    return listener;
  } finally {
    removeIfExists(folder);
  }
}

async function hasListener(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch {
    return false;
  }
}

function removeIfExists(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Accepts connections until the listener is closed. It does not use `for await`, which ends at the
 * first connection that was reset before it was accepted; any client can cause that.
 */
async function acceptLoop<Connection extends Deno.Conn>(
  listener: { accept(): Promise<Deno.Conn> },
  events: EndpointEvents<Connection>,
): Promise<void> {
  while (true) {
    let conn: Connection;
    try {
      conn = await listener.accept() as Connection;
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) return;
      const code = (error as { readonly code?: unknown }).code;
      if (typeof code === "string" && CLIENT_GONE.has(code)) continue;
      if (typeof code === "string" && EXHAUSTED.has(code)) events.onExhausted();
      else events.onFailure(error);
      await new Promise((resolve) => setTimeout(resolve, BACK_OFF_MS));
      continue;
    }
    const pause = events.onConnection(conn);
    if (pause !== undefined) await pause;
  }
}

/**
 * Closes a listener. Its endpoint can be bound again only after the pending accept() was rejected.
 */
async function closeListener(
  listener: { close(): void },
  ended: Promise<void>,
): Promise<void> {
  try {
    listener.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error; // already closed
  }
  await ended;
}
