/**
 * Faults for failed file operations.
 *
 * @module
 */
import { DeniedFault, Fault, messageOf, quote, shellWord } from "./fault.ts";

const REASONS: readonly (readonly [new () => Error, string])[] = [
  [Deno.errors.NotFound, "no such file or directory"],
  [Deno.errors.PermissionDenied, "permission denied"],
  [Deno.errors.NotCapable, "the program was started without permission to access it"],
  [Deno.errors.IsADirectory, "is a directory"],
  [Deno.errors.NotADirectory, "part of the path is not a directory"],
  [Deno.errors.AlreadyExists, "part of the path is not a directory"],
];

/** Returns why a file operation failed; the system's own message if no reason is listed here. */
function fileReason(error: unknown): string {
  if ((error as { code?: unknown } | null)?.code === "EROFS") return "read-only file system";
  for (const [type, reason] of REASONS) if (error instanceof type) return reason;
  return messageOf(error);
}

/**
 * Returns the fault for a failed operation on the file `path`: `Cannot VERB "PATH": REASON`. An
 * error that is already a Fault is returned unchanged; one of a missing right becomes a DeniedFault.
 * The hint is `hint`, or else a command that shows what is wrong with the path.
 */
export function fileFault(verb: string, path: string, error: unknown, hint?: string): Fault {
  if (error instanceof Fault) return error;
  const Kind = error instanceof Deno.errors.PermissionDenied ? DeniedFault : Fault;
  return new Kind(`Cannot ${verb} ${quote(path)}: ${fileReason(error)}`, {
    hint: hint ?? hintFor(path, error),
    cause: error,
  });
}

/** Returns the fault of a file of `bytes`, of which at most `bytesMax`, whole MiB, are read. */
export function tooLargeFault(
  verb: string,
  path: string,
  size: { readonly bytes: number; readonly bytesMax: number },
  hint: string,
): Fault {
  const bytes = size.bytes.toLocaleString("en-US");
  const limit = `limit ${size.bytesMax >> 20} MiB`;
  return new Fault(`Cannot ${verb} ${quote(path)}: too large (${bytes} bytes, ${limit})`, { hint });
}

function hintFor(path: string, error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "run with --allow-read and --allow-write";
  if ((error as { code?: unknown } | null)?.code === "EROFS") {
    return `findmnt -T ${shellWord(directoryOf(path))}`;
  }
  const isKnown = REASONS.some(([type]) => error instanceof type);
  // An error that is not listed above usually means a full disk.
  return isKnown
    ? `ls -ld ${shellWord(path)} ${shellWord(directoryOf(path))}`
    : `df -h ${shellWord(directoryOf(path))}`;
}

/** Returns the parent directory of `path`. */
export function directoryOf(path: string): string {
  const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return slash < 0 ? "." : slash === 0 ? "/" : path.slice(0, slash);
}
