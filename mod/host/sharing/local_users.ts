/**
 * Edge: the users and groups of this machine, from /etc/passwd and /etc/group.
 *
 * Covered: what stands in these files. Not covered: what only a directory service knows (LDAP, SSSD).
 *
 * @module
 */

/** One user; several may have the same id. */
interface LocalUser {
  readonly name: string;
  readonly uid: number;
  /** The user's own group; null where the file names none. */
  readonly gid: number | null;
}

/** One group, and the names of those who are in it beside the users whose own group it is. */
interface LocalGroup {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** Everybody there is, in the order of the files. */
export interface LocalUsers {
  readonly users: readonly LocalUser[];
  readonly groups: readonly LocalGroup[];
}

/** Reads both files; a system that does not have them has no such accounts. */
export async function readLocalUsers(): Promise<LocalUsers> {
  return parseLocalUsers(await readOrEmpty("/etc/passwd"), await readOrEmpty("/etc/group"));
}

/** {@linkcode LocalUsers} of the texts of the two files, as passwd(5) and group(5) have them. */
export function parseLocalUsers(passwd: string, group: string): LocalUsers {
  const users = records(passwd).flatMap(([name = "", , uid = "", gid = ""]) => {
    return isId(uid) ? [{ name, uid: Number(uid), gid: isId(gid) ? Number(gid) : null }] : [];
  });
  const groups = records(group).flatMap(([name = "", , gid = "", members = ""]) => {
    return isId(gid) ? [{ name, gid: Number(gid), members: members.split(",") }] : [];
  });
  return { users, groups };
}

/** Ids of the groups that `uid` is in, ascending. A process that gave groups up still has its user's. */
export function groupsOf(uid: number, { users, groups }: LocalUsers): number[] {
  const own = users.filter((user) => user.uid === uid);
  const names = new Set(own.map(({ name }) => name));
  const gids = new Set(own.flatMap(({ gid }) => gid === null ? [] : [gid]));
  for (const { gid, members } of groups) {
    if (members.some((member) => names.has(member))) gids.add(gid);
  }
  return [...gids].sort((a, b) => a - b);
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
