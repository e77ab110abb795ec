/**
 * Maps accounts of this machine to SIDs and back. Well-known names are as Windows shows them; POSIX
 * users and groups have the SIDs that Samba gives them.
 *
 * @module
 */
import type { LocalUsers } from "../host/sharing/local_users.ts";

const WELL_KNOWN: readonly (readonly [sid: string, name: string])[] = [
  ["S-1-1-0", "\\Everyone"],
  ["S-1-5-32-544", "BUILTIN\\Administrators"],
  ["S-1-5-32-545", "BUILTIN\\Users"],
  ["S-1-5-18", "NT AUTHORITY\\SYSTEM"],
  ["S-1-5-19", "NT AUTHORITY\\LOCAL SERVICE"],
  ["S-1-5-20", "NT AUTHORITY\\NETWORK SERVICE"],
  ["S-1-5-11", "NT AUTHORITY\\Authenticated Users"],
  ["S-1-5-4", "NT AUTHORITY\\INTERACTIVE"],
  ["S-1-5-2", "NT AUTHORITY\\NETWORK"],
  ["S-1-5-7", "NT AUTHORITY\\ANONYMOUS LOGON"],
];

const USER_DOMAIN = "Unix User\\";
const GROUP_DOMAIN = "Unix Group\\";

/** Returns the SID of an account name, with or without its domain, or of a SID; null if unknown. */
export function sidOfAccount(text: string, { users, groups }: LocalUsers): string | null {
  const wanted = text.toLowerCase().replace(/^(?:\\|\.\\)/, "");
  for (const [sid, name] of WELL_KNOWN) {
    const full = name.toLowerCase().replace(/^\\/, "");
    if (wanted === full || wanted === full.slice(full.indexOf("\\") + 1)) return sid;
  }
  if (/^s-1(?:-[0-9]+){2,15}$/.test(wanted)) return wanted.toUpperCase();
  const plain = text.replace(/^(?:\\|\.\\)/, "");
  const user = plain.replace(/^unix user\\/i, "");
  const group = plain.replace(/^unix group\\/i, "");
  const isUser = user !== plain || group === plain;
  const uid = isUser ? users.find(({ name }) => name === user)?.uid : undefined;
  if (uid !== undefined) return `S-1-22-1-${uid}`;
  const gid = user === plain ? groups.find(({ name }) => name === group)?.gid : undefined;
  return gid === undefined ? null : `S-1-22-2-${gid}`;
}

/** Returns the account name of a SID, with its domain; null if unknown. */
export function accountOfSid(sid: string, { users, groups }: LocalUsers): string | null {
  const known = WELL_KNOWN.find(([other]) => other === sid);
  if (known !== undefined) return known[1];
  const match = /^S-1-22-([12])-([0-9]+)$/.exec(sid);
  if (match === null) return null;
  const id = Number(match[2]);
  if (match[1] === "1") {
    const user = users.find(({ uid }) => uid === id);
    return user === undefined ? null : `${USER_DOMAIN}${user.name}`;
  }
  const group = groups.find(({ gid }) => gid === id);
  return group === undefined ? null : `${GROUP_DOMAIN}${group.name}`;
}
