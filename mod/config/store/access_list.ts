/**
 * Who may use a directory on Windows, where files have no modes: the list that one of ours is given,
 * and what a list that is there allows. Pure.
 *
 * `icacls` is told SIDs, and its `/save` writes SDDL, because names of accounts and what it prints
 * are in the language of the system.
 *
 * @module
 */
import { fullSid } from "../../base/sddl.ts";

/**
 * The account that the installed service runs as: LOCAL SERVICE, which has few rights, no password and
 * no network identity.
 */
export const SERVICE_SID = "S-1-5-19";
const SYSTEM_SID = "S-1-5-18";
const ADMINISTRATORS_SID = "S-1-5-32-544";

/** Who runs this program. */
export interface Account {
  /** Null if the system does not say. */
  readonly sid: string | null;
  /** Has the rights of an administrator, not only the membership. */
  readonly isElevated: boolean;
}

/** Somebody whom a list gives a right, and who should have none. */
export interface Outsider {
  readonly sid: string;
  readonly may: "read" | "change";
}

/** One file or directory of what `icacls /save` has written. */
interface SavedList {
  readonly name: string;
  readonly sddl: string;
}

/**
 * Returns whom a directory of ours belongs to: the system, its administrators and, in the home of
 * the system, the service. `account` is one of them only where it is no administrator, because a
 * home that it makes would be closed to itself.
 */
export function ownersOf(account: Account, isSystems: boolean): string[] {
  const service = isSystems ? [SERVICE_SID] : [];
  const own = account.sid !== null && !(isSystems && account.isElevated) ? [account.sid] : [];
  return [...new Set([SYSTEM_SID, ADMINISTRATORS_SID, ...service, ...own])];
}

/** Returns the arguments of icacls that give a directory, and all below it, to `owners` alone. */
export function protectArguments(folder: string, owners: readonly string[]): string[] {
  const grants = owners.map((sid) => `*${sid}:(OI)(CI)F`);
  return [folder, "/inheritance:r", "/grant:r", ...grants];
}

/** Returns the arguments of icacls that make a directory, and all below it, the administrators'. */
export function ownArguments(folder: string): string[] {
  return [folder, "/setowner", `*${ADMINISTRATORS_SID}`, "/T", "/C", "/Q"];
}

/** Returns the arguments of icacls that write the lists of a directory, and all below it, to a file. */
export function saveArguments(folder: string, file: string): string[] {
  return [folder, "/save", file, "/T", "/C", "/Q"];
}

/** Returns the line that an administrator types for {@linkcode protectArguments}. */
export function protectLine(folder: string, owners: readonly string[]): string {
  const [, ...words] = protectArguments(folder, owners);
  return ["icacls", `"${folder}"`, ...words.map((word) => /[*()]/.test(word) ? `"${word}"` : word)]
    .join(" ");
}

/**
 * Returns the account that `whoami /all` shows; its SIDs are all that is the same in each language.
 * The first is the user's; a process of an administrator has a high integrity level.
 */
export function parseAccount(text: string): Account {
  const sids = text.match(/\bS-1(?:-[0-9]+)+\b/g) ?? [];
  return {
    sid: sids[0] ?? null,
    isElevated: sids.some((sid) => HIGH_INTEGRITY.includes(sid)),
  };
}

/** High, and that of the system. */
const HIGH_INTEGRITY: readonly string[] = ["S-1-16-12288", "S-1-16-16384"];

/** Parses what `icacls /save` has written; null if it is something else, or nothing. */
export function parseSaved(bytes: Uint8Array): SavedList[] | null {
  const text = new TextDecoder(bytes.includes(0) ? "utf-16le" : "utf-8").decode(bytes);
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  if (lines.length === 0 || lines.length % 2 !== 0) return null;
  const saved: SavedList[] = [];
  for (let i = 0; i < lines.length; i += 2) {
    const sddl = lines[i + 1]!;
    if (!/^[OGDS]:/.test(sddl)) return null;
    saved.push({ name: lines[i]!, sddl });
  }
  return saved;
}

/**
 * Returns who may read or change something with the list `sddl`, other than `owners`; null if it
 * cannot be told. What denies a right is not counted: a list of ours denies nothing.
 */
export function outsidersIn(sddl: string, owners: readonly string[]): Outsider[] | null {
  const [, flags, list] = /^[^(]*?D:([A-Z_]*)(.*)$/s.exec(sddl) ?? [];
  if (flags === undefined || list === undefined) return null;
  if (flags.endsWith("NO_ACCESS_CONTROL")) return [{ sid: EVERYONE, may: "change" }];
  const entries = entriesOf(list);
  if (entries === null) return null;
  const found = new Map<string, Outsider["may"]>();
  for (const entry of entries) {
    const [type = "", , rights = "", , , trustee = ""] = entry.split(";");
    if (!ALLOWING.includes(type)) continue;
    const sid = fullSid(trustee);
    const may = useOf(rights);
    if (may === null || isTrusted(sid, owners)) continue;
    if (may === "change" || !found.has(sid)) found.set(sid, may);
  }
  return [...found].map(([sid, may]) => ({ sid, may }));
}

/**
 * Splits `(A;…)(A;…)`, which the list of audits may follow. A condition at the end of an entry has
 * parentheses of its own.
 */
function entriesOf(list: string): string[] | null {
  const entries: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < list.length; i++) {
    if (depth === 0 && list.startsWith("S:", i)) return entries;
    if (list[i] === "(" && depth++ === 0) start = i + 1;
    else if (list[i] === ")" && --depth === 0) entries.push(list.slice(start, i));
    else if (depth <= 0) return null;
  }
  return depth === 0 ? entries : null;
}

/** Entries that give a right: plain, of an object, and with a condition. */
const ALLOWING: readonly string[] = ["A", "OA", "XA", "ZA"];
const EVERYONE = "S-1-1-0";

/** Those who can have every right anyway, or are the owner of the file. */
function isTrusted(sid: string, owners: readonly string[]): boolean {
  return owners.includes(sid) || TRUSTED.includes(sid) || TRUSTED_PATTERN.test(sid);
}

const TRUSTED: readonly string[] = [
  SYSTEM_SID,
  ADMINISTRATORS_SID,
  "S-1-3-0", // whoever creates something
  "S-1-3-4", // the owner
  "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464", // the installer of Windows
  // Administrators, as SDDL names those of a domain that it does not say.
  "LA",
  "DA",
  "EA",
];
/** The administrator of a machine, and those of a domain and of a forest. */
const TRUSTED_PATTERN = /^S-1-5-21-[0-9]+-[0-9]+-[0-9]+-(?:500|512|519)$/;

/** Rights by their two letters, as bits of an access mask. */
const MASKS: Readonly<Record<string, number>> = {
  GA: 0x10000000,
  GX: 0x20000000,
  GW: 0x40000000,
  GR: 0x80000000,
  FA: 0x1f01ff,
  FR: 0x120089,
  FW: 0x120116,
  FX: 0x1200a0,
  SD: 0x10000,
  RC: 0x20000,
  WD: 0x40000,
  WO: 0x80000,
  CC: 0x1,
  DC: 0x2,
  LC: 0x4,
  SW: 0x8,
  RP: 0x10,
  WP: 0x20,
  DT: 0x40,
  LO: 0x80,
  CR: 0x100,
};
/** Reads what a file contains, or which files a directory has. */
const READS = 0x1 | 0x10000000 | 0x80000000;
/** Writes, adds, removes, or gives itself the right to. */
const CHANGES = 0x2 | 0x4 | 0x40 | 0x10000 | 0x40000 | 0x80000 | 0x10000000 | 0x40000000;

/** Returns what the rights of an entry allow that matters; null if nothing. */
function useOf(rights: string): Outsider["may"] | null {
  const mask = maskOf(rights);
  if ((mask & CHANGES) !== 0) return "change";
  return (mask & READS) !== 0 ? "read" : null;
}

/** Returns the access mask; one that is not understood has every right. */
function maskOf(rights: string): number {
  if (/^0x[0-9a-f]{1,8}$/i.test(rights)) return Number(rights);
  const letters = rights.match(/../g) ?? [];
  if (letters.join("") !== rights) return MASKS["FA"]!;
  return letters.reduce((mask, two) => mask | (MASKS[two] ?? MASKS["FA"]!), 0);
}

/** What well-known groups are called in English, for those who cannot read SIDs. */
const NAMES: ReadonlyMap<string, string> = new Map([
  [EVERYONE, "Everyone"],
  ["S-1-5-7", "Anonymous"],
  ["S-1-5-4", "Interactive"],
  ["S-1-5-2", "Network"],
  ["S-1-5-6", "Service"],
  ["S-1-5-11", "Authenticated Users"],
  ["S-1-5-19", "Local Service"],
  ["S-1-5-20", "Network Service"],
  ["S-1-5-32-545", "Users"],
  ["S-1-5-32-546", "Guests"],
  ["S-1-5-32-547", "Power Users"],
]);

/** Returns `outsiders` as the end of a sentence: `Users (S-1-5-32-545) may read it`. */
export function outsidersText(outsiders: readonly Outsider[]): string {
  const of = (may: Outsider["may"]): string => {
    return outsiders.filter((one) => one.may === may).map(({ sid }) => {
      const name = NAMES.get(sid);
      return name === undefined ? sid : `${name} (${sid})`;
    }).join(", ");
  };
  const [readers, changers] = [of("read"), of("change")];
  return [
    ...(changers === "" ? [] : [`${changers} may read and change it`]),
    ...(readers === "" ? [] : [`${readers} may read it`]),
  ].join("; ");
}
