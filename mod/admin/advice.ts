/**
 * Advice about a list that has just been changed. Pure.
 *
 * @module
 */
import { quote, shellWord } from "../base/fault.ts";
import { parseList } from "../config/document/list_entry.ts";
import { interfacesMatching } from "../listen/list/inclusion.ts";
import type { AddressTable } from "../listen/machine/address_table.ts";
import type { Notice } from "./admin_io.ts";

/**
 * Returns a notice for each entry of `added` that names no interface of the machine of `table`, or asks
 * for what the system does not say.
 */
export function listAdvice(added: readonly string[], table: AddressTable): Notice[] {
  return parseList(added).flatMap(({ text, target }) => {
    if (target.kind !== "interface") return [];
    const matching = interfacesMatching(target, table.interfaces);
    if (matching.length > 0) {
      const names = new Set(matching.map(({ name }) => name));
      return target.isStable && hidesFlags(table, names) ? [flagsHidden(text)] : [];
    }
    return [{
      kind: "note",
      text: `${quote(text)} matches nothing until this machine has an interface of that name`,
      hint: "ip link",
    }];
  });
}

/** Reports whether interfaces have IPv6 addresses of which nothing is known, as on Windows. */
function hidesFlags({ machine }: AddressTable, names: ReadonlySet<string>): boolean {
  return machine.links?.flags.size === 0 && machine.addresses.some((address) => {
    return address.family === 6 && names.has(address.interface);
  });
}

function flagsHidden(text: string): Notice {
  return {
    kind: "warning",
    text: `${quote(text)} matches no IPv6 address: this system does not say which are temporary`,
    hint: `httpcfg set iplisten -i ${shellWord(text.replace(/^!|\/stable$/g, ""))}`,
  };
}
