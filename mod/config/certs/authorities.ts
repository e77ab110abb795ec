/**
 * Edge: checks a file with the certificates of authorities before its name is stored.
 *
 * @module
 */
import { Fault, quote, shellWord } from "../../base/fault.ts";
import { fileFault } from "../../base/file_fault.ts";
import { pathIn } from "../../base/files/path_parts.ts";
import { certificateFacts } from "./certificate.ts";

/** Returns the absolute path of `path`, with links kept, if it has a certificate. Throws a Fault. */
export async function checkAuthorities(path: string): Promise<string> {
  let pem: string;
  try {
    pem = await Deno.readTextFile(path);
  } catch (error) {
    throw fileFault("use the authorities in", path, error, `ls -ld ${shellWord(path)}`);
  }
  if (certificateFacts(pem) === null) {
    throw new Fault(
      `Cannot use the authorities in ${quote(path)}: the file contains no certificate`,
      {
        hint: `openssl x509 -inform der -in ${shellWord(path)} -out ${shellWord(`${path}.pem`)}`,
      },
    );
  }
  return pathIn(Deno.cwd(), path, Deno.build.os);
}
