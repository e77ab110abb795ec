/**
 * Edge: the certificate stores, directories of PEM files: `certs/MY/NAME.pem` with the certificate
 * and its chain, `certs/MY/NAME.key` with its private key (or the key in the same file).
 *
 * The thumbprint is computed from the file and never stored, so it is right after the file has been
 * replaced. A certificate is usable if its key exists and belongs to it. A file may be a symbolic
 * link, to follow what another program renews in place. There is no directory for each certificate:
 * the file name without its extension says all that a directory would.
 *
 * @module
 */
import { storeName } from "./store_name.ts";
import { Fault, quote } from "../../base/fault.ts";
import { fileFault, tooLargeFault } from "../../base/file_fault.ts";
import type { Problem } from "../../base/problem.ts";
import { replaceFile } from "../store/replace_file.ts";
import { isAuthority } from "./authority_store.ts";
import {
  certificateBlocks,
  type CertificateFacts,
  certificateFacts,
  keyBlock,
  pairProblem,
  toPkcs8,
  withFiles,
} from "./certificate.ts";
import { pemBlocks } from "../../base/pem.ts";
import { parseX509 } from "./x509.ts";

/** One certificate of a store; its facts are blank if the file contains none. */
export interface StoredCertificate extends CertificateFacts {
  /** Store name in upper case: `MY`. */
  readonly store: string;
  /** File name without its extension, the human-readable name of the certificate. */
  readonly name: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Why it cannot be served; null if it can. */
  readonly problem: string | null;
  /** Whether it is there to vouch for others, and without a key. */
  readonly isAuthority: boolean;
}

/** A certificate that was written to its store, or was there already. */
export interface PlacedCertificate extends StoredCertificate {
  readonly changed: boolean;
}

/** How one file of a store is made. */
interface FileMaker {
  make(path: string): void;
  /** Reports whether `path` is what {@linkcode make} would make. */
  isMade(path: string): boolean;
}

/** A certificate with its chain and its key as PEM, ready for TLS. */
interface CertificatePair {
  readonly hash: string;
  readonly cert: string;
  readonly key: string;
}

const CERT_EXTENSION = /\.(?:pem|crt|cer)$/;
/** Maximum size of a PEM file that is read: a long chain has some ten thousand bytes. */
const PEM_BYTES_MAX = 1024 * 1024;

/** Returns `text` if it can be the name of a certificate file, else null. */
export function certificateName(text: string): string | null {
  return /^[A-Za-z0-9*][A-Za-z0-9*_.@-]{0,127}$/.test(text) ? text : null;
}

/** Returns the certificates of one store, sorted by name; none if the directory does not exist. */
export function listCertificates(folder: string, store: string): StoredCertificate[] {
  let names: string[];
  try {
    names = [...Deno.readDirSync(`${folder}/${store}`)].map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw fileFault("read", `${folder}/${store}`, error);
  }
  return names.filter((name) => CERT_EXTENSION.test(name)).sort().map((file) => {
    return describe(folder, store, file);
  });
}

/** Returns the names of the existing stores. */
export function listStores(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)]
      .filter((entry) => entry.isDirectory && storeName(entry.name) === entry.name)
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw fileFault("read", folder, error);
  }
}

/**
 * Returns the certificate that serves a record: the file with its name, whatever certificate that
 * contains by now, else the one with its thumbprint; undefined if the store has neither. Pure.
 */
export function certificateOf(
  certificates: readonly StoredCertificate[],
  record: { readonly hash: string; readonly certName?: string | undefined },
): StoredCertificate | undefined {
  const named = certificates.find(({ name }) => name === record.certName);
  if (named !== undefined && named.hash !== "") return named;
  return certificates.find(({ hash }) => hash === record.hash) ?? named;
}

/** Returns the certificate with this thumbprint; undefined if the store has none. */
export function findCertificate(
  folder: string,
  store: string,
  hash: string,
): StoredCertificate | undefined {
  return listCertificates(folder, store).find((certificate) => certificate.hash === hash);
}

/** Reads certificate and key. Throws a Fault that names the file and what is wrong with it. */
export function readPair(certificate: {
  readonly certFile: string;
  readonly keyFile: string;
}): CertificatePair {
  const cert = readPem(certificate.certFile);
  const isOneFile = certificate.keyFile === certificate.certFile;
  const key = isOneFile ? keyBlock(cert) ?? "" : readPem(certificate.keyFile);
  const problem = pairProblem(cert, key);
  if (problem !== null) {
    const isSwapped = keyBlock(cert) !== null && certificateBlocks(key) !== "";
    const hint = isSwapped ? "httpcfg cert import --cert KEY --key CERT" : problem.hint;
    const names = certificateFacts(cert)?.names ?? [];
    const cure = withFiles({ hint }, { ...certificate, name: names[0] ?? "localhost" });
    throw pairFault("use", certificate.certFile, problem, cure);
  }
  return { hash: certificateFacts(cert)!.hash, cert: certificateBlocks(cert), key: toPkcs8(key) };
}

/**
 * Writes a certificate and its key to a store; the complete files are moved into place. Throws a
 * Fault if the two do not belong together.
 */
export function writePair(
  folder: string,
  store: string,
  name: string,
  pair: { readonly cert: string; readonly key: string },
): PlacedCertificate {
  const problem = pairProblem(pair.cert, pair.key);
  if (problem !== null) throw pairFault("import", name, problem);
  return placePair(folder, store, name, {
    cert: {
      make: (path) => Deno.writeTextFileSync(path, pair.cert, { mode: 0o644 }),
      isMade: (path) => isFile(path) && readPem(path) === pair.cert,
    },
    key: {
      make: (path) => {
        Deno.writeTextFileSync(path, pair.key, { mode: 0o600 });
        if (isOfGroup(folder)) Deno.chmodSync(path, 0o640);
      },
      isMade: (path) => isFile(path) && isPrivate(path) && readPem(path) === pair.key,
    },
  });
}

/**
 * Replaces a certificate and its key at one moment: both are in one file, which only its owner can
 * read, and which survives a power failure when this returns. Throws a Fault if the two do not belong
 * together.
 */
export async function replaceBundle(
  folder: string,
  store: string,
  name: string,
  pair: { readonly cert: string; readonly key: string },
): Promise<StoredCertificate> {
  const problem = pairProblem(pair.cert, pair.key);
  if (problem !== null) throw pairFault("store", name, problem);
  const path = `${folder}/${store}/${name}.pem`;
  try {
    await Deno.mkdir(`${folder}/${store}`, { recursive: true, mode: 0o700 });
    const mode = isOfGroup(`${folder}/${store}`) ? 0o640 : 0o600;
    await replaceFile(path, pair.cert + pair.key, { owner: null, mode });
  } catch (error) {
    throw fileFault("write", path, error);
  }
  return describe(folder, store, `${name}.pem`);
}

/**
 * Adds links to the files of a certificate to a store, so that another program can renew the files.
 */
export function linkPair(
  folder: string,
  store: string,
  name: string,
  files: { readonly certFile: string; readonly keyFile: string },
): PlacedCertificate {
  readPair(files);
  // If the files are links themselves, those are not resolved: a renewal may change their targets.
  const [cert, key] = [absolutePath(files.certFile), absolutePath(files.keyFile)];
  return placePair(folder, store, name, {
    cert: linkTo(cert),
    key: linkTo(key),
  });
}

function linkTo(target: string): FileMaker {
  return {
    make: (path) => Deno.symlinkSync(target, path),
    isMade: (path) => Deno.lstatSync(path).isSymlink && Deno.readLinkSync(path) === target,
  };
}

function isFile(path: string): boolean {
  return Deno.lstatSync(path).isFile;
}

/** Reports whether only the owner and the group may use the file. */
function isPrivate(path: string): boolean {
  return ((Deno.statSync(path).mode ?? 0) & 0o007) === 0;
}

/** Removes a certificate and its key from its store. */
export function removePair(certificate: StoredCertificate): void {
  try {
    removeIfExists(certificate.certFile);
    removeIfExists(certificate.keyFile);
  } catch (error) {
    throw fileFault("remove", certificate.certFile, error);
  }
}

function describe(folder: string, store: string, file: string): StoredCertificate {
  const certFile = `${folder}/${store}/${file}`;
  const name = file.replace(CERT_EXTENSION, "");
  const { cert, key, keyFile } = readCertAndKey(certFile, `${folder}/${store}/${name}.key`);
  const facts = cert === null ? null : certificateFacts(cert);
  const problem = cert === null
    ? "the file cannot be read"
    : pairProblem(cert, key)?.reason ?? null;
  const blank = { hash: "", subject: "", names: [], notBefore: "", notAfter: "" };
  const isAuthority = cert !== null && key === null && hasAuthority(cert);
  return { store, name, certFile, keyFile, ...(facts ?? blank), problem, isAuthority };
}

function hasAuthority(pem: string): boolean {
  return pemBlocks(pem, "CERTIFICATE").map(parseX509).some((one) => {
    return one !== null && isAuthority(one);
  });
}

/**
 * Writes a file that everybody may read to a store, or a link to `link`; reports whether it was not so
 * before.
 */
export function placePublic(
  folder: string,
  store: string,
  file: string,
  content: { readonly text: string } | { readonly link: string },
): boolean {
  const path = `${folder}/${store}/${file}`;
  const maker: FileMaker = "link" in content ? linkTo(content.link) : {
    make: (path) => Deno.writeTextFileSync(path, content.text, { mode: 0o644 }),
    isMade: (path) => isFile(path) && readPem(path) === content.text,
  };
  if (isInPlace(maker, path)) return false;
  placeFiles(folder, store, [[maker, path]], path);
  return true;
}

function readCertAndKey(
  certFile: string,
  separateKeyFile: string,
): { readonly cert: string | null; readonly key: string | null; readonly keyFile: string } {
  const cert = readOrNull(certFile);
  const inside = cert === null ? null : keyBlock(cert);
  if (inside !== null) return { cert, key: inside, keyFile: certFile };
  return { cert, key: readOrNull(separateKeyFile), keyFile: separateKeyFile };
}

function readOrNull(path: string): string | null {
  try {
    return readPem(path);
  } catch {
    return null; // the listing reports that it cannot be read
  }
}

function readPem(path: string): string {
  try {
    const { size: bytes } = Deno.statSync(path);
    if (bytes > PEM_BYTES_MAX) {
      const hint = "name a file that contains only the certificate, its chain, or the key, as PEM";
      throw tooLargeFault("read", path, { bytes, bytesMax: PEM_BYTES_MAX }, hint);
    }
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw fileFault("read", path, error);
  }
}

/** Makes both files under temporary names and renames them, unless they are there already. */
function placePair(
  folder: string,
  store: string,
  name: string,
  makers: Readonly<Record<"cert" | "key", FileMaker>>,
): PlacedCertificate {
  const base = `${folder}/${store}/${name}`;
  const files = [["key", `${base}.key`], ["cert", `${base}.pem`]] as const;
  const changed = !files.every(([what, path]) => isInPlace(makers[what], path));
  if (changed) placeFiles(folder, store, files.map(([what, path]) => [makers[what], path]), base);
  return { ...describe(folder, store, `${name}.pem`), changed };
}

function placeFiles(
  folder: string,
  store: string,
  files: readonly (readonly [maker: FileMaker, path: string])[],
  base: string,
): void {
  try {
    Deno.mkdirSync(`${folder}/${store}`, { recursive: true, mode: 0o700 });
    if (isOfGroup(folder)) Deno.chmodSync(`${folder}/${store}`, 0o2750);
    for (const [maker, path] of files) {
      removeIfExists(`${path}.new`);
      maker.make(`${path}.new`);
    }
    // The key comes first: between the two renames the old certificate has a key that is rejected,
    // not a new certificate without one.
    for (const [, path] of files) Deno.renameSync(`${path}.new`, path);
  } catch (error) {
    throw fileFault("write", base, error);
  }
}

function isInPlace(maker: FileMaker, path: string): boolean {
  try {
    return maker.isMade(path);
  } catch {
    return false; // whatever prevents it is reported when the file is made
  }
}

/**
 * Reports whether `folder` hands its group on to what is created in it: an installed service has a
 * user of its own, in that group, who must read the keys that root imports.
 */
function isOfGroup(folder: string): boolean {
  return ((Deno.statSync(folder).mode ?? 0) & 0o2000) !== 0;
}

/** Returns the whole path of a file; links are not resolved. */
export function absolutePath(path: string): string {
  return /^(?:\/|[A-Za-z]:[\\/])/.test(path) ? path : `${Deno.cwd()}/${path}`;
}

function removeIfExists(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function pairFault(verb: string, what: string, { reason }: Problem, hint?: string): Fault {
  return new Fault(`Cannot ${verb} the certificate ${quote(what)}: ${reason}`, { hint });
}
