/**
 * Edge: the files that `config …` reads and writes, and the editor.
 *
 * @module
 */
import { shellWord } from "../../../base/fault.ts";
import { directoryOf, fileFault } from "../../../base/file_fault.ts";
import { writeNamedFile } from "../../../config/store/replace_file.ts";
import { fileExists } from "../../../config/store/file_exists.ts";
import { windowsTool } from "../../../config/store/windows_tool.ts";
import type { CommandIo } from "../../core/command.ts";
import { EDIT_SCRIPT, windowsEditor } from "./editor_command.ts";
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
    await writeNamedFile(file, text);
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

/** Opens `file` in the caller's editor; says why it failed, null if it did not. */
export async function openEditor(
  file: string,
  { os, env, note }: Pick<CommandIo, "os" | "env" | "note">,
): Promise<string | null> {
  const isWindows = os === "windows";
  const { status } = isWindows ? startOnWindows(file, env, note) : new Deno.Command("/bin/sh", {
    args: ["-c", EDIT_SCRIPT, "sh", file],
    stdin: "inherit",
    stdout: "inherit",
  }).spawn();
  const { success, code } = await status;
  if (success) return null;
  return code === (isWindows ? NOT_RECOGNIZED : NOT_FOUND)
    ? "no editor is found"
    : "the editor failed";
}

/** What a shell, and cmd.exe, end with where a command does not exist. */
const [NOT_FOUND, NOT_RECOGNIZED] = [127, 9009];

function startOnWindows(
  file: string,
  env: CommandIo["env"],
  note: CommandIo["note"],
): Deno.ChildProcess {
  const choice = { visual: env("VISUAL"), editor: env("EDITOR") };
  const { args, isDefault } = windowsEditor(choice, file, (path) => fileExists(path) === true);
  if (isDefault) note("note: neither VISUAL nor EDITOR is set; this is notepad");
  return new Deno.Command(windowsTool("cmd"), {
    args: [...args],
    windowsRawArguments: true,
    stdin: "inherit",
    stdout: "inherit",
  }).spawn();
}
