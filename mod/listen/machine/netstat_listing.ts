/**
 * What Windows says about sockets: the output of `netstat -ano`, and that of `tasklist` for the names
 * of the processes. Pure.
 *
 * Headings and states are in the language of the system, so that nothing but columns is read: a socket
 * listens if its foreign address is `0.0.0.0:0` or `[::]:0`, which no connection has.
 *
 * @module
 */
import { ANY_V6, type Endpoint, parseEndpoint } from "../../base/address.ts";
import { ForeignText } from "../../base/printable.ts";
import { groupOwners, type HeldSocket, type ProcessFacts } from "./group_owners.ts";
import type { Connections, Listeners } from "./listeners.ts";

/** What the two programs printed; null for one that could not be run. */
export interface NetstatListing {
  readonly netstat: string | null;
  readonly tasklist: string | null;
}

interface TableRow extends Endpoint {
  readonly isListening: boolean;
  /** Null if the column is missing, as in the netstat of Wine. */
  readonly pid: number | null;
}

/** `TCP`, local address, foreign address, and the last column, behind a state of any words. */
const ROW = /^\s*TCP\s+(\S+):(\d+)\s+(\S+):(\d+)\s(?:.*\s)?(\S+)\s*$/;

const NOT_RUN = "netstat.exe cannot be run";
const NO_ROWS = "netstat.exe shows no listening socket, not even one of Windows";

/** Parses who listens on one of `ports`, or on any if it is null. */
export function parseNetstatListeners(
  { netstat, tasklist }: NetstatListing,
  ports: ReadonlySet<number> | null,
): Listeners {
  if (netstat === null) return { owners: [], unseen: NOT_RUN };
  const listening = rowsOf(netstat).filter(({ isListening }) => isListening);
  // Windows itself listens, on port 135 at least: a table without a listener is not the whole one.
  if (listening.length === 0) return { owners: [], unseen: NO_ROWS };
  const processes = processesOf(tasklist ?? "");
  const held = listening.filter(({ port }) => ports?.has(port) ?? true)
    .map(({ ip, port, pid }, i): HeldSocket => ({
      ip,
      port,
      mapped: false,
      // A socket that takes both families has a row for each, and there is no other mark of it.
      v6only: ip === ANY_V6 ? true : null,
      device: null,
      user: null,
      socket: i + 1,
      namespace: null,
      pids: pid === null ? [] : [pid],
    }));
  return { owners: groupOwners(held, processes), unseen: null };
}

/** Parses the local ends of the connections on `ports`; one that has ended belongs to process 0. */
export function parseNetstatConnections(
  { netstat }: Pick<NetstatListing, "netstat">,
  ports: ReadonlySet<number>,
): Connections {
  if (netstat === null) return { connected: [], unseen: NOT_RUN };
  const rows = rowsOf(netstat);
  if (!rows.some(({ isListening }) => isListening)) return { connected: [], unseen: NO_ROWS };
  const connected = rows.filter(({ isListening, pid, port }) => {
    return !isListening && pid !== 0 && ports.has(port);
  }).map(({ ip, port }) => ({ ip, port }));
  return { connected, unseen: null };
}

/** Reports whether a process listens on one of `ports`, so that its name is worth asking for. */
export function hasListeners(netstat: string, ports: ReadonlySet<number> | null): boolean {
  return rowsOf(netstat).some(({ isListening, port }) => {
    return isListening && (ports?.has(port) ?? true);
  });
}

function rowsOf(netstat: string): TableRow[] {
  return netstat.split(/\r?\n/).flatMap((line): TableRow[] => {
    const [, local = "", localPort = "", foreign = "", foreignPort = "", last = ""] =
      ROW.exec(line) ?? [];
    const place = parseEndpoint(`${local}:${localPort}`);
    if (place === null) return [];
    const isListening = foreignPort === "0" && ANY_FOREIGN.has(foreign);
    return [{ ...place, isListening, pid: /^\d+$/.test(last) ? Number(last) : null }];
  });
}

const ANY_FOREIGN: ReadonlySet<string> = new Set(["0.0.0.0", "[::]", "*"]);

/** A row of `tasklist /fo csv /nh`: the name, which has no quotes, and the id. */
const TASK = /^"([^"]*)","(\d+)",/;

function processesOf(tasklist: string): Map<number, ProcessFacts> {
  return new Map(
    tasklist.split(/\r?\n/).flatMap((line) => {
      const [, name, pid] = TASK.exec(line) ?? [];
      if (name === undefined) return [];
      const program = name === "" ? null : new ForeignText(name);
      const facts = { parent: 0, program, user: null, executable: null, commandLine: null };
      return [[Number(pid), facts] as const];
    }),
  );
}
