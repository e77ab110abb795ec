/**
 * An edit of the stored document, which excludes all other processes while it runs.
 *
 * A document that the caller may not write is ERROR_ACCESS_DENIED, 5: what the old API returned to
 * a user who was not an administrator.
 *
 * @module
 */
import { Fault } from "../base/fault.ts";
import { isProblem, Problem } from "../base/problem.ts";
import { WIN32 } from "../base/win32.ts";
import type { ConfigDocument } from "../config/document/document.ts";
import type { StoreChange } from "../config/store/store.ts";
import { AddressTable } from "../listen/machine/address_table.ts";
import { readMachine } from "../listen/machine/machine_addresses.ts";
import type { ActionResult, AdminIo, Notice } from "./admin_io.ts";
import { hasNumberedZones, withNamedZones } from "./named_zones.ts";

/** An edit that was rejected: nothing is stored. */
interface RejectedEdit extends ActionResult {
  readonly problem: Problem;
}

/** Applies `edit` to the newest document; if it returns a problem, nothing changes. */
export async function editStore(
  io: Pick<AdminIo, "store">,
  edit: (document: ConfigDocument) => ConfigDocument | Problem,
): Promise<StoreChange | RejectedEdit> {
  let rejected: RejectedEdit | null = null;
  try {
    const change = await io.store.update((document) => {
      const edited = edit(document);
      const result = isProblem(edited) ? edited : nameZones(edited);
      if (!isProblem(result)) return result;
      rejected = { problem: result, notices: isProblem(edited) ? [] : [errorNotice(result)] };
      return document;
    });
    return rejected ?? change;
  } catch (error) {
    if (!isDenied(error)) throw error;
    const { message: text, hint } = error;
    const denied = new Problem("access denied", { code: WIN32.ACCESS_DENIED });
    return { problem: denied, notices: [{ kind: "error", text, hint }] };
  }
}

/** Returns the document with the names of interfaces as zones; the machine is only read for it. */
function nameZones(document: ConfigDocument): ConfigDocument | Problem {
  if (!hasNumberedZones(document)) return document;
  return withNamedZones(document, new AddressTable(readMachine()));
}

function errorNotice({ reason, hint }: Problem): Notice {
  return { kind: "error", text: `Cannot store the change: ${reason}`, hint };
}

/** Reports whether the system denied the write. */
function isDenied(error: unknown): error is Fault {
  return error instanceof Fault &&
    (error.cause instanceof Deno.errors.PermissionDenied ||
      error.cause instanceof Deno.errors.NotCapable);
}
