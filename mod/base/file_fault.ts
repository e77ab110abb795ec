/**
 * Failed file operations, as an administrator reads them.
 *
 * @module
 */
import { Fault, quote, shellWord } from "./fault.ts";

const REASONS: readonly (readonly [new () => Error, string])[] = [
  [Deno.errors.NotFound, "no such file or directory"],
  [Deno.errors.PermissionDenied, "permission denied"],
  [Deno.errors.NotCapable, "the program was started without the permission to do it"],
  [Deno.errors.IsADirectory, "is a directory"],
  [Deno.errors.NotADirectory, "part of the path is a file, not a directory"],
  [Deno.errors.AlreadyExists, "part of the path is a file, not a directory"],
];

/** The reason of a failed file operation in plain words; what the system says where it has no own. */
function fileReason(error: unknown): string {
  if ((error as { code?: unknown } | null)?.code === "EROFS") return "the file system is read-only";
  for (const [type, reason] of REASONS) if (error instanceof type) return reason;
  return error instanceof Error ? error.message : String(error);
}

/**
 * The fault of a failed operation on the file `path`: `Cannot VERB "PATH": REASON`. A Fault stays what
 * it is. The hint is `hint`, or a command that shows what is wrong with the path.
 */
export function fileFault(verb: string, path: string, error: unknown, hint?: string): Fault {
  if (error instanceof Fault) return error;
  return new Fault(`Cannot ${verb} ${quote(path)}: ${fileReason(error)}`, {
    hint: hint ?? hintFor(path, error),
    cause: error,
  });
}

function hintFor(path: string, error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "run it with --allow-read and --allow-write";
  if ((error as { code?: unknown } | null)?.code === "EROFS") {
    return `findmnt -T ${shellWord(directoryOf(path))}`;
  }
  const isKnown = REASONS.some(([type]) => error instanceof type);
  // What has no name of its own here is mostly a full disk.
  return isKnown
    ? `ls -ld ${shellWord(path)} ${shellWord(directoryOf(path))}`
    : `df -h ${shellWord(directoryOf(path))}`;
}

/** The directory that `path` is in. */
export function directoryOf(path: string): string {
  const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return slash < 0 ? "." : slash === 0 ? "/" : path.slice(0, slash);
}
