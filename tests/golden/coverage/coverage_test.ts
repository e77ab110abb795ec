// Goal: README.md of the golden cases says what each parameter of the old tools does, and how many
// cases there are. Method: every parameter is run (probe.ts), the outcome is what happened, and the
// table is written from that. `GOLDEN_UPDATE=1` writes it: read the diff before committing it.
import { assertEquals } from "@std/assert";
import { adsutilProbes, METABASE_KEYS, type PropertyProbes } from "./adsutil_probes.ts";
import { switchProbes } from "./switch_probes.ts";
import { netshProbes, type ParameterProbes } from "./netsh_probes.ts";
import { outcomeOf } from "./probe.ts";

const README = new URL("../README.md", import.meta.url);

Deno.test("tests/golden/README.md: what each parameter does, and how many cases there are", async () => {
  const text = `${INTRODUCTION}
${countTable()}
## Parameters

What a command does with each parameter. _acts_: it has its effect, or describes what is so anyway.
_kept and said_: it is accepted and, where it can be, stored; stderr says that it has no effect.
_refused_: the exit status is not 0, and nothing is stored.

${await parameterTable([...switchProbes(), ...netshProbes()])}
## Metabase

What \`adsutil set\` does with each property: at the service, a site, its root, a virtual directory,
and what all application pools have.

${await propertyTable(adsutilProbes())}`;
  if (Deno.env.get("GOLDEN_UPDATE") === "1") await Deno.writeTextFile(README, text);
  else assertEquals(await Deno.readTextFile(README), text);
});

const INTRODUCTION = `# Golden cases

Each file is a sequence of command lines with what they print on stdout (\`|\`) and stderr (\`!\`), and
their exit status (\`=\`). \`tests/support/golden.ts\` describes the form; \`golden_test.ts\` plays them.
\`coverage/coverage_test.ts\` writes this file from what the commands do.
`;

function countTable(): string {
  const rows = [...Deno.readDirSync(new URL("../", import.meta.url))]
    .filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => ({ name, ...countIn(new URL(`../${name}/`, import.meta.url)) }))
    .filter(({ files }) => files > 0)
    .sort((a, b) => a.name < b.name ? -1 : 1);
  const sum = (field: "files" | "lines"): number => rows.reduce((n, row) => n + row[field], 0);
  return table(["Folder", "Files", "Command lines"], [
    ...rows.map(({ name, files, lines }) => [name, String(files), String(lines)]),
    ["all", String(sum("files")), String(sum("lines"))],
  ]);
}

function countIn(folder: URL): { files: number; lines: number } {
  let files = 0;
  let lines = 0;
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) {
      const below = countIn(new URL(`${name}/`, folder));
      files += below.files;
      lines += below.lines;
    } else if (name.endsWith(".txt")) {
      files += 1;
      lines += Deno.readTextFileSync(new URL(name, folder)).match(/^\$ /gm)?.length ?? 0;
    }
  }
  return { files, lines };
}

async function parameterTable(
  parameters: readonly ParameterProbes[],
): Promise<string> {
  const rows: string[][] = [];
  for (const { command, parameter, probes } of parameters) {
    const values = new Map<string, string[]>();
    for (const [value, probe] of probes) {
      const outcome = await outcomeOf(probe);
      values.set(outcome, [...values.get(outcome) ?? [], value]);
    }
    const outcomes = [...values].map(([outcome, of]) => {
      return values.size === 1 ? outcome : `${of.join(", ")}: ${outcome}`;
    });
    rows.push([command, parameter, outcomes.join("; ")]);
  }
  return table(["Command", "Parameter", "Outcome"], rows);
}

async function propertyTable(properties: readonly PropertyProbes[]): Promise<string> {
  const rows: string[][] = [];
  for (const { name, probes } of properties) {
    const cells: string[] = [];
    for (const probe of probes) cells.push(probe === null ? "-" : await outcomeOf(probe));
    rows.push([name, ...cells]);
  }
  return table(["Property", ...METABASE_KEYS], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) => {
    return Math.max(title.length, ...rows.map((row) => row[at]!.length));
  });
  const lineOf = (cells: readonly string[]): string => {
    return `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |\n`;
  };
  const rule = lineOf(widths.map((width) => "-".repeat(width)));
  return lineOf(head) + rule + rows.map(lineOf).join("");
}
