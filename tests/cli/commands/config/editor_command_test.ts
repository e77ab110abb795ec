// Goal: the caller's editor is started with its arguments, whatever it is called. Method: tables, and
// the shell script with editors that are scripts.
import { assertEquals } from "@std/assert";
import { EDIT_SCRIPT, windowsEditor } from "../../../../mod/cli/commands/config/editor_command.ts";
import { tempFolder } from "../../../support/temp_folder.ts";

Deno.test("windowsEditor() is VISUAL, then EDITOR, with arguments, else notepad", () => {
  const files = ["C:\\Program Files\\ed\\ed.exe"];
  const cases: [visual: string | undefined, editor: string | undefined, line: string][] = [
    [undefined, undefined, '"notepad "C:\\a b.json""'],
    ["", " ", '"notepad "C:\\a b.json""'],
    ["code --wait", "vim", '"code --wait "C:\\a b.json""'],
    [undefined, "vim -n", '"vim -n "C:\\a b.json""'],
    [
      "",
      '"C:\\Program Files\\ed\\ed.exe" -x',
      '""C:\\Program Files\\ed\\ed.exe" -x "C:\\a b.json""',
    ],
    [undefined, files[0], '""C:\\Program Files\\ed\\ed.exe" "C:\\a b.json""'],
  ];
  for (const [visual, editor, line] of cases) {
    const started = windowsEditor(
      { visual, editor },
      "C:\\a b.json",
      (path) => files.includes(path),
    );
    assertEquals(started.args, ["/d", "/s", "/c", line]);
    assertEquals(started.isDefault, line.startsWith('"notepad'));
  }
});

Deno.test({
  name: "EDIT_SCRIPT starts an editor with arguments, with quotes, and with blanks in its path",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const editor = folder.at("my editor");
    const draft = folder.at("a $b 'c'.json");
    await Deno.writeTextFile(editor, `#!/bin/sh\nprintf '%s\\n' "$@" > "$OUT"\n`);
    await Deno.chmod(editor, 0o755);
    const cases: [env: Record<string, string>, words: string[]][] = [
      [{ EDITOR: editor }, [draft]],
      [{ VISUAL: `'${editor}' --wait "x y"`, EDITOR: "false" }, ["--wait", "x y", draft]],
      [{ VISUAL: "", EDITOR: `sh '${editor}' -n` }, ["-n", draft]],
    ];
    for (const [env, words] of cases) {
      const out = folder.at("out");
      const { code, stderr } = await new Deno.Command("/bin/sh", {
        args: ["-c", EDIT_SCRIPT, "sh", draft],
        clearEnv: true, // tests of other files, in the same process, set VISUAL
        env: { ...env, OUT: out, PATH: Deno.env.get("PATH")! },
      }).output();
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
      assertEquals(await Deno.readTextFile(out), `${words.join("\n")}\n`);
    }
    const failing = new Deno.Command("/bin/sh", {
      args: ["-c", EDIT_SCRIPT, "sh", draft],
      clearEnv: true,
      env: { EDITOR: "false", PATH: Deno.env.get("PATH")! },
    });
    assertEquals((await failing.output()).code, 1);
  },
});
