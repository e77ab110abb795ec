/**
 * Edge: listening sockets. The only file that calls `Deno.listen`.
 *
 * `openEndpoint` binds one address and port and hands every accepted connection on; the accept loop
 * outlives everything a client or a full file table can do to it. `openLocal` is the control socket.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import { Fault, quote } from "../../base/fault.ts";
import { bindFault } from "../machine/bind_fault.ts";
import type { PortOwner } from "../machine/port_owner.ts";
import { findPortOwners } from "../machine/port_owners.ts";

/** What to bind. */
interface EndpointRequest extends Endpoint {
  /** Connections that wait to be accepted (ServerListenBacklog). */
  readonly tcpBacklog: number;
}

/** Who is told what happens on a listening socket. None of these may throw. */
export interface EndpointEvents<Connection> {
  onConnection(conn: Connection): void;
  /** The process or the system is out of file descriptors or memory: close what can be spared. */
  onExhausted(): void;
  /** An error that accept() should not give; the socket goes on listening. */
  onFailure(error: unknown): void;
}

/** A socket that listens. */
export interface OpenEndpoint {
  /** With the port that the system picked where 0 was asked for. */
  readonly endpoint: Endpoint;
  /** Stops accepting; the socket is gone when it resolves, so the same endpoint can be bound again. */
  close(): Promise<void>;
}

/**
 * Listens on one address and port.
 *
 * Throws a {@linkcode Fault} that names the endpoint and, where it is taken, its holder. Whoever opens
 * many gives a look-up that remembers: each one reads all of /proc.
 */
export function openEndpoint(
  request: EndpointRequest,
  events: EndpointEvents<Deno.TcpConn>,
  holdersOf: (endpoint: Endpoint) => readonly PortOwner[] = findPortOwners,
): OpenEndpoint {
  const listener = listenTcp(request, holdersOf);
  const { port } = listener.addr as Deno.NetAddr;
  const ended = acceptLoop(listener, events);
  return { endpoint: { ip: request.ip, port }, close: () => closeListener(listener, ended) };
}

/**
 * Where local programs speak to the service: a Unix socket, or a loopback port where there is none.
 * `mode` of the socket file is 0600 where it is not given: for its owner alone.
 */
type LocalAddress =
  | { readonly kind: "unix"; readonly path: string; readonly mode?: number }
  | { readonly kind: "loopback"; readonly port: number };

/** The control socket, open. */
interface OpenLocal {
  /** With the port that the system picked where 0 was asked for. */
  readonly address: LocalAddress;
  /** Stops accepting and removes the socket file. */
  close(): Promise<void>;
}

/**
 * Opens a socket for local programs. A file that a killed process left is replaced; one that answers
 * is a {@linkcode Fault}.
 */
export async function openLocal(
  address: LocalAddress,
  onConnection: (conn: Deno.Conn) => void,
): Promise<OpenLocal> {
  const ignore = (): void => {};
  const events = { onConnection, onExhausted: ignore, onFailure: ignore };
  if (address.kind === "loopback") {
    const ip = "127.0.0.1" as Endpoint["ip"];
    const tcp = openEndpoint({ ip, port: address.port, tcpBacklog: LOCAL_BACKLOG }, events);
    const { port } = tcp.endpoint;
    return { address: { kind: "loopback", port }, close: () => tcp.close() };
  }
  const listener = await listenUnix(address.path, address.mode ?? OWNER_ALONE);
  const ended = acceptLoop<Deno.Conn>(listener, events);
  const close = async (): Promise<void> => {
    await closeListener(listener, ended);
    removeIfThere(address.path);
  };
  return { address, close };
}

const LOCAL_BACKLOG = 64;
const OWNER_ALONE = 0o600;
/** EMFILE, ENFILE, ENOMEM, ENOBUFS: waiting helps, trying again at once does not. */
const EXHAUSTED = new Set(["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"]);
/** The client went away between SYN and accept: nothing is wrong here. */
const CLIENT_GONE = new Set(["ENOTCONN", "ECONNRESET", "ECONNABORTED", "EPROTO", "EINTR"]);
const BACK_OFF_MS = 50;

function listenTcp(
  request: EndpointRequest,
  holdersOf: (endpoint: Endpoint) => readonly PortOwner[],
): Deno.Listener<Deno.TcpConn> {
  const { ip, port, tcpBacklog } = request;
  try {
    return Deno.listen({ hostname: ip, port, tcpBacklog });
  } catch (error) {
    const taken = error instanceof Deno.errors.AddrInUse;
    throw bindFault({ ip, port }, error, taken ? holdersOf({ ip, port }) : [], Deno.build.os);
  }
}

async function listenUnix(path: string, mode: number): Promise<Deno.Listener<Deno.Conn>> {
  try {
    return bindUnix(path, mode);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Fault(`Cannot open the control socket ${quote(path)}: ${reason}`, { cause: error });
    }
  }
  if (await answers(path)) {
    throw new Fault(
      `Cannot open the control socket ${quote(path)}: another process answers there`,
      {
        hint: "stop it first: httpcfg net stop http /y",
      },
    );
  }
  removeIfThere(path);
  return bindUnix(path, mode);
}

/**
 * Binds in a folder that is the owner's alone and moves the socket out when its mode is right: there
 * is no moment at which anyone could connect whom the mode keeps out. (A mask would do the same, but Deno's is not to be
 * had without every other right of its kind.)
 */
function bindUnix(path: string, mode: number): Deno.Listener<Deno.Conn> {
  const folder = `${path}.d`;
  removeIfThere(folder);
  Deno.mkdirSync(folder, { mode: 0o700 });
  try {
    const hidden = `${folder}/s`;
    const listener = Deno.listen({ transport: "unix", path: hidden });
    Deno.chmodSync(hidden, mode);
    // A socket of a killed process would make the bind fail; the rename must not hide a living one.
    Deno.linkSync(hidden, path);
    return listener;
  } finally {
    removeIfThere(folder);
  }
}

async function answers(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch {
    return false;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Accepts until the listener is closed. Never `for await`: that ends at the first connection that
 * was reset before it was accepted, which any client can do.
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
    events.onConnection(conn);
  }
}

/** A socket can be bound again only after the pending accept() has been turned away. */
async function closeListener(
  listener: { close(): void },
  ended: Promise<void>,
): Promise<void> {
  try {
    listener.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error; // closed before: nothing to do
  }
  await ended;
}
