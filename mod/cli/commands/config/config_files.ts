/**
 * Edge: the files that `config …` reads and writes, and the editor.
 *
 * @module
 */
import { shellWord } from "../../../base/fault.ts";
import { directoryOf, fileFault } from "../../../base/file_fault.ts";
import { replaceFile, statOrNull } from "../../../config/store/replace_file.ts";
import { readStdin } from "../../core/input.ts";

/** Reads `file`, or stdin if it is `-`. */
export async function readFileOrInput(file: string): Promise<string> {
  try {
    return file === "-" ? await readStdin() : await Deno.readTextFile(file);
  } catch (error) {
    throw fileFault("read", file, error);
  }
}

/**
 * Writes `file`, and the directories above it. A file that is there remains as it is if the new one
 * cannot be written to its end.
 */
export async function writeFile(file: string, text: string): Promise<void> {
  try {
    await Deno.mkdir(directoryOf(file), { recursive: true });
    const target = await Deno.realPath(file).catch(() => file); // a link stays a link
    const owner = await statOrNull(target);
    // A device or a pipe is written to, not replaced.
    if (owner !== null && !owner.isFile) await Deno.writeTextFile(target, text);
    else await replaceFile(target, text, { owner });
  } catch (error) {
    const isAbsent = error instanceof Deno.errors.NotFound;
    const hint = isAbsent ? `mkdir -p ${shellWord(directoryOf(file))}` : undefined;
    throw fileFault("write", file, error, hint);
  }
}

/** Removes `file` if it exists. */
export async function removeFile(file: string): Promise<void> {
  await Deno.remove(file).catch(() => {}); // a draft that cannot be removed does no harm
}

/** Names the caller's editor, or one that is there, and starts it; 127 as a shell does. */
const EDIT_SCRIPT = `
editor=\${VISUAL:-$EDITOR}
for one in editor vi nano; do
  if [ -z "$editor" ] && command -v "$one" > /dev/null; then
    editor=$one
    echo "note: neither VISUAL nor EDITOR is set; this is $editor" >&2
  fi
done
[ -n "$editor" ] || exit 127
$editor "$1"
`;

/** Opens `file` in the caller's editor; says why it failed, null if it did not. */
export async function openEditor(file: string): Promise<string | null> {
  const [program, args] = Deno.build.os === "windows"
    ? ["notepad", [file]]
    : ["/bin/sh", ["-c", EDIT_SCRIPT, "sh", file]];
  const child = new Deno.Command(program, { args, stdin: "inherit", stdout: "inherit" }).spawn();
  const { success, code } = await child.status;
  if (success) return null;
  return code === 127 ? "no editor is found" : "the editor failed";
}
