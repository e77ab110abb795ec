/**
 * How the caller's editor is started. Pure.
 *
 * VISUAL comes before EDITOR. The value is the beginning of a command line, so that it may have
 * arguments (`code --wait`) and quotes of its own; one that is the path of a file is that file, with
 * whatever blanks are in its name.
 *
 * @module
 */

/** What the caller has chosen. */
interface EditorChoice {
  readonly visual: string | undefined;
  readonly editor: string | undefined;
}

/** The editor that every Windows has. */
const WINDOWS_EDITOR = "notepad";

/** Returns the arguments of `cmd.exe`, not to be quoted again, that edit `file`. */
export function windowsEditor(
  { visual, editor }: EditorChoice,
  file: string,
  isFile: (path: string) => boolean,
): { readonly args: readonly string[]; readonly isDefault: boolean } {
  const chosen = (visual || editor || "").trim();
  const command = chosen === "" ? WINDOWS_EDITOR : isFile(chosen) ? `"${chosen}"` : chosen;
  // With /s, what is between the first and the last quote is the line.
  return { args: ["/d", "/s", "/c", `"${command} "${file}""`], isDefault: chosen === "" };
}

/** The shell script that starts the editor, or one that is there, on `$1`; 127 if there is none. */
export const EDIT_SCRIPT = `
editor=\${VISUAL:-$EDITOR}
for one in editor vi nano; do
  if [ -z "$editor" ] && command -v "$one" > /dev/null; then
    editor=$one
    echo "note: neither VISUAL nor EDITOR is set; this is $editor" >&2
  fi
done
[ -n "$editor" ] || exit 127
if [ -f "$editor" ]; then "$editor" "$1"; else eval "$editor \\"\\$1\\""; fi
`;
