// Story: a reader types the README's walk-through line by line and sees the output it shows.
// Method: one shell runs every `$` line of the console blocks, with free ports for 8080 and 8443.
import { assert, assertEquals } from "@std/assert";
import { freePort } from "../support/ports.ts";
import { Program } from "../support/program.ts";
import { testWith } from "../support/tools.ts";
import { waitFor } from "../support/wait.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const README = Deno.readTextFileSync(`${ROOT}README.md`);
/** Printed after the output of each line. */
const MARK = "-- the next line --";

interface Step {
  readonly typed: string;
  readonly shown: string;
}

/** Returns the typed lines of all console blocks in order, with the output shown below each. */
function steps(text: string): Step[] {
  const blocks = [...text.matchAll(/^```console\n(.*?)^```$/gms)].map((match) => match[1]!);
  return blocks.flatMap((block) => {
    return block.split(/^\$ /m).slice(1).map((part) => {
      const end = part.indexOf("\n");
      return { typed: part.slice(0, end), shown: part.slice(end + 1).trimEnd() };
    });
  });
}

testWith(["bash", "python3", "curl", "jq"], "the walk-through prints what it shows", async () => {
  await using program = await Program.make();
  const port = String(freePort());
  const walk = steps(README.replaceAll("8080", port).replaceAll("8443", String(freePort())));
  assert(walk.length > 10, `only ${walk.length} lines to type`);

  await prepare(program, port);
  const script = [
    "exec 2>&1", // as on a terminal
    "trap 'kill $(jobs -p) 2>/dev/null' EXIT",
    ...walk.flatMap(({ typed }) => [typed, `printf '%s\\n' '${MARK}'`]),
  ].join("\n");
  const { out } = await program.shell(script);
  // The reader of the page is not root, which a test may be.
  const toRoot = /^note: the service runs as root.*\nhint: .*\n/m;
  const seen = out.split(`${MARK}\n`).map((text) => text.replace(toRoot, "").trimEnd());
  // A port with more digits makes a column wider.
  const columns = (text = ""): string => text.replace(/ {2,}/g, "  ");
  walk.forEach(({ typed, shown }, i) => assertEquals(columns(seen[i]), columns(shown), typed));

  await program.do("net stop http /y");
  await program.do("net stop iisadmin");
  await waitFor(() => program.servicePid() === null, "the end of the service process");
});

Deno.test("the program has each message that the README explains", () => {
  const [, table = ""] = README.split(/^\| it says /m);
  const messages = [...table.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]!);
  assert(messages.length >= 10, `only ${messages.length} messages are explained`);
  const sources = [...sourcesBelow(`${ROOT}mod`), `${ROOT}dist/portable_head.sh`];
  const text = sources.map((path) => Deno.readTextFileSync(path)).join("\n");
  for (const message of messages) {
    // The function and the code in an old tool's last line are filled in.
    const fixed = message.replace(/^Http\w+ /, "").replace(/ [0-9]+$/, "");
    assert(text.includes(fixed), `the program does not contain "${fixed}"`);
  }
});

function sourcesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    return isDirectory ? sourcesBelow(`${folder}/${name}`) : [`${folder}/${name}`];
  });
}

Deno.test("every task that the README names exists", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)) as {
    tasks: Record<string, string>;
  };
  const named = [...README.matchAll(/\btask (\w+)/g)].map((match) => match[1]!);
  assert(named.length >= 3, README);
  assertEquals(named.filter((name) => tasks[name] === undefined), []);
});

/** Binds the Default Web Site to a free port, the only difference from a reader's machine. */
async function prepare(program: Program, port: string): Promise<void> {
  await program.do(["site", "remove", "W3SVC/1"]);
  await program.do(["site", "add", "Default Web Site", "--bind", `:${port}:`, "--welcome"]);
}
