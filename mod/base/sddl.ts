/**
 * The discretionary access control list of an SDDL string, `D:(A;;GX;;;WD)`, and whom it allows to
 * register a URL.
 *
 * POSIX users and groups have the SIDs that Samba gives them: `S-1-22-1-UID` and `S-1-22-2-GID`.
 * Administrators (`BA`) and LocalSystem (`SY`) are uid 0; Everyone (`WD`), Authenticated Users
 * (`AU`) and Users (`BU`) are every local user. Source of the rights: "HTTP.SYS urlacl"; GX
 * registers, GW delegates.
 *
 * Text that is not a descriptor gives 1338, a list that cannot be parsed gives 1336
 * (ARCHITECTURE.md, "Decisions").
 *
 * @module
 */
import { quote } from "./fault.ts";
import { Problem } from "./problem.ts";
import { WIN32 } from "./win32.ts";

/** An access control entry. Order matters: the first entry that mentions a right decides. */
interface Ace {
  readonly allow: boolean;
  /** Bits of {@linkcode RIGHT}. */
  readonly rights: number;
  readonly sid: string;
}

export const RIGHT = { register: 1, delegate: 2, read: 4 } as const;

/** A local user as the list sees it. */
export interface Caller {
  readonly uid: number;
  readonly gids: readonly number[];
  /** An administrator other than root: the user that the service runs as. */
  readonly isAdministrator?: boolean;
}

/** Well-known SIDs by their two-letter names. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["WD", "S-1-1-0"],
  ["AU", "S-1-5-11"],
  ["BU", "S-1-5-32-545"],
  ["BA", "S-1-5-32-544"],
  ["SY", "S-1-5-18"],
  ["LS", "S-1-5-19"],
  ["NS", "S-1-5-20"],
  ["IU", "S-1-5-4"],
  ["NU", "S-1-5-2"],
  ["SU", "S-1-5-6"],
  ["AN", "S-1-5-7"],
  ["BG", "S-1-5-32-546"],
  ["PU", "S-1-5-32-547"],
  ["CO", "S-1-3-0"],
  ["CG", "S-1-3-1"],
  ["OW", "S-1-3-4"],
  ["RC", "S-1-5-12"],
]);

const EVERY_LOCAL_USER: ReadonlySet<string> = new Set(["S-1-1-0", "S-1-5-11", "S-1-5-32-545"]);
const ROOT_ONLY: ReadonlySet<string> = new Set(["S-1-5-32-544", "S-1-5-18"]);

const { register, delegate, read } = RIGHT;
const GENERIC_RIGHTS: ReadonlyMap<string, number> = new Map([
  ["GA", register | delegate | read],
  ["GX", register],
  ["GW", delegate],
  ["GR", read],
]);
/** Rights that are valid in SDDL but have no meaning for a URL reservation. */
const OTHER_RIGHTS: ReadonlySet<string> = new Set(
  "RC SD WD WO RP WP CC DC LC SW LO DT CR FA FR FW FX KA KR KW KX".split(" "),
);
/** Bits of the generic rights in a number, high to low: GENERIC_READ, _WRITE, _EXECUTE, _ALL. */
const GENERIC_BITS = [[0x8, read], [0x4, delegate], [0x2, register], [
  0x1,
  register | delegate | read,
]] as const;

const DESCRIPTOR = /^(?:O:[^:()]+?)?(?:G:[^:()]+?)?D:([A-Z]*)((?:\([^()]*\))*)$/;
const ACE_FLAGS = /^(?:OI|CI|NP|IO|ID|SA|FA)*$/;
const LIST_FLAGS = /^(?:P|AI|AR)*$/;
const SID = /^S-1(?:-(?:0|[1-9][0-9]{0,9})){2,15}$/;

/** Returns the SID that a trustee of SDDL is; the text itself if it is one, or an unknown name. */
export function fullSid(trustee: string): string {
  return ALIASES.get(trustee) ?? trustee;
}

/** Parses the entries of `text`, in order. */
export function parseSddl(text: string): readonly Ace[] | Problem {
  const match = DESCRIPTOR.exec(text.toUpperCase());
  if (match === null) return problem("not of the form D:(…)", WIN32.INVALID_SECURITY_DESCR);
  const [, flags = "", list = ""] = match;
  if (!LIST_FLAGS.test(flags)) return problem(`unknown flags ${quote(flags)}`, WIN32.INVALID_ACL);
  const aces = list.split(")").slice(0, -1).map((part) => parseAce(part.slice(1)));
  return aces.includes(null)
    ? problem("invalid access control entry", WIN32.INVALID_ACL)
    : aces.filter((ace) => ace !== null);
}

function problem(reason: string, code: number): Problem {
  return new Problem(reason, { code });
}

function parseAce(text: string): Ace | null {
  const fields = text.split(";");
  const [type = "", flags = "", rights = "", object = "", inherited = "", trustee = ""] = fields;
  const bits = parseRights(rights);
  const full = fullSid(trustee);
  const sid = SID.test(full) ? full : null;
  if (fields.length !== 6 || object !== "" || inherited !== "") return null;
  if ((type !== "A" && type !== "D") || !ACE_FLAGS.test(flags)) return null;
  if (bits === null || sid === null) return null;
  return { allow: type === "A", rights: bits, sid };
}

function parseRights(text: string): number | null {
  if (/^0X[0-9A-F]{1,8}$/.test(text)) {
    const top = Math.floor(Number(`0x${text.slice(2)}`) / 0x10000000);
    return GENERIC_BITS.reduce((bits, [bit, right]) => (top & bit) !== 0 ? bits | right : bits, 0);
  }
  if (text === "" || text.length % 2 !== 0) return null;
  let bits = 0;
  for (let i = 0; i < text.length; i += 2) {
    const name = text.slice(i, i + 2);
    const right = GENERIC_RIGHTS.get(name);
    if (right === undefined && !OTHER_RIGHTS.has(name)) return null;
    bits |= right ?? 0;
  }
  return bits;
}

/** Reports whether `caller` has every right in `rights`; a right that no entry grants is denied. */
export function isGranted(aces: readonly Ace[], rights: number, caller: Caller): boolean {
  let missing = rights;
  for (const ace of aces) {
    if ((ace.rights & missing) === 0 || !isMember(ace.sid, caller)) continue;
    if (!ace.allow) return false;
    missing &= ~ace.rights;
    if (missing === 0) return true;
  }
  return missing === 0;
}

function isMember(sid: string, caller: Caller): boolean {
  if (EVERY_LOCAL_USER.has(sid)) return true;
  if (ROOT_ONLY.has(sid)) return caller.uid === 0 || caller.isAdministrator === true;
  if (sid === `S-1-22-1-${caller.uid}`) return true;
  return caller.gids.some((gid) => sid === `S-1-22-2-${gid}`);
}

/** Returns the list that `netsh http add urlacl user= listen= delegate=` makes of its options. */
export function formatSddl(sid: string, rights: number): string {
  const all = register | delegate;
  const letters = (rights & all) === all ? "GA" : (rights & delegate) !== 0 ? "GW" : "GX";
  return `D:(A;;${letters};;;${shortSid(sid)})`;
}

/**
 * Returns the two-letter name of `sid`, as ConvertSecurityDescriptorToStringSecurityDescriptor
 * writes it; `sid` itself if it has none.
 */
function shortSid(sid: string): string {
  for (const [letters, full] of ALIASES) {
    if (full === sid) return letters;
  }
  return sid;
}
