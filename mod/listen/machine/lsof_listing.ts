/**
 * What macOS and the BSDs say about sockets, as one text: a shell script that prints it, and the
 * parser of its output. Pure.
 *
 * `lsof` names the processes, of which it shows a user their own; `netstat` shows the sockets of every
 * user, and whether one on `::` takes IPv4 (`tcp46`). So a socket without a process is another user's.
 *
 * @module
 */
import {
  ANY_V4,
  ANY_V6,
  type Endpoint,
  type Ip,
  parseIp,
  parsePort,
  withZone,
  zoneOf,
} from "../../base/address.ts";
import { ForeignText } from "../../base/printable.ts";
import { groupOwners, type HeldSocket, type ProcessFacts } from "./group_owners.ts";
import type { Connections, Listeners } from "./listeners.ts";

/**
 * Prints the user id, then what `lsof` says for programs (-F): of each process the id, the parent, the
 * name and the user, of each of its sockets the descriptor, the family, the kernel's address and the
 * name; then the table of `netstat`. Their full paths: whoever can change PATH gets no say.
 */
export const LSOF_LISTING_SCRIPT = `\
LC_ALL=C
export LC_ALL
for tool in /usr/sbin/lsof /usr/local/sbin/lsof /usr/bin/lsof; do
  [ -x "$tool" ] || continue
  echo "= lsof $(id -u)"
  "$tool" -nP +c 0 -iTCP -sTCP:LISTEN -FpRcLftdn 2>/dev/null
  break
done
for tool in /usr/sbin/netstat /usr/bin/netstat; do
  [ -x "$tool" ] || continue
  echo "= netstat"
  "$tool" -anl -p tcp 2>/dev/null
  break
done
:`;

const SECTION = /^= (lsof|netstat)(?: (\d+))?$/;

/** A row of `netstat`: `tcp46  0  0  *.8080  *.*  LISTEN`. */
const ROW = /^(tcp4|tcp6|tcp46)\s+\d+\s+\d+\s+(\S+)\.(\d+|\*)\s+(\S+)\s+(\S+)\s*/;

interface TableRow extends Endpoint {
  readonly family: string;
  readonly state: string;
}

interface Parsed {
  /** The user as whom `lsof` ran; null if there is none. */
  readonly lsofUid: number | null;
  readonly records: readonly LsofSocket[];
  readonly processes: ReadonlyMap<number, ProcessFacts>;
  /** Null if there is no `netstat`. */
  readonly rows: readonly TableRow[] | null;
}

/** A socket of a process, as `lsof` has it. */
interface LsofSocket extends Endpoint {
  readonly pid: number;
  /** The address of the socket in the kernel, which processes that share it have in common. */
  readonly device: string;
}

/**
 * Parses the output of the script: who listens on one of `ports`, or on any if it is null.
 * `interfaces` are the names by index, which is all that `lsof` has of a zone.
 */
export function parseLsofListeners(
  listing: string,
  ports: ReadonlySet<number> | null,
  interfaces: ReadonlyMap<string, string>,
): Listeners {
  const { lsofUid, records, processes, rows } = parse(listing, interfaces);
  const held = new Map<string, HeldSocket & { readonly pids: number[] }>();
  const isWanted = ({ port }: Endpoint): boolean => ports?.has(port) ?? true;
  for (const { pid, ip, port, device } of records.filter(isWanted)) {
    const key = `${device} ${ip} ${port}`;
    const known = held.get(key);
    if (known !== undefined) {
      known.pids.push(pid);
      continue;
    }
    const user = processes.get(pid)?.user ?? null;
    const v6only = ip === ANY_V6 ? v6onlyOf(rows ?? [], port) : null;
    const socket = held.size + 1;
    held.set(key, { ...bare(ip, port, socket), v6only, user, pids: [pid] });
  }
  const named = new Set(records.map(({ ip, port }) => `${ip} ${port}`));
  for (const { ip, port, family, state } of (rows ?? []).filter(isWanted)) {
    if (state !== LISTEN || named.has(`${ip} ${port}`)) continue;
    const v6only = ip === ANY_V6 ? family === "tcp6" : null;
    const socket = held.size + 1;
    held.set(`netstat ${socket}`, { ...bare(ip, port, socket), v6only, user: null, pids: [] });
  }
  return { owners: groupOwners([...held.values()], processes), unseen: whyUnseen(lsofUid, rows) };
}

/** Parses the local ends of the connections on `ports`. */
export function parseBsdConnections(listing: string, ports: ReadonlySet<number>): Connections {
  const { rows } = parse(listing, new Map());
  const connected = (rows ?? []).filter(({ state, port }) => {
    return state === ESTABLISHED && ports.has(port);
  }).map(({ ip, port }) => ({ ip, port }));
  return { connected, unseen: rows === null ? NO_NETSTAT : null };
}

const LISTEN = "LISTEN";
const ESTABLISHED = "ESTABLISHED";
const NO_NETSTAT = "netstat cannot be run";

function whyUnseen(lsofUid: number | null, rows: readonly TableRow[] | null): string | null {
  if (rows !== null) return null;
  if (lsofUid === null) return "neither lsof nor netstat can be run";
  return lsofUid === 0 ? null : "lsof shows the processes of this user alone";
}

function bare(
  ip: Ip,
  port: number,
  socket: number,
): Omit<HeldSocket, "v6only" | "user" | "pids"> {
  return { ip, port, mapped: false, device: null, socket, namespace: null };
}

/** Returns whether the sockets on `::` of a port take no IPv4; null if some do, or it is not said. */
function v6onlyOf(rows: readonly TableRow[], port: number): boolean | null {
  const families = new Set(
    rows.filter((row) => row.port === port && row.ip === ANY_V6 && row.state === LISTEN)
      .map(({ family }) => family),
  );
  return families.size === 1 ? families.has("tcp6") : null;
}

function parse(listing: string, interfaces: ReadonlyMap<string, string>): Parsed {
  const records: LsofSocket[] = [];
  const processes = new Map<number, ProcessFacts>();
  const rows: TableRow[] = [];
  let [section, lsofUid, hasNetstat] = ["", null as number | null, false];
  let pid = 0;
  let [family, device] = ["", ""];
  for (const line of listing.split("\n")) {
    const begun = SECTION.exec(line);
    if (begun !== null) {
      section = begun[1]!;
      if (section === "lsof") lsofUid = Number(begun[2]);
      continue;
    }
    if (section === "netstat") {
      hasNetstat ||= line !== "";
      rows.push(...rowOf(line));
      continue;
    }
    if (section !== "lsof") continue;
    const value = line.slice(1);
    const facts = processes.get(pid);
    switch (line[0]) {
      case "p":
        pid = Number(value);
        processes.set(pid, { ...NOTHING_KNOWN });
        break;
      case "R":
        processes.set(pid, { ...facts!, parent: Number(value) });
        break;
      case "c":
        processes.set(pid, { ...facts!, program: new ForeignText(unescaped(value)) });
        break;
      case "L":
        processes.set(pid, { ...facts!, user: value });
        break;
      case "f":
        [family, device] = ["", `${pid} ${value}`];
        break;
      case "t":
        family = value;
        break;
      case "d":
        device = value;
        break;
      case "n":
        for (const { ip, port } of socketOf(value, family)) {
          records.push({
            ip: withZone(ip, interfaces.get(zoneOf(ip)) ?? zoneOf(ip)),
            port,
            pid,
            device,
          });
        }
        break;
    }
  }
  return { lsofUid, records, processes, rows: hasNetstat ? rows : null };
}

const NOTHING_KNOWN: ProcessFacts = {
  parent: 0,
  program: null,
  user: null,
  executable: null,
  commandLine: null,
};

/** `lsof` escapes what is not printable, and the escape itself. */
function unescaped(name: string): string {
  return name.replace(/\\(?:x([0-9a-f]{2})|([bfnrt\\]))/g, (_, hex?: string, letter?: string) => {
    return hex === undefined ? ESCAPES[letter!]! : String.fromCharCode(parseInt(hex, 16));
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  "\\": "\\",
};

/** Reads `*:80`, `127.0.0.1:80` or `[fe80:1::1]:80`; nothing if it is no address. */
function socketOf(name: string, family: string): Endpoint[] {
  const [, text = "", digits = ""] = /^(\S+):(\d+)(?: \(LISTEN\))?$/.exec(name) ?? [];
  return placeOf(text.replace(/^\[|\]$/g, ""), digits, family === "IPv6");
}

function rowOf(line: string): TableRow[] {
  const [, family = "", address = "", digits = "", , state = ""] = ROW.exec(line) ?? [];
  return placeOf(address, digits, family !== "tcp4").map((place) => ({ ...place, family, state }));
}

function placeOf(
  text: string,
  digits: string,
  isV6: boolean,
): Endpoint[] {
  const ip = text === "*" ? isV6 ? ANY_V6 : ANY_V4 : parseIp(embeddedZone(text));
  const port = parsePort(digits);
  return ip === null || port === null ? [] : [{ ip, port }];
}

/**
 * Returns a link-local address as others write it. The kernel of the BSDs keeps the index of the
 * interface in the second group: `fe80:4::1` is `fe80::1%4`.
 */
function embeddedZone(text: string): string {
  const [, index, rest] = /^fe80:([0-9a-f]{1,4})(::.*|:[0-9a-f:]*)$/i.exec(text) ?? [];
  if (index === undefined || /^0+$/.test(index)) return text;
  return `fe80${rest!.startsWith("::") ? "" : ":0"}${rest}%${parseInt(index, 16)}`;
}
