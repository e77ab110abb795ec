/**
 * Maps accounts of this machine to SIDs and back. Well-known names are as Windows shows them; POSIX
 * users and groups have the SIDs that Samba gives them.
 *
 * @module
 */
import { quote } from "../base/fault.ts";
import { nearestName } from "../base/hints/nearest.ts";
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

/** The accounts of this machine, and its name, which is also that of their domain. */
export interface Accounts extends LocalUsers {
  readonly host: string;
}

/** An account that is none, and one that its name is like. */
interface NoAccount {
  /** The end of a sentence. */
  readonly reason: string;
  /** The name of an account; null if none is like it. */
  readonly near: string | null;
}

/** The SID of an account, or why there is none. */
type FoundAccount = { readonly sid: string } | NoAccount;

/**
 * Finds the account of a name, with or without its domain, or of a SID. The domain of this machine
 * is its name, or a full stop; names of domains are compared without regard to case.
 */
export function findAccount(text: string, accounts: Accounts): FoundAccount {
  const known = wellKnown(text.replace(/^\\/, ""));
  if (known !== undefined) return { sid: known };
  if (/^s-1(?:-[0-9]+){2,15}$/i.test(text)) return { sid: text.toUpperCase() };
  const slash = text.indexOf("\\");
  const [domain, name] = [text.slice(0, Math.max(slash, 0)), text.slice(slash + 1)];
  const kind = kindOf(domain, accounts.host);
  if (kind === null) return foreignDomain(domain, name, accounts);
  const user = kind === "group" ? undefined : accounts.users.find((one) => one.name === name);
  if (user !== undefined) return { sid: `S-1-22-1-${user.uid}` };
  const group = kind === "user" ? undefined : accounts.groups.find((one) => one.name === name);
  if (group !== undefined) return { sid: `S-1-22-2-${group.gid}` };
  // A well-known name counts as one of this machine only where no user has it.
  const own = kind === "any" && domain !== "" ? wellKnown(name) : undefined;
  if (own !== undefined) return { sid: own };
  const what = kind === "any" ? "user or group" : kind;
  return {
    reason: `this machine has no ${what} ${quote(name)}`,
    near: nearestName(name, namesOf(accounts)),
  };
}

function wellKnown(text: string): string | undefined {
  const wanted = text.toLowerCase();
  return WELL_KNOWN.find(([, name]) => {
    const full = name.toLowerCase().replace(/^\\/, "");
    return wanted === full || wanted === full.slice(full.indexOf("\\") + 1);
  })?.[0];
}

/** Returns what may have a name in `domain`; null for a domain that is not of this machine. */
function kindOf(domain: string, host: string): "any" | "user" | "group" | null {
  const wanted = domain.toLowerCase();
  const names = ["", ".", "localhost", host.toLowerCase(), host.toLowerCase().replace(/\..*$/, "")];
  if (names.includes(wanted)) return "any";
  if (`${wanted}\\` === USER_DOMAIN.toLowerCase()) return "user";
  return `${wanted}\\` === GROUP_DOMAIN.toLowerCase() ? "group" : null;
}

function foreignDomain(domain: string, name: string, accounts: Accounts): NoAccount {
  const isOfSystem = /^(?:nt authority|builtin)$/i.test(domain);
  return {
    reason: isOfSystem
      ? `${quote(domain)} has no account ${quote(name)} here`
      : `${quote(domain)} is no domain of this machine, which is ${quote(accounts.host)}`,
    near: namesOf(accounts).includes(name) ? name : nearestName(name, namesOf(accounts)),
  };
}

function namesOf({ users, groups }: LocalUsers): string[] {
  return [...users, ...groups].map(({ name }) => name);
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
