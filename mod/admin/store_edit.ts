/**
 * An edit of the stored document, which excludes all other processes while it runs.
 *
 * @module
 */
import { DeniedFault } from "../base/fault.ts";
import { isProblem, type Problem } from "../base/problem.ts";
import type { ConfigDocument } from "../config/document/document.ts";
import type { StoreChange } from "../config/store/store.ts";
import { AddressTable } from "../listen/machine/address_table.ts";
import { readMachine } from "../listen/machine/machine_addresses.ts";
import type { AdminIo, Notice } from "./admin_io.ts";
import { deniedResult, type RefusedAction } from "./denied.ts";
import { hasNumberedZones, withNamedZones } from "./named_zones.ts";

/** Applies `edit` to the newest document; if it returns a problem, nothing changes. */
export async function editStore(
  io: Pick<AdminIo, "store" | "asAdministrator">,
  edit: (document: ConfigDocument) => ConfigDocument | Problem,
): Promise<StoreChange | RefusedAction> {
  let rejected: RefusedAction | null = null;
  try {
    const change = await io.store.update((document) => {
      // The edit sees names, as the command line does.
      const named = nameZones(document, document) as ConfigDocument;
      const edited = edit(named);
      if (edited === named) return document;
      const result = isProblem(edited) ? edited : nameZones(edited, document);
      if (!isProblem(result)) return result;
      const notices = isProblem(edited) ? [] : [errorNotice(result)];
      rejected = { problem: result, changed: false, notices };
      return document;
    });
    return rejected ?? change;
  } catch (error) {
    if (error instanceof DeniedFault) return deniedResult(io, error);
    throw error;
  }
}

/** Returns the document with the names of interfaces as zones; the machine is only read for it. */
function nameZones(document: ConfigDocument, known: ConfigDocument): ConfigDocument | Problem {
  if (!hasNumberedZones(document)) return document;
  return withNamedZones(document, new AddressTable(readMachine()), known);
}

function errorNotice({ reason, hint }: Problem): Notice {
  return { kind: "error", text: `Cannot store the change: ${reason}`, hint };
}
