/**
 * Edge: checks the files that the rules of a site name before they are stored.
 *
 * @module
 */
import { joinPath, nativePath } from "../../../base/files/join_path.ts";
import { baseName } from "../../../base/files/path_parts.ts";
import { isPrivateFile } from "../../../config/store/private_folder.ts";
import { Fault, quote, shellWord } from "../../../base/fault.ts";
import { directoryOf, fileFault } from "../../../base/file_fault.ts";
import { readRegular } from "../../../config/store/regular_file.ts";
import { parseHtpasswd } from "../../../site/rules/htpasswd.ts";
import { ERROR_FILE_MAX, PASSWORD_FILE_MAX } from "../../../site/rules/limits.ts";
import type { Notice } from "../../../admin/admin_io.ts";

/** Lines of a password file that a message names. */
const LINES_SHOWN = 3;

/** Returns the absolute path of an htpasswd file. Throws a Fault if a line cannot be used. */
export async function checkPasswordFile(
  path: string,
): Promise<{ readonly path: string; readonly notices: readonly Notice[] }> {
  const add = `htpasswd -B ${shellWord(path)} USER`;
  const { real, bytes } = await readFile(
    path,
    PASSWORD_FILE_MAX,
    `htpasswd -cB ${shellWord(path)} USER`,
  );
  const { hashes, problems } = parseHtpasswd(new TextDecoder().decode(bytes));
  if (problems.length > 0) {
    const shown = problems.slice(0, LINES_SHOWN).map(({ line, reason }) =>
      `line ${line}: ${reason}`
    );
    const more = problems.length - shown.length;
    const rest = more > 0 ? `; and ${more} more` : "";
    // A user more would not make the other lines good, and the file may be another program's.
    throw new Fault(`Cannot use the passwords in ${quote(path)}: ${shown.join("; ")}${rest}`, {
      hint: `htpasswd -cB ${shellWord(`${path}.bcrypt`)} USER`,
    });
  }
  if (hashes.size === 0) {
    throw new Fault(`Cannot use the passwords in ${quote(path)}: it has no user`, { hint: add });
  }
  return { path: real, notices: accessNotice(real) };
}

function accessNotice(path: string): Notice[] {
  const isPrivate = isPrivateFile(path);
  if (isPrivate === true) return [];
  const text = isPrivate === false
    ? `every user of this machine can read the password hashes in ${quote(path)}`
    : `it is not known whether others can read the password hashes in ${quote(path)}`;
  return [{ kind: "warning", text, hint: `chmod o= ${shellWord(path)}` }];
}

/** Returns the absolute path of an error page. Throws a Fault if it cannot be sent. */
export async function checkErrorPage(path: string): Promise<string> {
  return (await readFile(path, ERROR_FILE_MAX, `ls -ld ${shellWord(path)}`)).real;
}

async function readFile(
  path: string,
  bytesMax: number,
  cure: string,
): Promise<{ readonly real: string; readonly bytes: Uint8Array }> {
  try {
    // A link to the file may lead to another one later.
    const folder = directoryOf(path);
    const native = nativePath(path, Deno.build.os);
    const real = joinPath(await Deno.realPath(folder), baseName(native));
    const bytes = await readRegular(real);
    if (bytes.length <= bytesMax) return { real, bytes };
  } catch (error) {
    throw fileFault("use the file", path, error, cure);
  }
  throw new Fault(`Cannot use the file ${quote(path)}: larger than ${bytesMax} bytes`, {
    hint: `ls -l ${shellWord(path)}`,
  });
}
