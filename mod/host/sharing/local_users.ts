/**
 * The groups of a local user, from /etc/passwd and /etc/group.
 *
 * Covered: the user's own group and every group that names the user in these files. Not covered: what
 * only a directory service knows (LDAP, SSSD). A process that has given groups up is still a process
 * of its user.
 *
 * @module
 */

/** Ids of the groups of `uid`, ascending; `passwd` and `group` are the texts of the two files. */
export function groupsOf(uid: number, passwd: string, group: string): number[] {
  const names = new Set<string>();
  const gids = new Set<number>();
  for (const [name = "", , id = "", gid = ""] of records(passwd)) {
    if (!isId(id) || Number(id) !== uid) continue;
    names.add(name);
    if (isId(gid)) gids.add(Number(gid));
  }
  for (const [, , gid = "", members = ""] of records(group)) {
    if (isId(gid) && members.split(",").some((member) => names.has(member))) gids.add(Number(gid));
  }
  return [...gids].sort((a, b) => a - b);
}

function records(text: string): string[][] {
  return text.split("\n").map((line) => line.trimEnd().split(":"));
}

function isId(text: string): boolean {
  return /^[0-9]{1,10}$/.test(text);
}
