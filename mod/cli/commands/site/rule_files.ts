/**
 * Edge: checks the files that the rules of a site name before they are stored.
 *
 * @module
 */
import { Fault, quote, shellWord } from "../../../base/fault.ts";
import { directoryOf, fileFault } from "../../../base/file_fault.ts";
import { readRegular } from "../../../config/store/regular_file.ts";
import { parseHtpasswd } from "../../../site/rules/htpasswd.ts";
import { ERROR_FILE_MAX, PASSWORD_FILE_MAX } from "../../../site/rules/limits.ts";
import type { Notice } from "../../../admin/admin_io.ts";

/** Lines of a password file that a message names. */
const LINES_SHOWN = 3;
const OTHERS_READ = 0o004;

/** Returns the absolute path of an htpasswd file. Throws a Fault if a line cannot be used. */
export async function checkPasswordFile(
  path: string,
): Promise<{ readonly path: string; readonly notices: readonly Notice[] }> {
  const add = `htpasswd -B ${shellWord(path)} USER`;
  const { real, bytes, mode } = await readFile(
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
  const isOpen = mode !== null && (mode & OTHERS_READ) !== 0;
  const text = `every user of this machine can read the password hashes in ${quote(real)}`;
  const notices: Notice[] = isOpen
    ? [{ kind: "warning", text, hint: `chmod o= ${shellWord(real)}` }]
    : [];
  return { path: real, notices };
}

/** Returns the absolute path of an error page. Throws a Fault if it cannot be sent. */
export async function checkErrorPage(path: string): Promise<string> {
  return (await readFile(path, ERROR_FILE_MAX, `ls -ld ${shellWord(path)}`)).real;
}

async function readFile(
  path: string,
  bytesMax: number,
  cure: string,
): Promise<{ readonly real: string; readonly bytes: Uint8Array; readonly mode: number | null }> {
  try {
    // A link to the file may lead to another one later.
    const folder = directoryOf(path);
    const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
    const real = `${(await Deno.realPath(folder)).replace(/\/$/, "")}/${name}`;
    const bytes = await readRegular(real);
    if (bytes.length <= bytesMax) return { real, bytes, mode: (await Deno.stat(real)).mode };
  } catch (error) {
    throw fileFault("use the file", path, error, cure);
  }
  throw new Fault(`Cannot use the file ${quote(path)}: larger than ${bytesMax} bytes`, {
    hint: `ls -l ${shellWord(path)}`,
  });
}
