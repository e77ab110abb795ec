/**
 * Advice about a list that has just been changed. Pure.
 *
 * @module
 */
import { quote } from "../base/fault.ts";
import { parseList } from "../config/document/list_entry.ts";
import { interfacesMatching } from "../listen/list/inclusion.ts";
import type { AddressTable } from "../listen/machine/address_table.ts";
import type { Notice } from "./admin_io.ts";

/** Returns a notice for each entry of `added` that names no interface of the machine of `table`. */
export function listAdvice(added: readonly string[], table: AddressTable): Notice[] {
  return parseList(added).flatMap(({ text, target }) => {
    if (target.kind !== "interface") return [];
    if (interfacesMatching(target, table.interfaces).length > 0) return [];
    return [{
      kind: "note",
      text: `${quote(text)} matches nothing until this machine has an interface of that name`,
      hint: "ip link",
    }];
  });
}
