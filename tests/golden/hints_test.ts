// Goal: a hint that is a command of ours is one: its command exists and takes its words and flags.
// Method: every hint of the golden cases, split as a shell splits it.
import { assert, assertEquals } from "@std/assert";
import { findGroup } from "../../mod/cli/command_groups.ts";
import { COMMAND_NAMES, loadCommand } from "../../mod/cli/command_table.ts";
import { readInput } from "../../mod/cli/core/args.ts";
import { splitGlobalFlags } from "../../mod/cli/core/global_flags.ts";

const FOLDER = new URL("./", import.meta.url);

/** Hints that name a command without the rest: what is unknown there cannot be known. */
const INCOMPLETE: readonly string[] = ["httpcfg site add"];

Deno.test("every hint of the golden cases that is a command of ours is accepted", async () => {
  const hints = new Set<string>();
  for (const text of goldenTexts(FOLDER)) {
    for (const [, hint = ""] of text.matchAll(/^! hint: (.*)$/gm)) hints.add(hint);
  }
  assert(hints.size > 50, String(hints.size));
  for (const hint of hints) {
    for (const words of callsIn(hint)) {
      if (!INCOMPLETE.includes(hint)) await checkCall(words, hint);
    }
  }
});

async function checkCall(args: readonly string[], hint: string): Promise<void> {
  const { words } = splitGlobalFlags(args);
  if (["--help", "--version"].includes(words[0]!)) return;
  if (words[0] === "help") {
    const topic = words.slice(1).join(" ").toLowerCase();
    const isKnown = COMMAND_NAMES.some((name) => `${name} `.startsWith(`${topic} `)) ||
      findGroup(topic) !== undefined;
    return assert(isKnown, `no help: ${hint}`);
  }
  const line = `${words.join(" ").toLowerCase()} `;
  const name = COMMAND_NAMES.filter((one) => line.startsWith(`${one} `))
    .sort((a, b) => b.length - a.length)[0];
  assert(name !== undefined, `no command: ${hint}`);
  const rest = words.slice(name.split(" ").length);
  if (rest.some((word) => word === "--help" || word === "/?")) return;
  readInput(await loadCommand(name), rest, args); // throws if not accepted
}

Deno.test("callsIn() finds each call of a line", () => {
  assertEquals(callsIn("kill 7"), []);
  assertEquals(callsIn("sudo env A=b httpcfg a 'b c'; httpcfg d -i $(httpcfg e) > f | sh"), [
    ["a", "b c"],
    ["d", "-i", "x"],
    ["e"],
  ]);
});

/** Returns the arguments of each call of httpcfg in a line of a shell. */
function callsIn(line: string): string[][] {
  const inner: string[][] = [];
  const outer = line.replace(/"?\$\(([^()]*)\)"?/g, (_, command: string) => {
    inner.push(...callsIn(command));
    return "x";
  });
  const calls = outer.split(/[;|&>]+/).flatMap((command) => {
    const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)]
      .map(([, single, double, bare]) => single ?? double ?? bare ?? "");
    const at = words.indexOf("httpcfg");
    const isCall = at === 0 || words[0] === "sudo";
    return at >= 0 && isCall ? [words.slice(at + 1)] : [];
  });
  return [...calls, ...inner];
}

function goldenTexts(folder: URL): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return goldenTexts(new URL(`${name}/`, folder));
    return name.endsWith(".txt") ? [Deno.readTextFileSync(new URL(name, folder))] : [];
  });
}
