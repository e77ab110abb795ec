/**
 * Edge: the files with which a client is let in: certificates, their key, a password.
 *
 * @module
 */
import { Fault, quote, shellWord } from "../../base/fault.ts";
import { fileFault } from "../../base/file_fault.ts";
import { isPrivateFile } from "../../config/store/private_folder.ts";
import { readRegular } from "../../config/store/regular_file.ts";
import type { StoreAddress } from "./store_address.ts";

const FILE_BYTES_MAX = 1024 * 1024;

/** The name and the password of a user of etcd. */
export interface Login {
  readonly name: string;
  readonly password: string;
}

/** What the files of an address say. */
export interface Credentials {
  readonly tls: Pick<Deno.CreateHttpClientOptions, "caCerts"> & Partial<Deno.TlsCertifiedKeyPem>;
  readonly login: Login | null;
}

/** Reads the files of an address. Throws a Fault if one cannot be used, or is not kept from others. */
export async function readCredentials(
  { caFile, certFile, keyFile, user, passwordFile }: StoreAddress,
): Promise<Credentials> {
  const caCerts = caFile === undefined ? null : [await readPem(caFile, "CERTIFICATE")];
  const pair = certFile === undefined || keyFile === undefined ? null : {
    cert: await readPem(certFile, "CERTIFICATE"),
    key: await readPem(keyFile, "PRIVATE KEY", true),
  };
  return {
    tls: { ...(caCerts !== null && { caCerts }), ...pair },
    login: user === undefined || passwordFile === undefined
      ? null
      : { name: user, password: await readPassword(passwordFile) },
  };
}

async function readPem(file: string, what: string, isSecret = false): Promise<string> {
  const text = await readText(file, isSecret);
  if (new RegExp(`-----BEGIN ([A-Z]+ )?${what}-----`).test(text)) return text;
  const noun = what === "CERTIFICATE" ? "certificate" : "private key";
  throw new Fault(`Cannot use ${quote(file)}: the file contains no ${noun}`, {
    hint: `openssl ${isSecret ? "pkey" : "x509"} -noout -in ${shellWord(file)}`,
  });
}

async function readPassword(file: string): Promise<string> {
  const [password = ""] = (await readText(file, true)).split(/\r?\n/, 1);
  if (password !== "") return password;
  throw new Fault(`Cannot use the password in ${quote(file)}: its first line is empty`);
}

async function readText(file: string, isSecret: boolean): Promise<string> {
  try {
    const bytes = await readRegular(file);
    if (bytes.length > FILE_BYTES_MAX) {
      throw new Fault(`Cannot use ${quote(file)}: more than ${FILE_BYTES_MAX} bytes`);
    }
    if (isSecret && isPrivateFile(file) === false) {
      throw new Fault(`Cannot use ${quote(file)}: other users of this machine can read it`, {
        hint: `chmod 600 ${shellWord(file)}`,
      });
    }
    return new TextDecoder().decode(bytes);
  } catch (error) {
    throw fileFault("read", file, error);
  }
}
