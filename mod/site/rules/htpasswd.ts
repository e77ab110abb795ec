/**
 * An htpasswd file: a line `user:hash` for each user, where the hash is bcrypt's, as `htpasswd -B`
 * writes it. Pure.
 *
 * Other hashes are not read: MD5, SHA-1 and crypt are guessed by the billion in a second, and a
 * password in the clear needs no guess. Who has such a line cannot log in, and `site set` names it.
 *
 * @module
 */

/** A file, read. */
export interface Passwords {
  /** The hash of each user. */
  readonly hashes: ReadonlyMap<string, string>;
  /** What takes as long to verify as the hash of a user, for a user who is not there. */
  readonly decoy: string;
  /** The lines that cannot be used, from 1, and why. */
  readonly problems: readonly { readonly line: number; readonly reason: string }[];
}

const BCRYPT = /^\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}$/;
/** 2 to the power of it are the rounds: 16 take half a minute, and 31 a week. */
const COST = { min: 4, max: 16, usual: 10 } as const;
const DECOY = "abcdefghijklmnopqrstuuKyG6tXwMW3DJ4GvPUIYWBPlLbTpTdOe";
const USER_MAX = 255;

/** Reads the text of a file. Of two lines for one user the first counts, as for Apache. */
export function parseHtpasswd(text: string): Passwords {
  const hashes = new Map<string, string>();
  const problems: { line: number; reason: string }[] = [];
  const costs = new Map<number, number>();
  for (const [i, raw] of text.split("\n").entries()) {
    const line = raw.replace(/\r$/, "");
    if (line.trim() === "" || line.startsWith("#")) continue;
    const found = parseLine(line);
    const reason = typeof found === "string"
      ? found
      : hashes.has(found.user)
      ? "the user has a line above"
      : null;
    if (reason !== null || typeof found === "string") {
      problems.push({ line: i + 1, reason: reason ?? "" });
      continue;
    }
    hashes.set(found.user, found.hash);
    costs.set(found.cost, (costs.get(found.cost) ?? 0) + 1);
  }
  const [[usual = COST.usual] = []] = [...costs].sort(([, a], [, b]) => b - a);
  return { hashes, decoy: `$2b$${`${usual}`.padStart(2, "0")}$${DECOY}`, problems };
}

function parseLine(
  line: string,
): { readonly user: string; readonly hash: string; readonly cost: number } | string {
  const [user = "", hash] = line.split(":");
  if (hash === undefined) return "expected user:hash";
  if (user === "" || user.length > USER_MAX || /\p{Cc}/u.test(user)) return "not a valid user name";
  const [, digits] = BCRYPT.exec(hash) ?? [];
  if (digits === undefined) return `${kindOfHash(hash)}, where only bcrypt is accepted`;
  const cost = Number(digits);
  if (cost < COST.min || cost > COST.max) {
    return `bcrypt with a cost of ${cost}, where ${COST.min} to ${COST.max} are accepted`;
  }
  return { user, hash, cost };
}

function kindOfHash(hash: string): string {
  if (/^\$2[a-z]?\$/.test(hash)) return "a damaged bcrypt hash";
  if (hash.startsWith("$apr1$") || hash.startsWith("$1$")) return "an MD5 hash";
  if (/^\{S?SHA\}/i.test(hash)) return "a SHA-1 hash";
  if (/^\$[56]\$/.test(hash)) return "a SHA-2 crypt hash";
  if (/^[./A-Za-z0-9]{13}$/.test(hash)) return "a crypt hash";
  return "a password in the clear, or an unknown hash";
}
