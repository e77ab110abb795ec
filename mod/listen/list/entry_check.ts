/**
 * Whether an entry fits this machine: what an administrator who types it should be told before it is
 * stored. Pure.
 *
 * @module
 */
import { zoneOf } from "../../base/address.ts";
import { quote, shellWord } from "../../base/fault.ts";
import { nearestName } from "../../base/hints/nearest.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import { WIN32 } from "../../base/win32.ts";
import { isPattern, type ListEntry, parseEntry } from "../../config/document/list_entry.ts";
import { explainSpelling } from "../../config/document/no_entry.ts";
import type { AddressTable } from "../machine/address_table.ts";
import { interfacesMatching } from "./inclusion.ts";

/** What is accepted although this machine does not have it now. */
interface EntryCheckOptions {
  /** The name of an interface that does not exist yet. */
  readonly later?: boolean | undefined;
}

/**
 * Parses an entry as typed on the machine of `table`. A name must be that of an interface unless
 * `later`: a typo in an address must not become an interface that never appears. The zone of an
 * address may be an index, which becomes a name.
 */
export function readEntry(
  text: string,
  table: AddressTable,
  { later = false }: EntryCheckOptions = {},
): ListEntry | Problem {
  const entry = parseEntry(text);
  if (isProblem(entry)) return entry;
  const { target } = entry;
  if (target.kind === "address") {
    const network = table.broadcastOf(target.ip);
    if (network !== null && table.recordsOf(target.ip).length === 0) {
      return problem(
        `the broadcast address of ${network}`,
        setCommand(entry, network),
      );
    }
    const zone = zoneOf(target.ip);
    if (zone === "" || table.hasZone(zone)) return withNamedZone(entry, table);
    return later && !/^[0-9]+$/.test(zone) ? entry : unknownZone(zone, table, text);
  }
  if (target.kind !== "interface" || later || isPattern(target)) return entry;
  if (interfacesMatching(target, table.interfaces).length > 0) return entry;
  const spelling = explainSpelling(text);
  if (spelling !== null) return problem(spelling.reason, spelling.hint);
  const near = nearestName(target.name, table.interfaces.map(({ name }) => name));
  const cure = near === null ? "" : `${setCommand(entry, near)}\n`;
  return problem(
    `not an address, a block or an interface of this machine (${namesOf(table)})`,
    `${cure}httpcfg set iplisten --later -i ${shellWord(text)}`,
  );
}

/** Returns an entry with the name of an interface, not its index, as its zone. */
export function withNamedZone(entry: ListEntry, table: AddressTable): ListEntry {
  const { target, excludes } = entry;
  if (target.kind !== "address" || !/^[0-9]+$/.test(zoneOf(target.ip))) return entry;
  const ip = table.canonical(target.ip);
  return { text: `${excludes ? "!" : ""}${ip}`, excludes, target: { kind: "address", ip } };
}

/**
 * Returns the problem of a zone that is the index or the name of no interface. `text` is the entry as
 * typed, if it is one that may be stored for later.
 */
export function unknownZone(zone: string, table: AddressTable, text?: string): Problem {
  const encoded = /^25(.+)$/.exec(zone)?.[1];
  if (encoded !== undefined && table.hasZone(encoded)) {
    const cure = text === undefined
      ? "ip address"
      : `httpcfg set iplisten -i ${shellWord(text.replace("%25", "%"))}`;
    return problem("%25 is % only inside a URL", cure);
  }
  const isIndex = /^[0-9]+$/.test(zone);
  const reason = `this machine has no interface ${isIndex ? "with the index" : "named"} ${zone}`;
  if (text === undefined) return problem(`${reason} (${namesOf(table)})`, "ip address");
  const names = table.interfaces.map(({ name }) => name);
  const near = nearestName(zone, names) ?? names.find((name) => name !== "lo");
  const cure = near === undefined ? [] : [`-i ${shellWord(text.replace(/%.*$/, `%${near}`))}`];
  const later = isIndex ? [] : [`--later -i ${shellWord(text)}`];
  return problem(
    `${reason} (${namesOf(table)})`,
    [...cure, ...later].map((words) => `httpcfg set iplisten ${words}`).join("\n"),
  );
}

/** Returns why an entry matches nothing that the machine has now; null if it matches something. */
export function absenceReason({ target, excludes }: ListEntry, table: AddressTable): string | null {
  if (excludes) return null; // excluding what is absent is no mistake
  if (target.kind === "address") return table.absenceOf(target.ip);
  if (target.kind !== "interface") return null;
  return interfacesMatching(target, table.interfaces).length > 0 ? null : "no interface matches it";
}

function namesOf({ interfaces }: AddressTable): string {
  return interfaces.map(({ name }) => quote(name)).join(", ") || "none";
}

function setCommand({ excludes }: ListEntry, text: string): string {
  return `httpcfg set iplisten -i ${shellWord(`${excludes ? "!" : ""}${text}`)}`;
}

function problem(reason: string, hint: string): Problem {
  return new Problem(reason, { hint, code: WIN32.WSAEINVAL });
}
