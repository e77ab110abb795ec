/**
 * Edge: the authorities and revocation lists in a certificate store: the files `NAME.pem`, `.crt` or
 * `.cer` with certificates, and `NAME.crl`, each as PEM or DER.
 *
 * @module
 */
import { joinPath } from "../../base/files/join_path.ts";
import { fileTitle, storeFolder } from "./store_name.ts";
import { quote } from "../../base/fault.ts";
import { fileFault, tooLargeFault } from "../../base/file_fault.ts";
import { isCurrent } from "./client_verdict.ts";
import { pemBlocks } from "../../base/pem.ts";
import type { TrustedFiles } from "./client_trust.ts";
import { parseRevocationList, type RevocationList } from "./revocation_list.ts";
import { isListSignedBy } from "./signatures.ts";
import { parseX509, type X509 } from "./x509.ts";

/** Maximum size of a file that is imported: a list of 25,000 certificates. */
const IMPORT_BYTES_MAX = 1024 * 1024;
/** Maximum size of a file of a store: what was imported, as PEM. */
const TRUST_BYTES_MAX = 1.5 * IMPORT_BYTES_MAX;

/** A certificate or a list: its DER, and what that says. */
interface Parsed<T> {
  readonly der: Uint8Array;
  readonly value: T;
}

/** The authorities and revocation lists of a file. */
export interface TrustContent {
  readonly authorities: readonly Parsed<X509>[];
  readonly lists: readonly Parsed<RevocationList>[];
}

/** What a file of a store holds. */
export interface TrustFile extends TrustContent {
  readonly file: string;
  /** Why nothing of it is used; null if it is. */
  readonly problem: string | null;
}

const CERTIFICATES = /\.(?:pem|crt|cer)$/;
const LISTS = /\.crl$/;

/** Reads a file to be imported. Throws a Fault. */
export async function readImported(path: string): Promise<Uint8Array> {
  try {
    const { size: bytes } = await Deno.stat(path);
    if (bytes > IMPORT_BYTES_MAX) {
      const hint = "httpcfg help cert import";
      throw tooLargeFault("read", path, { bytes, bytesMax: IMPORT_BYTES_MAX }, hint);
    }
    return await Deno.readFile(path);
  } catch (error) {
    throw fileFault("read", path, error);
  }
}

/** Returns what `bytes` hold: the authorities among their certificates, and the revocation lists. */
export function trustIn(bytes: Uint8Array): TrustContent {
  return {
    authorities: blocksOf(bytes, "CERTIFICATE").flatMap((der) => {
      const value = parseX509(der);
      return value !== null && isAuthority(value) ? [{ der, value }] : [];
    }),
    lists: blocksOf(bytes, "X509 CRL").flatMap((der) => {
      const value = parseRevocationList(der);
      return value === null ? [] : [{ der, value }];
    }),
  };
}

/** Returns the blocks with `label` of PEM, or DER as it is. */
function blocksOf(bytes: Uint8Array, label: string): Uint8Array[] {
  const text = new TextDecoder().decode(bytes);
  return text.includes("-----BEGIN ") ? pemBlocks(text, label) : [bytes];
}

/** Returns the first certificate in `bytes`, whatever it is for; null if there is none. */
export function certificateIn(bytes: Uint8Array): X509 | null {
  const [first] = blocksOf(bytes, "CERTIFICATE");
  return first === undefined ? null : parseX509(first);
}

/** Reports whether `certificate` can vouch for others. */
export function isAuthority({ version, isCa, unknownLimit }: X509): boolean {
  return version === 3 && isCa && unknownLimit === null;
}

/** Reads the files of a store that can hold authorities or lists; none if there is no store. */
export function readTrustFiles(folder: string, store: string): TrustFile[] {
  const place = storeFolder(folder, store);
  return namesIn(place).map((name) => {
    const file = joinPath(place, name);
    const nothing = { file, authorities: [], lists: [] };
    try {
      const { size, isFile } = Deno.statSync(file);
      if (!isFile) return { ...nothing, problem: "it is not a file" };
      if (size > TRUST_BYTES_MAX) {
        return { ...nothing, problem: `it is larger than ${TRUST_BYTES_MAX} bytes` };
      }
      const found = trustIn(Deno.readFileSync(file));
      const isList = LISTS.test(name);
      if (isList && found.lists.length === 0) {
        return { ...nothing, problem: "there is no revocation list in it" };
      }
      return isList
        ? { file, authorities: [], lists: found.lists, problem: null }
        : { file, ...found, problem: null };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return { ...nothing, problem: "it is gone" };
      if (!(error instanceof Error)) throw error;
      return { ...nothing, problem: "it cannot be read" };
    }
  });
}

/** A revocation list in a store, as lists of certificates show it. */
export interface StoredList {
  readonly store: string;
  readonly file: string;
  /** The name of the file: `ca.crl`. */
  readonly name: string;
  /** When the next one is due, ISO 8601; "" if it is not said. */
  readonly notAfter: string;
  /** Why it is of no use now; null if it is. */
  readonly problem: string | null;
}

/** Returns the revocation lists of a store. */
export function revocationLists(folder: string, store: string, nowMs: number): StoredList[] {
  const files = readTrustFiles(folder, store);
  return files.filter(({ file }) => LISTS.test(file)).map((one): StoredList => {
    const { file, lists } = one;
    const due = lists.flatMap(({ value }) => value.nextUpdateMs ?? []);
    const notAfter = due.length === 0 ? "" : new Date(Math.min(...due)).toISOString();
    const others = files.filter(({ file }) => !LISTS.test(file));
    const [problem = null] = trustProblems([...others, one], nowMs)
      .filter((text) => text.includes(quote(file)));
    return { store, file, name: fileTitle(file), notAfter, problem };
  });
}

/** Removes a revocation list from its store. */
export function removeList({ file }: StoredList): void {
  try {
    Deno.removeSync(file);
  } catch (error) {
    throw fileFault("remove", file, error);
  }
}

/** Returns a text that changes when a file of the store is added, replaced, written or removed. */
export function trustStamp(folder: string, store: string): string {
  const place = storeFolder(folder, store);
  return namesIn(place).map((name) => {
    try {
      const { mtime, size, ino } = Deno.statSync(joinPath(place, name));
      return `${name} ${mtime?.getTime()} ${size} ${ino}`;
    } catch {
      return `${name} gone`;
    }
  }).join(", ");
}

/** Returns all that a store holds, from all of its files. */
export function trustOf(files: readonly TrustFile[]): TrustedFiles {
  return {
    authorities: base64Of(files.flatMap(({ authorities }) => authorities)),
    lists: base64Of(files.flatMap(({ lists }) => lists)),
    hasBrokenList: files.some(({ file, problem }) => problem !== null && LISTS.test(file)),
  };
}

function base64Of(all: readonly { readonly der: Uint8Array }[]): string[] {
  return [...new Set(all.map(({ der }) => der.toBase64()))];
}

/** Returns the authorities of `files` with the name of the issuer of `list`. */
export function issuersOf(files: readonly TrustFile[], { issuer }: RevocationList): X509[] {
  return files.flatMap(({ authorities }) => authorities)
    .flatMap(({ value }) => value.subject === issuer ? [value] : []);
}

/** Returns what is wrong with the files of a store at `nowMs`, each a sentence without a full stop. */
export function trustProblems(files: readonly TrustFile[], nowMs: number): string[] {
  return files.flatMap(({ file, lists, problem }) => {
    if (problem !== null) {
      const what = LISTS.test(file) ? ", and clients are refused (403.13)" : "";
      return [`${quote(file)} is not used: ${problem}${what}`];
    }
    return lists.flatMap(({ value }) => {
      const why = listProblem(value, issuersOf(files, value), nowMs);
      return why === null ? [] : [`the revocation list ${quote(file)} ${why}`];
    });
  });
}

function listProblem(
  list: RevocationList,
  issuers: readonly X509[],
  nowMs: number,
): string | null {
  if (issuers.length > 0 && !issuers.some((issuer) => isListSignedBy(list, issuer))) {
    return "has no valid signature of its issuer: clients of that issuer are refused (403.13)";
  }
  if (isCurrent(list, nowMs)) return null;
  const { nextUpdateMs, unknownLimit } = list;
  if (unknownLimit !== null) {
    return "is not a whole list of its issuer: clients of that issuer are refused (403.13)";
  }
  return nextUpdateMs !== null && nextUpdateMs < nowMs
    ? `is out of date since ${
      new Date(nextUpdateMs).toISOString()
    }: clients of its issuer are refused (403.13)`
    : "is not valid yet: clients of its issuer are refused (403.13)";
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => CERTIFICATES.test(name) || LISTS.test(name)).sort();
  } catch {
    return []; // which leaves nobody whose certificates would be believed
  }
}
