/**
 * Edge: accounts of this machine and their SIDs, in both directions. Well-known names as Windows shows
 * them; users and groups of POSIX from /etc/passwd and /etc/group, with the SIDs that Samba gives them.
 *
 * @module
 */

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

/** The files that say who there is; tests pass their own. */
export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
}

/** Reads the account files; "" for one that is not there. */
export function readAccountFiles(): AccountFiles {
  return { passwd: readOrEmpty("/etc/passwd"), group: readOrEmpty("/etc/group") };
}

/** The SID of an account name, with or without its domain, or of a SID; null where nobody has it. */
export function sidOfAccount(text: string, files: AccountFiles): string | null {
  const wanted = text.toLowerCase().replace(/^(?:\\|\.\\)/, "");
  for (const [sid, name] of WELL_KNOWN) {
    const full = name.toLowerCase().replace(/^\\/, "");
    if (wanted === full || wanted === full.slice(full.indexOf("\\") + 1)) return sid;
  }
  if (/^s-1(?:-[0-9]+){2,15}$/.test(wanted)) return wanted.toUpperCase();
  const plain = text.replace(/^(?:\\|\.\\)/, "");
  const user = plain.replace(/^unix user\\/i, "");
  const group = plain.replace(/^unix group\\/i, "");
  const uid = user === plain && group !== plain ? null : idOf(files.passwd, user);
  if (uid !== null) return `S-1-22-1-${uid}`;
  const gid = user === plain ? idOf(files.group, group) : null;
  return gid === null ? null : `S-1-22-2-${gid}`;
}

/** The name of a SID with its domain; null where nobody has it. */
export function accountOfSid(sid: string, files: AccountFiles): string | null {
  const known = WELL_KNOWN.find(([other]) => other === sid);
  if (known !== undefined) return known[1];
  const match = /^S-1-22-([12])-([0-9]+)$/.exec(sid);
  if (match === null) return null;
  const isUser = match[1] === "1";
  const name = nameOf(isUser ? files.passwd : files.group, match[2]!);
  return name === null ? null : `${isUser ? USER_DOMAIN : GROUP_DOMAIN}${name}`;
}

function idOf(file: string, name: string): string | null {
  return rows(file).find(([own]) => own === name)?.[2] ?? null;
}

function nameOf(file: string, id: string): string | null {
  return rows(file).find(([, , own]) => own === id)?.[0] ?? null;
}

function rows(file: string): string[][] {
  return file.split("\n").filter((line) => line.includes(":")).map((line) => line.split(":"));
}

function readOrEmpty(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // a system without such files has no such accounts
  }
}
