/**
 * Edge: the tools of Windows that this program starts, by their whole path: what else has such a name
 * on the PATH is none of Windows.
 *
 * @module
 */
import { joinPath, nativePath } from "../../base/files/join_path.ts";

export type WindowsTool =
  | "cmd"
  | "icacls"
  | "netsh"
  | "netstat"
  | "schtasks"
  | "tasklist"
  | "whoami";

/** Returns the path of a tool. */
export function windowsTool(name: WindowsTool): string {
  const root = nativePath(Deno.env.get("SystemRoot") ?? "C:\\Windows", "windows");
  return joinPath(root, "System32", `${name}.exe`);
}
