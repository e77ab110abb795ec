// Goal: TAB completes the word. Method: expect types into real shells.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { completionScript } from "../../mod/cli/commands/docs/completion_scripts.ts";
import { has, ROOT, run } from "./support.ts";

const HAS_EXPECT = await has("expect");

interface ShellCase {
  readonly shell: string;
  readonly start: readonly string[];
  /** Loads the script into the shell and makes the prompt plain. */
  readonly load: string;
}

const SHELLS: readonly ShellCase[] = [
  {
    shell: "bash",
    start: ["bash", "--norc", "--noprofile", "-i"],
    load: "PS1=READY; bind 'set enable-bracketed-paste off'; source <(httpcfg completions bash)",
  },
  {
    shell: "zsh",
    start: ["zsh", "-f", "-i"],
    load: "PROMPT=READY; autoload -U compinit; compinit -u -D; source <(httpcfg completions zsh)",
  },
  {
    shell: "fish",
    start: ["fish", "--no-config", "-i"],
    load: "function fish_prompt; echo -n READY; end; httpcfg completions fish | source",
  },
];

/** The text typed before TAB, and the arguments that the completed line runs with. */
const TYPED: readonly [typed: string, words: readonly string[]][] = [
  ["httpcfg stat", ["status"]],
  ["httpcfg query iplisten --format nd", ["query", "iplisten", "--format", "ndjson"]],
  ["httpcfg delete iplisten -i fd00:", ["delete", "iplisten", "-i", "fd00::7"]],
  ["httpcfg site show Def", ["site", "show", "Default Web Site"]],
  ["httpcfg config import back", ["config", "import", "backup.json"]],
  ["httpcfg help insp", ["help", "inspect"]],
  ["httpcfg man shar", ["man", "sharing"]],
];

for (const { shell, start, load } of SHELLS) {
  Deno.test({
    name: `completions ${shell}: TAB completes commands, values, entries, sites and files`,
    ignore: !HAS_EXPECT || !(await has(shell)),
    fn: async () => {
      const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
      try {
        await prepare(folder);
        const typed = TYPED.map(([text, words]) => `type {${text}} {${words.at(-1)?.slice(-4)}}`)
          .join("\n");
        await Deno.writeTextFile(`${folder}/drive.exp`, expectScript(start, load, typed));
        const result = await run(["expect", `${folder}/drive.exp`], environment(folder));
        const calls = await Deno.readTextFile(`${folder}/calls`).catch(() => "");
        const want = TYPED.map(([, words]) => `${words.join("\n")}\n--\n`).join("");
        assertEquals(calls, want, result.stdout + result.stderr);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

Deno.test({
  name: "completions fish: groups and commands have descriptions, in the order of the groups",
  ignore: !(await has("fish")),
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
    try {
      await prepare(folder);
      const script = 'httpcfg completions fish | source; complete -C "httpcfg s"';
      const result = await run(["fish", "--no-config", "-c", script], environment(folder));
      assertEquals(result.stdout.split("\n").map((line) => line.split("\t")[0]), [
        ...["serve", "service", "status", "set", "site", "settings", "sc", ""],
      ]);
      assertStringIncludes(result.stdout, "\nsite\tAdd, change and control Web sites\n");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "completions bash: shellcheck reports nothing",
  ignore: !(await has("shellcheck")),
  fn: async () => {
    const file = await Deno.makeTempFile({ suffix: ".bash" });
    await Deno.writeTextFile(file, completionScript("bash"));
    const result = await run(["shellcheck", "--shell=bash", file], Deno.env.toObject());
    await Deno.remove(file);
    assertEquals([result.code, result.stdout], [0, ""]);
  },
});

Deno.test("completions powershell: names the program, and parses if pwsh is there", async () => {
  const script = completionScript("powershell");
  assertStringIncludes(script, "-CommandName httpcfg");
  if (!(await has("pwsh"))) return;
  const result = await run(["pwsh", "-NoProfile", "-Command", script], Deno.env.toObject());
  assertEquals([result.code, result.stderr], [0, ""]);
});

/** Writes an `httpcfg` that runs what completion needs, and records all other calls. */
async function prepare(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/bin`);
  const program = `#!/bin/sh
case $1 in
complet* | set) exec ${Deno.execPath()} run -A ${ROOT}/main.ts "$@" ;;
esac
for word; do printf '%s\\n' "$word"; done >>${folder}/calls
echo -- >>${folder}/calls
`;
  await Deno.writeTextFile(`${folder}/bin/httpcfg`, program, { mode: 0o755 });
  await Deno.writeTextFile(`${folder}/backup.json`, "{}");
  const added = await run(
    [`${folder}/bin/httpcfg`, "set", "iplisten", "-i", "fd00::7"],
    environment(folder),
  );
  assertEquals(added.code, 0, added.stderr);
}

function environment(folder: string): Record<string, string> {
  const { PATH = "", DENO_DIR, HOME = folder } = Deno.env.toObject();
  return {
    PATH: `${folder}/bin:${PATH}`,
    DENO_DIR: DENO_DIR ?? `${HOME}/.cache/deno`,
    HOME: folder,
    HTTPCFG_HOME: `${folder}/home`,
    TERM: "dumb",
  };
}

/**
 * Loads the script, then for each line: types it, presses TAB, waits for the word, presses Enter.
 */
function expectScript(start: readonly string[], load: string, typed: string): string {
  return `set timeout 20
cd [file dirname [file normalize [info script]]]
log_user 1
spawn -noecho ${start.map((word) => `{${word}}`).join(" ")}
set finished 0
proc type {text completed} {
  global finished
  incr finished
  send -- "$text\\t"
  expect -timeout 2 -exact $completed
  send -- "\\r"
  for {set i 0} {$i < 100} {incr i} {
    set calls [open calls a+]
    seek $calls 0
    set count [regexp -all -line {^--$} [read $calls]]
    close $calls
    if {$count >= $finished} break
    sleep 0.1
  }
}
send -- {${load}}
send -- "\\r"
expect READY
expect READY
sleep 0.5
${typed}
send -- "exit\\r"
expect eof
`;
}
