/**
 * Edge: the certificate stores, directories of PEM files: `certs/MY/NAME.pem` with the certificate
 * and its chain, `certs/MY/NAME.key` with its private key (or the key in the same file).
 *
 * The thumbprint is computed from the file and never stored, so it is right after the file has been
 * replaced. A certificate is usable if its key exists and belongs to it. A file may be a symbolic
 * link, to follow what another program renews in place. There is no directory for each certificate:
 * the file name without its extension says all that a directory would. What no file of every system
 * can be called is escaped in it (`base/files/file_name.ts`); a file that older programs called
 * `*.example.com.pem` is read, too, and goes when the certificate is written again.
 *
 * @module
 */
import { moveOverSync } from "../store/move_over.ts";
import {
  isPrivateFile,
  makePrivateFolder,
  makePrivateFolderSync,
} from "../store/private_folder.ts";
import { decodeFileName, encodeFileName } from "../../base/files/file_name.ts";
import { joinPath } from "../../base/files/join_path.ts";
import { pathIn } from "../../base/files/path_parts.ts";
import { fileTitle, storeFolder, storeName } from "./store_name.ts";
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
const STORED_EXTENSION = /\.(?:pem|crt|cer|key|crl)$/;
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
    names = [...Deno.readDirSync(storeFolder(folder, store))].map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw fileFault("read", storeFolder(folder, store), error);
  }
  const files = names.filter((name) => CERT_EXTENSION.test(name)).sort();
  const called = new Map<string, string>();
  for (const file of files) {
    const title = fileTitle(file);
    // An escaped name sorts first, and was written later.
    if (!called.has(title)) called.set(title, file);
  }
  return [...called].sort(([a], [b]) => a < b ? -1 : 1).map(([, file]) => {
    return describe(folder, store, file);
  });
}

/** Returns the names of the existing stores. */
export function listStores(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)]
      .filter((entry) => entry.isDirectory)
      .map((entry) => decodeFileName(entry.name))
      .filter((name) => storeName(name) === name)
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
      isMade: (path) => isFile(path) && isPrivateKey(path) && readPem(path) === pair.key,
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
  const place = storeFolder(folder, store);
  const file = `${encodeFileName(name)}.pem`;
  const path = joinPath(place, file);
  checkCase(place, name);
  try {
    await makePrivateFolder(place);
    const mode = isOfGroup(place) ? 0o640 : 0o600;
    await replaceFile(path, pair.cert + pair.key, { owner: null, mode });
    removeUnescaped(place, name, [".pem", ".key"]);
  } catch (error) {
    throw fileFault("write", path, error);
  }
  return describe(folder, store, file);
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

/** Reports whether the key has a mode of its own that is right; on Windows its directory decides. */
function isPrivateKey(path: string): boolean {
  return Deno.build.os === "windows" || isPrivateFile(path) === true;
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
  const certFile = joinPath(storeFolder(folder, store), file);
  const stem = file.replace(CERT_EXTENSION, "");
  const name = decodeFileName(stem);
  const besides = joinPath(storeFolder(folder, store), `${stem}.key`);
  const { cert, key, keyFile } = readCertAndKey(certFile, besides);
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
 * before. Its name is `name` with `extension`.
 */
export function placePublic(
  folder: string,
  store: string,
  { name, extension }: { readonly name: string; readonly extension: ".pem" | ".crl" },
  content: { readonly text: string } | { readonly link: string },
): boolean {
  const path = joinPath(storeFolder(folder, store), encodeFileName(name) + extension);
  const maker: FileMaker = "link" in content ? linkTo(content.link) : {
    make: (path) => Deno.writeTextFileSync(path, content.text, { mode: 0o644 }),
    isMade: (path) => isFile(path) && readPem(path) === content.text,
  };
  checkCase(storeFolder(folder, store), name);
  if (isInPlace(maker, path)) return false;
  placeFiles(folder, store, name, [[maker, path]]);
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
  checkCase(storeFolder(folder, store), name);
  const base = joinPath(storeFolder(folder, store), encodeFileName(name));
  const files = [["key", `${base}.key`], ["cert", `${base}.pem`]] as const;
  const changed = !files.every(([what, path]) => isInPlace(makers[what], path));
  if (changed) placeFiles(folder, store, name, files.map(([what, path]) => [makers[what], path]));
  return { ...describe(folder, store, `${encodeFileName(name)}.pem`), changed };
}

function placeFiles(
  folder: string,
  store: string,
  name: string,
  files: readonly (readonly [maker: FileMaker, path: string])[],
): void {
  const place = storeFolder(folder, store);
  try {
    makePrivateFolderSync(place);
    if (isOfGroup(folder)) Deno.chmodSync(place, 0o2750);
    for (const [maker, path] of files) {
      removeIfExists(`${path}.new`);
      maker.make(`${path}.new`);
    }
    // The key comes first: between the two renames the old certificate has a key that is rejected,
    // not a new certificate without one.
    for (const [, path] of files) moveOverSync(`${path}.new`, path);
    removeUnescaped(place, name, files.map(([, path]) => path.slice(path.lastIndexOf("."))));
  } catch (error) {
    throw fileFault("write", joinPath(place, encodeFileName(name)), error);
  }
}

/**
 * Throws a Fault if the store has another name that differs from `name` in the case of its letters:
 * on some systems both have the same files, and one certificate would replace the other unseen.
 */
function checkCase(place: string, name: string): void {
  const names = namesIn(place);
  const other = names.find((one) => one !== name && one.toLowerCase() === name.toLowerCase());
  if (other === undefined || names.includes(name)) return;
  throw new Fault(
    `Cannot write ${quote(name)}: the store has ${
      quote(other)
    }, which is the same name where the ` +
      `case of letters does not matter`,
    { hint: `use the name ${other} to replace it, or another name` },
  );
}

/** Returns the names of what is in the directory of a store; none if it does not exist. */
function namesIn(place: string): string[] {
  try {
    return [...Deno.readDirSync(place)]
      .filter(({ name }) => STORED_EXTENSION.test(name))
      .map(({ name }) => decodeFileName(name.replace(STORED_EXTENSION, "")));
  } catch {
    return []; // what else prevents it is reported when a file is made
  }
}

/** Removes the files of `name` as older programs called them, where that is no name everywhere. */
function removeUnescaped(place: string, name: string, extensions: readonly string[]): void {
  if (encodeFileName(name) === name) return;
  const old = extensions.map((extension) => name + extension);
  for (const { name: file } of [...Deno.readDirSync(place)]) {
    if (old.includes(file)) removeIfExists(joinPath(place, file));
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
  return pathIn(Deno.cwd(), path, Deno.build.os);
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
