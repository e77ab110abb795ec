/**
 * Edge: getent. Who calls this program, for the history.
 *
 * The user is whom the system says that the process belongs to. The environment is asked only where
 * it cannot lie about another user: root may write what it likes anyway, and `USER` is absent under
 * cron and systemd, and anybody's choice elsewhere.
 *
 * @module
 */
import { parseLocalUsers, readLocalUsers } from "../../host/sharing/local_users.ts";

/** Where the names of users come from. */
interface CallerContext {
  readonly uid: number | null;
  env(name: string): string | undefined;
}

/**
 * Returns the user in front of the machine: who called sudo, if this is root, else the user of this
 * process; the user id if it has no name.
 */
export async function callerName(
  { uid, env }: CallerContext,
  nameOf: (uid: number) => Promise<string | null> = userName,
): Promise<string> {
  if (uid === null) return env("USERNAME") ?? "?";
  const caller = uid === 0 ? env("SUDO_USER") : undefined;
  return caller || await nameOf(uid) || String(uid);
}

/** Returns the name of a user; null if it has none. */
async function userName(uid: number): Promise<string | null> {
  const { users } = await readLocalUsers();
  return users.find((user) => user.uid === uid)?.name ?? await askDirectory(uid);
}

/** Asks the system's directory services (LDAP, SSSD), which may know more users than the file. */
async function askDirectory(uid: number): Promise<string | null> {
  try {
    const { stdout } = await new Deno.Command("getent", {
      args: ["passwd", String(uid)],
      stdin: "null",
      stderr: "null",
    }).output();
    return parseLocalUsers(new TextDecoder().decode(stdout), "").users[0]?.name ?? null;
  } catch {
    return null; // no getent, as on macOS
  }
}
