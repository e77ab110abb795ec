/**
 * Faults for failed file operations.
 *
 * @module
 */
import { grouped } from "./grouped.ts";
import { DeniedFault, Fault, messageOf, quote, shellWord } from "./fault.ts";
import { oneLine } from "./printable.ts";

const REASONS: readonly (readonly [new () => Error, string])[] = [
  [Deno.errors.NotFound, "no such file or directory"],
  [Deno.errors.PermissionDenied, "permission denied"],
  [Deno.errors.NotCapable, "the program was started without permission to access it"],
  [Deno.errors.IsADirectory, "is a directory"],
  [Deno.errors.NotADirectory, "part of the path is not a directory"],
  [Deno.errors.AlreadyExists, "part of the path is not a directory"],
];

/** Errors that only their code tells apart. */
const CODES: Readonly<Record<string, string>> = {
  EROFS: "read-only file system",
  ENOSPC: "no space left on the file system",
  EDQUOT: "disk quota exceeded",
  ENAMETOOLONG: "file name too long",
  EISDIR: "is a directory", // on Windows, where it has no class
  ELOOP: "too many symbolic links",
  EBUSY: "another program has it open",
  EMFILE: "too many open files in this process",
  ENFILE: "too many open files on this machine",
};

/** Returns why a file operation failed; the system's own message if no reason is listed here. */
export function fileReason(error: unknown): string {
  const reason = CODES[codeOf(error)];
  if (reason !== undefined) return reason;
  for (const [type, reason] of REASONS) if (error instanceof type) return reason;
  // The runtime adds the number and the call, which the message names already.
  const call = / \(os error [0-9]+\)(?:: .*)?$|: [a-z]+ '.*'$/s;
  return oneLine(messageOf(error).replace(call, ""));
}

/** Reports whether a write failed for want of space, or of a quota. */
export function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(codeOf(error));
}

/**
 * Returns the fault for a failed operation on the file `path`: `Cannot VERB "PATH": REASON`. An
 * error that is already a Fault is returned unchanged; one of a missing right becomes a DeniedFault.
 * The hint is `hint`, or else a command that shows what is wrong with the path. `folder` is a
 * directory on the file system of the file, if the parent of `path` may be on another.
 */
export function fileFault(
  verb: string,
  path: string,
  error: unknown,
  hint?: string | { readonly folder: string },
): Fault {
  if (error instanceof Fault) return error;
  const Kind = error instanceof Deno.errors.PermissionDenied ? DeniedFault : Fault;
  const line = typeof hint === "string" ? hint : hintFor(path, error, hint?.folder);
  return new Kind(`Cannot ${verb} ${quote(path)}: ${fileReason(error)}`, {
    hint: line,
    cause: error,
  });
}

/** Returns the fault of something that is where a regular file is expected. */
export function notRegularFault(verb: string, path: string): Fault {
  return new Fault(`Cannot ${verb} ${quote(path)}: not a regular file`, {
    hint: `ls -ld ${shellWord(path)}`,
  });
}

/** Returns the fault of a file of `bytes`, of which at most `bytesMax`, whole MiB, are read. */
export function tooLargeFault(
  verb: string,
  path: string,
  size: { readonly bytes: number; readonly bytesMax: number },
  hint: string,
): Fault {
  const bytes = grouped(size.bytes);
  const limit = `limit ${size.bytesMax >> 20} MiB`;
  return new Fault(`Cannot ${verb} ${quote(path)}: too large (${bytes} bytes, ${limit})`, { hint });
}

function hintFor(path: string, error: unknown, folder: string = directoryOf(path)): string {
  if (error instanceof Deno.errors.NotCapable) return "run with --allow-read and --allow-write";
  const place = shellWord(folder);
  if (codeOf(error) === "EROFS") return `findmnt -T ${place}`;
  if (isDiskFull(error)) return `df -h ${place}; df -i ${place}`; // bytes, or files
  const isKnown = codeOf(error) === "EISDIR" || REASONS.some(([type]) => error instanceof type);
  return isKnown ? `ls -ld ${shellWord(path)} ${shellWord(directoryOf(path))}` : `df -h ${place}`;
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : "";
}

/** Returns the parent directory of `path`. */
export function directoryOf(path: string): string {
  const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return slash < 0 ? "." : slash === 0 ? "/" : path.slice(0, slash);
}

/** Returns the hint for a document that is in the wrong place; undefined for any other error. */
export function misplacedHint(error: unknown): string | undefined {
  const isMisplaced = error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.AlreadyExists;
  return isMisplaced ? 'export HTTPCFG_HOME="$HOME/httpcfg"' : undefined;
}
