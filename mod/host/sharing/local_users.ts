/**
 * Edge: the users and groups of this machine, from /etc/passwd and /etc/group.
 *
 * Covered: the accounts in these files. Not covered: accounts that only a directory service knows
 * (LDAP, SSSD).
 *
 * @module
 */

/** A user; several may have the same id. */
interface LocalUser {
  readonly name: string;
  readonly uid: number;
  /** The user's primary group; null if the file has none. */
  readonly gid: number | null;
}

/** A group, with its members other than the users whose primary group it is. */
interface LocalGroup {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** All users and groups, in the order of the files. */
export interface LocalUsers {
  readonly users: readonly LocalUser[];
  readonly groups: readonly LocalGroup[];
}

/**
 * Reads both files; a system without them has no such accounts. On Windows the paths would be those
 * of files that anybody may have made in the root of a drive.
 */
export async function readLocalUsers(): Promise<LocalUsers> {
  if (Deno.build.os === "windows") return parseLocalUsers("", "");
  return parseLocalUsers(await readOrEmpty("/etc/passwd"), await readOrEmpty("/etc/group"));
}

/** Parses the texts of the two files, in the formats of passwd(5) and group(5). */
export function parseLocalUsers(passwd: string, group: string): LocalUsers {
  const users = records(passwd).flatMap(([name = "", , uid = "", gid = ""]) => {
    return isId(uid) ? [{ name, uid: Number(uid), gid: isId(gid) ? Number(gid) : null }] : [];
  });
  const groups = records(group).flatMap(([name = "", , gid = "", members = ""]) => {
    return isId(gid) ? [{ name, gid: Number(gid), members: members.split(",") }] : [];
  });
  return { users, groups };
}

/**
 * Returns the ids of the groups of `uid`, ascending. A process that has dropped groups still counts
 * as a member of all groups of its user.
 */
export function groupsOf(uid: number, { users, groups }: LocalUsers): number[] {
  const own = users.filter((user) => user.uid === uid);
  const names = new Set(own.map(({ name }) => name));
  const gids = new Set(own.flatMap(({ gid }) => gid === null ? [] : [gid]));
  for (const { gid, members } of groups) {
    if (members.some((member) => names.has(member))) gids.add(gid);
  }
  return [...gids].sort((a, b) => a - b);
}

/** Returns the name of the user of this process, or the user id if it has no name; null on Windows. */
export async function ownUserName(): Promise<string | null> {
  const own = Deno.uid();
  if (own === null) return null;
  const { users } = await readLocalUsers();
  return users.find(({ uid }) => uid === own)?.name ?? String(own);
}

function records(text: string): string[][] {
  return text.split("\n").map((line) => line.trimEnd().split(":"));
}

function isId(text: string): boolean {
  return /^[0-9]{1,10}$/.test(text);
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return "";
  }
}
