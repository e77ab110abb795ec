/**
 * `who`: the processes that listen on a port.
 *
 * @module
 */
import { EXIT } from "../../base/exit_status.ts";
import {
  type Endpoint,
  formatEndpoint,
  parseEndpoint,
  parseIp,
  parsePort,
} from "../../base/address.ts";
import { compareIp } from "../../base/ip_order.ts";
import { quote, shellWord, usageFault } from "../../base/fault.ts";
import { AddressTable } from "../../listen/machine/address_table.ts";
import { isKnown, type Listeners, ownersWhere } from "../../listen/machine/listeners.ts";
import { type MachineView, THIS_MACHINE, withLinks } from "../../listen/plan/plan_input.ts";
import {
  describeOwner,
  isSystemd,
  isWindowsKernel,
  keepsFrom,
  KERNEL_QUEUES,
  ownerCommand,
  type PortOwner,
} from "../../listen/machine/port_owner.ts";
import { type CommandIo, type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import { joinLines, span, type Styled } from "../core/screen/colors.ts";
import { type Listing, type Row, writeListing } from "../core/format.ts";
import { paragraph } from "../core/screen/paragraph.ts";
import { report, reportHint } from "../core/report.ts";
import type { Screen } from "../core/screen/screen.ts";

const who: CommandSpec = {
  name: "who",
  usage: "PORT|IP:PORT",
  summary: "Show which processes listen on a port",
  details: [
    "With an address, shows only those that keep it from being used. A server and its workers are " +
    "one line, with the process to address. Sockets on every address, IPv4 addresses in IPv6 " +
    "form, sockets that several processes share, and other network namespaces are distinguished. " +
    "Root sees the processes of every user.",
    "Exit status 0 if a process listens there, 1 if none does, 3 if the system does not say. " +
    'In JSON, "known" is false where a process is not named, or others may listen too.',
  ],
  examples: [
    { line: "httpcfg who 80", shows: "every process that listens on port 80" },
    {
      line: "httpcfg who 10.0.0.5:80",
      shows: "the processes that keep this address from being used",
    },
  ],
  flags: FORMAT_FLAG,
  words: { min: 1, max: 1 },
  completes: ["endpoint"],
  async run(input, io): Promise<number> {
    const view = io.machine ?? THIS_MACHINE;
    const wanted = await parseWanted(input.words[0]!, view);
    io.progress?.("looking for", "the owners of the port");
    const found = ownersWhere(await view.findListeners(new Set([wanted.port])), (owner) => {
      return wanted.ip === null ||
        owner.namespace === null && keepsFrom(owner, wanted as Endpoint, true);
    });
    const seen = { ...found, owners: found.owners.toSorted(byPlace) };
    const { owners, unseen } = seen;
    const holders = owners.map(ownerRow);
    const unnamed = unseen === null ? [] : [unseenRow(wanted)];
    await writeListing(input, io, { ...OWNER_LISTING, rows: [...holders, ...unnamed] }, {
      text: () => io.show(ownerText(owners, io.screen)),
      json: { holders, known: isKnown(seen), ...(unseen === null ? {} : { unseen }) },
    });
    reportUnseen(seen, wanted, io);
    const hint = nextStep(wanted, seen, io.os);
    if (hint !== null) reportHint(io, hint);
    return owners.length > 0 ? EXIT.ok : unseen === null ? EXIT.failed : EXIT.unknown;
  },
};

export const commands: readonly CommandSpec[] = [who];

/** The system lists sockets in the order of a hash, which differs from call to call. */
function byPlace(a: PortOwner, b: PortOwner): number {
  const [one, other] = [a.namespace ?? "", b.namespace ?? ""];
  return one.localeCompare(other) || compareIp(a.ip, b.ip) || (a.pid ?? 0) - (b.pid ?? 0);
}

interface Wanted {
  /** Null: any address. */
  readonly ip: Endpoint["ip"] | null;
  readonly port: number;
}

async function parseWanted(text: string, view: MachineView): Promise<Wanted> {
  const port = parsePort(text);
  if (port !== null) return { ip: null, port };
  const endpoint = parseEndpoint(text);
  if (endpoint !== null) {
    const machine = await withLinks(await view.readMachine(), [], [endpoint.ip]);
    return { ...endpoint, ip: new AddressTable(machine).canonical(endpoint.ip) };
  }
  const ip = parseIp(text.replace(/^\[|\]$/g, ""));
  const hint = ip === null
    ? "httpcfg who 80"
    : `httpcfg who ${shellWord(formatEndpoint({ ip, port: 80 }))}`;
  throw usageFault(`Cannot look for ${quote(text)}: PORT or IP:PORT expected`, hint);
}

const OWNER_LISTING: Pick<Listing, "name" | "columns"> = {
  name: "holders",
  columns: [
    "ip",
    "port",
    "pid",
    "program",
    "user",
    "mapped",
    "namespace",
    "socket",
    "known",
    "workers",
  ],
};

/** Returns an owner as a record. */
function ownerRow(owner: PortOwner): Row {
  const { ip, port, pid, program, user, mapped, namespace, socket, workers } = owner;
  const known = isKnown({ owners: [owner], unseen: null });
  return { ip, port, pid, program, user, mapped, namespace, socket, known, workers };
}

/** Returns the record that stands for whoever the system does not show. */
function unseenRow({ ip, port }: Wanted): Row {
  return { ip, port, known: false };
}

/** Says what is not seen, or that nobody listens. */
function reportUnseen({ owners, unseen }: Listeners, { ip }: Wanted, io: CommandIo): void {
  const isFound = owners.length > 0;
  if (unseen !== null) {
    const what = isFound ? "others listen too" : "a process listens there";
    report(io, [{ kind: "warning", text: `it is not known whether ${what}: ${unseen}` }]);
  } else if (!isFound) {
    // Without root, a process of another user shows neither its sockets nor where they are.
    const isPartial = io.os === "linux" && io.uid !== 0 && ip === null;
    io.note(isPartial ? "No listener in this network namespace." : "No listener.");
  }
}

/** Formats the owners, those of one socket below each other; each begins with its program. */
function ownerText(owners: readonly PortOwner[], screen: Screen): Styled {
  const groups = Map.groupBy(owners, ({ ip, port, namespace }) => `${ip} ${port} ${namespace}`);
  return joinLines([...groups.values()].flatMap((group) => {
    return ownerLines(group).flatMap((line, i) => {
      const program = `${group[i]!.program ?? ""}`;
      const isFirst = program !== "" && line.startsWith(program);
      const start = span("heading", isFirst ? program : "");
      return paragraph(line.slice(start.text.length), screen, { start, hanging: "  " });
    });
  }));
}

/** Formats the owners as text; those that share one socket or one address are marked. */
export function ownerLines(owners: readonly PortOwner[]): string[] {
  const at = Map.groupBy(owners, ({ ip, port, namespace }) => `${ip} ${port} ${namespace}`);
  return [...at.values()].flatMap((group) => {
    const sockets = new Set(group.flatMap(socketsOf)).size;
    return group.map((owner) => {
      const own = socketsOf(owner).length;
      const isShared = group.filter(({ socket }) => socket === owner.socket).length > 1;
      return [
        describeOwner(owner),
        ...(sockets === 1
          ? []
          : own === sockets
          ? [`${sockets} sockets there (SO_REUSEPORT)`]
          : [`${own === 1 ? "one" : own} of ${sockets} sockets there (SO_REUSEPORT)`]),
        ...(isShared ? ["a socket that several processes share"] : []),
        ...(owner.namespace === null ? [] : [`in the network namespace ${owner.namespace}`]),
      ].join(", ");
    });
  });
}

function socketsOf({ socket, sockets }: PortOwner): readonly number[] {
  return sockets ?? [socket];
}

/** Returns what to type next; null if nothing listens. */
function nextStep({ port }: Wanted, { owners, unseen }: Listeners, os: string): string | null {
  const here = owners.filter(({ namespace }) => namespace === null);
  const [first] = here;
  if (first === undefined) return unseen === null ? null : ownerCommand(port, os);
  if (first.pid === null && first.workers.length === 0) return ownerCommand(port, os);
  if (here.some(isSystemd)) return "systemctl list-sockets";
  if (here.some(isWindowsKernel)) return KERNEL_QUEUES;
  if (os === "windows") return `tasklist /svc /fi "pid eq ${first.pid ?? first.workers[0]}"`;
  if (first.pid === 1 || first.program === null) return "httpcfg status";
  return `ps -fp ${[...new Set(here.flatMap(({ pid, workers }) => pid ?? workers))].join(",")}`;
}
