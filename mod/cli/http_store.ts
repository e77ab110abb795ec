/**
 * The way of `set` and `delete` of ssl and urlacl: an edit under the store's lock, and the refusals of
 * a command line.
 *
 * A document that the caller may not write is ERROR_ACCESS_DENIED, 5: what the old API told a user who
 * was no administrator (INFERRED for httpcfg, documented for HttpAddUrl).
 *
 * @module
 */
import { Fault } from "../base/fault.ts";
import { exitStatusOf, WIN32 } from "../base/win32.ts";
import type { ConfigDocument } from "../config/document/document.ts";
import type { RecordEdit } from "../config/document/http_records.ts";
import type { CommandIo } from "./core/command.ts";

/** Applies `edit` to the stored document; the Win32 code of what came of it. */
export async function applyEdit(
  io: CommandIo,
  edit: (document: ConfigDocument) => RecordEdit,
): Promise<number> {
  let code: number = WIN32.NO_ERROR;
  try {
    await io.store.update((document) => {
      const result = edit(document);
      code = result.code;
      return result.document;
    });
  } catch (error) {
    if (!isDenied(error)) throw error;
    tellDenied(io, error);
    return WIN32.ACCESS_DENIED;
  }
  return code;
}

/** What the system refused, beside the code that stands for it. */
export function tellDenied(io: CommandIo, { message, hint }: Fault): void {
  io.note(`error: ${message}${hint === undefined ? "" : `\nhint: ${hint}`}`);
}

/** Prints a refusal of the command line, as the old tool did on stdout; gives the exit status. */
export function refuse(
  io: CommandIo,
  text: string,
  code: number = WIN32.INVALID_PARAMETER,
): number {
  io.print(printable(text));
  return exitStatusOf(code, io.os);
}

/** A terminal must not obey what a command line carries; the line end stays. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]|[\u2028\u2029]/gu, "?");
}

/** True where the system refused the write. */
export function isDenied(error: unknown): error is Fault {
  return error instanceof Fault &&
    (error.cause instanceof Deno.errors.PermissionDenied ||
      error.cause instanceof Deno.errors.NotCapable);
}
