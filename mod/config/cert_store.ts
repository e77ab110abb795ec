/**
 * Edge: the certificate stores, folders of PEM files: `certs/MY/NAME.pem` with the certificate and its
 * chain, `certs/MY/NAME.key` with its private key (or the key in the same file).
 *
 * The thumbprint is computed from the file, never stored, so a file that somebody replaces is what it
 * is. A certificate is usable when its key is there and belongs to it.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { Fault, quote } from "../base/fault.ts";

/** One certificate of a store. */
export interface StoredCertificate {
  /** Store name in upper case: `MY`. */
  readonly store: string;
  /** File name without its end: the certificate's name for people. */
  readonly name: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** SHA-1 thumbprint, 40 lower-case hex digits. */
  readonly hash: string;
  readonly subject: string;
  /** DNS names and addresses that it is for, in lower case. */
  readonly names: readonly string[];
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Why it cannot be served; null where it can. */
  readonly problem: string | null;
}

/** A certificate and its key as PEM, ready for TLS. */
export interface CertificatePair {
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
    throw storeFault("read", `${folder}/${store}`, error);
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
    throw storeFault("read", folder, error);
  }
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
  const parsed = parseCertificate(cert);
  const problem = problemOf(parsed, key);
  if (parsed === null || problem !== null) {
    throw new Fault(`Cannot use the certificate ${quote(certificate.certFile)}: ${problem}`, {
      hint: "httpcfg cert list",
    });
  }
  return { hash: hashOf(parsed), cert, key };
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
  const problem = problemOf(parseCertificate(pair.cert), pair.key);
  if (problem !== null) {
    throw new Fault(`Cannot import the certificate ${quote(name)}: ${problem}`, {
      hint: "httpcfg cert import CERTIFICATE.pem KEY.pem",
    });
  }
  const base = `${folder}/${store}/${name}`;
  try {
    Deno.mkdirSync(`${folder}/${store}`, { recursive: true, mode: 0o700 });
    // The key first: between the two renames the old certificate has a key that is refused, not a
    // new certificate without one.
    replaceFile(`${base}.key`, pair.key, 0o600);
    replaceFile(`${base}.pem`, pair.cert, 0o644);
  } catch (error) {
    throw storeFault("write", base, error);
  }
  return describe(folder, store, `${name}.pem`);
}

/** Takes a certificate and its key out of its store. */
export function removePair(certificate: StoredCertificate): void {
  try {
    Deno.removeSync(certificate.certFile);
    if (certificate.keyFile !== certificate.certFile) Deno.removeSync(certificate.keyFile);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw storeFault("remove", certificate.certFile, error);
    }
  }
}

function describe(folder: string, store: string, file: string): StoredCertificate {
  const certFile = `${folder}/${store}/${file}`;
  const name = file.replace(CERT_END, "");
  const apart = `${folder}/${store}/${name}.key`;
  const { cert, key, keyFile } = readBoth(certFile, apart);
  const parsed = cert === null ? null : parseCertificate(cert);
  const problem = cert === null ? "it cannot be read" : problemOf(parsed, key);
  const blank = { hash: "", subject: "", names: [], notBefore: "", notAfter: "" };
  const shown = parsed === null ? blank : {
    hash: hashOf(parsed),
    subject: parsed.subject.split("\n").join(", "),
    names: namesOf(parsed),
    notBefore: new Date(parsed.validFrom).toISOString(),
    notAfter: new Date(parsed.validTo).toISOString(),
  };
  return { store, name, certFile, keyFile, ...shown, problem };
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

/** The private key of a file that holds more than that; null where there is none. */
function keyBlock(pem: string): string | null {
  const match = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^-]*-----END \1-----/.exec(pem);
  return match === null ? null : `${match[0]}\n`;
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
    throw storeFault("read", path, error);
  }
}

function parseCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

function problemOf(certificate: X509Certificate | null, key: string | null): string | null {
  if (certificate === null) return "it holds no certificate";
  if (key === null) return "its private key is missing";
  try {
    const isItsKey = certificate.checkPrivateKey(createPrivateKey(key));
    return isItsKey ? null : "the private key belongs to another certificate";
  } catch {
    return "its private key cannot be read";
  }
}

function hashOf(certificate: X509Certificate): string {
  return certificate.fingerprint.replaceAll(":", "").toLowerCase();
}

function namesOf(certificate: X509Certificate): string[] {
  const alternatives = (certificate.subjectAltName ?? "").split(", ");
  const names = alternatives.flatMap((entry) => {
    const match = /^(?:DNS|IP Address):(.+)$/.exec(entry);
    return match === null ? [] : [match[1]!.toLowerCase()];
  });
  const common = /(?:^|\n)CN=(.+)/.exec(certificate.subject)?.[1];
  return names.length > 0 || common === undefined ? names : [common.toLowerCase()];
}

function replaceFile(path: string, text: string, mode: number): void {
  const temporary = `${path}.new`;
  Deno.writeTextFileSync(temporary, text, { mode });
  Deno.renameSync(temporary, path);
}

function storeFault(verb: string, path: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const reason = error instanceof Deno.errors.PermissionDenied
    ? "the system refused"
    : error instanceof Deno.errors.NotFound
    ? "there is no such file"
    : error instanceof Error
    ? error.message
    : String(error);
  return new Fault(`Cannot ${verb} ${quote(path)}: ${reason}`, {
    hint: "httpcfg cert list",
    cause: error,
  });
}
