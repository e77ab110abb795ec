/**
 * What whoever starts a service as root should know.
 *
 * @module
 */
import type { Notice } from "../../../admin/admin_io.ts";
import type { CommandIo } from "../command.ts";

/**
 * Returns the notice that the service of this user runs as root; none for any other user. On macOS
 * there may be no way around it: a port below 1024 on a single address is root's.
 */
export function rootNotices({ uid, os }: Pick<CommandIo, "uid" | "os">): Notice[] {
  if (uid !== 0) return [];
  const text = "the service runs as root, and stays root";
  if (os === "darwin") return [{ kind: "note", text }];
  const hint = "httpcfg service install | sh"; // as a user of its own
  return [{ kind: "note", text, hint }];
}
