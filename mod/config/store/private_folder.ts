/**
 * Edge: the directories with secrets, which nobody but their owner, or the group that is meant to,
 * may use: keys, the token of the control port, previous versions of the document. Whether something
 * is private is decided here: by its mode, and on Windows, which has no modes, by its access list.
 *
 * On Windows the first directory that is made gets a list of its own, and all below inherits it. What
 * cannot be checked is said to be unknown: `icacls` of Wine, for example, does nothing and succeeds.
 *
 * @module
 */
import { fileReason } from "../../base/file_fault.ts";
import { joinPath, nativePath } from "../../base/files/join_path.ts";
import {
  type Account,
  type Outsider,
  outsidersIn,
  ownArguments,
  ownersOf,
  parseAccount,
  parseSaved,
  protectArguments,
  protectLine,
  saveArguments,
} from "./access_list.ts";
import { windowsTool } from "./windows_tool.ts";

/** Who else may use a directory of ours, or something in it. */
export type FolderAccess =
  | { readonly kind: "private" | "absent" }
  | { readonly kind: "open"; readonly path: string; readonly outsiders: readonly Outsider[] }
  | { readonly kind: "unknown"; readonly reason: string };

/** Permission bits of those who are neither the owner nor in the group. */
const OTHERS = 0o007;

/** Makes a directory, and those above it, for its owner alone; nothing if it is there. */
export async function makePrivateFolder(path: string, mode = 0o700): Promise<void> {
  if (Deno.build.os === "windows") makePrivateFolderSync(path);
  else await Deno.mkdir(path, { recursive: true, mode });
}

/** Does what {@linkcode makePrivateFolder} does, at once. */
export function makePrivateFolderSync(path: string, mode = 0o700): void {
  if (Deno.build.os !== "windows") return Deno.mkdirSync(path, { recursive: true, mode });
  const first = firstMissing(path);
  Deno.mkdirSync(path, { recursive: true });
  if (first !== null) protectFolder(first);
}

/**
 * Gives a directory of Windows to its owners alone. Where it cannot, the directory has the rights of
 * the one above it, which {@linkcode folderAccess} tells.
 */
export function protectFolder(path: string): void {
  // The service has given up this permission, and has made what it needs before.
  if (Deno.permissions.querySync({ name: "run" }).state !== "granted") return;
  const owners = folderOwners(path);
  // An owner can always change the list: somebody may have made the directory before.
  if (isSystems(path) && ownAccount().isElevated) runTool("icacls", ownArguments(path));
  runTool("icacls", protectArguments(path, owners));
}

/** Returns the line that gives a directory of Windows to its owners alone. */
export function protectionOf(path: string): string {
  return protectLine(path, folderOwners(path));
}

/** Returns who else may use the directory `path` of Windows, or anything in it. */
export function folderAccess(path: string): FolderAccess {
  if (firstMissing(path) !== null) return { kind: "absent" };
  const file = Deno.makeTempFileSync({ prefix: "httpcfg-acl-" });
  try {
    const failure = runTool("icacls", saveArguments(path, file));
    if (failure !== null) return { kind: "unknown", reason: failure };
    const lists = parseSaved(Deno.readFileSync(file));
    if (lists === null) return { kind: "unknown", reason: "icacls has not written a list" };
    return openOf(path, lists, folderOwners(path));
  } catch (error) {
    return { kind: "unknown", reason: fileReason(error) };
  } finally {
    Deno.removeSync(file);
  }
}

function openOf(
  path: string,
  lists: NonNullable<ReturnType<typeof parseSaved>>,
  owners: readonly string[],
): FolderAccess {
  for (const { name, sddl } of lists) {
    const outsiders = outsidersIn(sddl, owners);
    if (outsiders === null) return { kind: "unknown", reason: `icacls has written "${sddl}"` };
    if (outsiders.length === 0) continue;
    // Names begin with that of the directory itself.
    const below = name.split("\\").slice(1);
    return { kind: "open", path: joinPath(path, ...below), outsiders };
  }
  return { kind: "private" };
}

/**
 * Reports whether only the owner and the group, on Windows the owners, may use the file; null if
 * that cannot be told.
 */
export function isPrivateFile(path: string): boolean | null {
  if (Deno.build.os !== "windows") return ((Deno.statSync(path).mode ?? 0) & OTHERS) === 0;
  const { kind } = folderAccess(path);
  return kind === "unknown" ? null : kind !== "open";
}

/** Returns the topmost directory of `path` that does not exist; null if all do. */
function firstMissing(path: string): string | null {
  let missing: string | null = null;
  for (let at = path;; at = at.slice(0, at.lastIndexOf("\\"))) {
    try {
      Deno.statSync(at);
      return missing;
    } catch {
      missing = at;
    }
    if (!at.includes("\\")) return missing;
  }
}

function folderOwners(path: string): string[] {
  return ownersOf(ownAccount(), isSystems(path));
}

/** Reports whether `path` is in the home of the system. */
function isSystems(path: string): boolean {
  const data = nativePath(Deno.env.get("ProgramData") ?? "C:\\ProgramData", "windows");
  const system = joinPath(data, "httpcfg").toLowerCase();
  return `${path}\\`.toLowerCase().startsWith(`${system}\\`);
}

let account: Account | null = null;

function ownAccount(): Account {
  return account ??= readAccount();
}

function readAccount(): Account {
  try {
    const { stdout } = new Deno.Command(windowsTool("whoami"), {
      args: ["/all", "/fo", "csv", "/nh"],
      stdin: "null",
      stderr: "null",
    }).outputSync();
    return parseAccount(new TextDecoder("latin1").decode(stdout));
  } catch {
    return { sid: null, isElevated: false };
  }
}

/** Runs a tool of Windows; returns why it failed, null if it says that it did not. */
function runTool(name: "icacls", args: readonly string[]): string | null {
  const path = windowsTool(name);
  try {
    const { success, code } = new Deno.Command(path, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return success ? null : `${name} has failed with ${code}`;
  } catch (error) {
    return `${path} cannot be run: ${fileReason(error)}`;
  }
}
