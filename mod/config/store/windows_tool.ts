/**
 * Edge: the tools of Windows that this program starts, by their whole path: what else has such a name
 * on the PATH is none of Windows.
 *
 * @module
 */
import { joinPath, nativePath } from "../../base/files/join_path.ts";

/** Returns the path of a tool. */
export function windowsTool(name: "cmd" | "icacls" | "netstat" | "tasklist" | "whoami"): string {
  const root = nativePath(Deno.env.get("SystemRoot") ?? "C:\\Windows", "windows");
  return joinPath(root, "System32", `${name}.exe`);
}
