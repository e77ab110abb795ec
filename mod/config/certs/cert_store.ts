/**
 * Edge: the certificate stores, folders of PEM files: `certs/MY/NAME.pem` with the certificate and its
 * chain, `certs/MY/NAME.key` with its private key (or the key in the same file).
 *
 * The thumbprint is computed from the file, never stored, so a file that somebody replaces is what it
 * is. A certificate is usable when its key is there and belongs to it. A file may be a symbolic link:
 * what another program renews in place is then followed. There is no folder for each certificate: the
 * name before the end of the file says all that a folder would.
 *
 * @module
 */
import { Fault, quote } from "../../base/fault.ts";
import { fileFault } from "../../base/file_fault.ts";
import type { Problem } from "../../base/problem.ts";
import {
  certificateBlocks,
  type CertificateFacts,
  certificateFacts,
  keyBlock,
  pairProblem,
  plainKey,
} from "./certificate.ts";

/** One certificate of a store; the facts are blank where the file holds none. */
export interface StoredCertificate extends CertificateFacts {
  /** Store name in upper case: `MY`. */
  readonly store: string;
  /** File name without its end: the certificate's name for people. */
  readonly name: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Why it cannot be served; null where it can. */
  readonly problem: string | null;
}

/** A certificate with its chain and its key as PEM, ready for TLS. */
interface CertificatePair {
  readonly hash: string;
  readonly cert: string;
  readonly key: string;
}

/** The store where nothing else is said. */
export const DEFAULT_STORE = "MY";

const STORE_NAME = /^[A-Z0-9][A-Z0-9_.-]{0,63}$/;
const CERT_END = /\.(?:pem|crt|cer)$/;
/** Bytes of a PEM file that are read: a long chain has some ten thousand. */
const PEM_BYTES_MAX = 1024 * 1024;

/** Canonical store name; null for text that cannot be one, and could be a path. */
export function storeName(text: string | undefined): string | null {
  const name = (text ?? DEFAULT_STORE).toUpperCase();
  return STORE_NAME.test(name) ? name : null;
}

/** Name for a certificate file; null for text that cannot be one. */
export function certificateName(text: string): string | null {
  return /^[A-Za-z0-9*][A-Za-z0-9*_.@-]{0,127}$/.test(text) ? text : null;
}

/** Certificates of one store, by name; empty where the folder is not there. */
export function listCertificates(folder: string, store: string): StoredCertificate[] {
  let names: string[];
  try {
    names = [...Deno.readDirSync(`${folder}/${store}`)].map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw fileFault("read", `${folder}/${store}`, error);
  }
  return names.filter((name) => CERT_END.test(name)).sort().map((file) => {
    return describe(folder, store, file);
  });
}

/** Names of the stores that are there. */
export function listStores(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)]
      .filter((entry) => entry.isDirectory && STORE_NAME.test(entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw fileFault("read", folder, error);
  }
}

/**
 * The certificate that serves a record: the file of its name, whatever certificate it holds by now,
 * else the one with its thumbprint; undefined where the store has neither. Pure.
 */
export function certificateOf(
  certificates: readonly StoredCertificate[],
  record: { readonly hash: string; readonly certName?: string | undefined },
): StoredCertificate | undefined {
  const named = certificates.find(({ name }) => name === record.certName);
  if (named !== undefined && named.hash !== "") return named;
  return certificates.find(({ hash }) => hash === record.hash) ?? named;
}

/** The certificate with this thumbprint; undefined where the store has none. */
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
  if (problem !== null) throw pairFault("use", certificate.certFile, problem);
  return { hash: certificateFacts(cert)!.hash, cert: certificateBlocks(cert), key: plainKey(key) };
}

/**
 * Puts a certificate into a store, whole files moved into place. Throws a Fault where certificate and
 * key do not belong together.
 */
export function writePair(
  folder: string,
  store: string,
  name: string,
  pair: { readonly cert: string; readonly key: string },
): StoredCertificate {
  const problem = pairProblem(pair.cert, pair.key);
  if (problem !== null) throw pairFault("import", name, problem);
  return placePair(folder, store, name, {
    cert: (path) => Deno.writeTextFileSync(path, pair.cert, { mode: 0o644 }),
    key: (path) => Deno.writeTextFileSync(path, pair.key, { mode: 0o600 }),
  });
}

/** Puts links to the files of a certificate into a store; whoever renews the files goes on to do so. */
export function linkPair(
  folder: string,
  store: string,
  name: string,
  files: { readonly certFile: string; readonly keyFile: string },
): StoredCertificate {
  readPair(files);
  // The links' own targets are kept as they are: a renewal may lead them elsewhere.
  const [cert, key] = [absolute(files.certFile), absolute(files.keyFile)];
  return placePair(folder, store, name, {
    cert: (path) => Deno.symlinkSync(cert, path),
    key: (path) => Deno.symlinkSync(key, path),
  });
}

/** Takes a certificate and its key out of its store. */
export function removePair(certificate: StoredCertificate): void {
  try {
    removeIfThere(certificate.certFile);
    removeIfThere(certificate.keyFile);
  } catch (error) {
    throw fileFault("remove", certificate.certFile, error);
  }
}

function describe(folder: string, store: string, file: string): StoredCertificate {
  const certFile = `${folder}/${store}/${file}`;
  const name = file.replace(CERT_END, "");
  const apart = `${folder}/${store}/${name}.key`;
  const { cert, key, keyFile } = readBoth(certFile, apart);
  const facts = cert === null ? null : certificateFacts(cert);
  const problem = cert === null ? "it cannot be read" : pairProblem(cert, key)?.reason ?? null;
  const blank = { hash: "", subject: "", names: [], notBefore: "", notAfter: "" };
  return { store, name, certFile, keyFile, ...(facts ?? blank), problem };
}

function readBoth(
  certFile: string,
  apart: string,
): { readonly cert: string | null; readonly key: string | null; readonly keyFile: string } {
  const cert = readOrNull(certFile);
  const inside = cert === null ? null : keyBlock(cert);
  if (inside !== null) return { cert, key: inside, keyFile: certFile };
  return { cert, key: readOrNull(apart), keyFile: apart };
}

function readOrNull(path: string): string | null {
  try {
    return readPem(path);
  } catch {
    return null; // the listing says that it cannot be read
  }
}

function readPem(path: string): string {
  try {
    if (Deno.statSync(path).size > PEM_BYTES_MAX) throw new Error("it is too large for a PEM file");
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw fileFault("read", path, error);
  }
}

/** Makes both files beside their places and moves them there. */
function placePair(
  folder: string,
  store: string,
  name: string,
  make: Readonly<Record<"cert" | "key", (path: string) => void>>,
): StoredCertificate {
  const base = `${folder}/${store}/${name}`;
  try {
    Deno.mkdirSync(`${folder}/${store}`, { recursive: true, mode: 0o700 });
    const places = [["key", `${base}.key`], ["cert", `${base}.pem`]] as const;
    for (const [what, path] of places) {
      removeIfThere(`${path}.new`);
      make[what](`${path}.new`);
    }
    // The key first: between the two renames the old certificate has a key that is refused, not a
    // new certificate without one.
    for (const [, path] of places) Deno.renameSync(`${path}.new`, path);
  } catch (error) {
    throw fileFault("write", base, error);
  }
  return describe(folder, store, `${name}.pem`);
}

function absolute(path: string): string {
  return /^(?:\/|[A-Za-z]:[\\/])/.test(path) ? path : `${Deno.cwd()}/${path}`;
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function pairFault(verb: string, what: string, { reason, hint }: Problem): Fault {
  const message = `Cannot ${verb} the certificate ${quote(what)}: ${reason}`;
  return new Fault(message, hint === undefined ? {} : { hint });
}
