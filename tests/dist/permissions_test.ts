// Goal: the permissions are exactly those that the program uses. Method: read the sources.
import { assertEquals } from "@std/assert";
import { ENVIRONMENT, SYSTEM } from "../../dist/permissions.ts";
import { ROOT } from "./support.ts";

const SOURCES: readonly { readonly path: string; readonly text: string }[] = [
  `${ROOT}/main.ts`,
  ...walk(`${ROOT}/mod`),
].map((path) => ({ path: path.slice(ROOT.length + 1), text: Deno.readTextFileSync(path) }));

function walk(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory ? walk(path) : path.endsWith(".ts") ? [path] : [];
  });
}

function matches(pattern: RegExp): Set<string> {
  return new Set(SOURCES.flatMap(({ text }) => [...text.matchAll(pattern)].map((m) => m[1] ?? "")));
}

Deno.test("ENVIRONMENT lists every variable that is read, and no other", () => {
  const direct = matches(/\benv(?:\.get)?\("(\w+)"\)/g);
  const named = matches(/_FILE = "(HTTPCFG_\w+)"/g);
  const read = [...direct, ...named].map((name) => name.toUpperCase());
  const covers = (pattern: string, name: string): boolean =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  assertEquals(read.filter((name) => !ENVIRONMENT.some((one) => covers(one, name))), []);
  assertEquals(ENVIRONMENT.filter((one) => !read.some((name) => covers(one, name))), []);
});

Deno.test("SYSTEM lists every function that is called, and no other", () => {
  const known =
    /\bDeno\.(uid|gid|hostname|osRelease|osUptime|loadavg|systemMemoryInfo|networkInterfaces)\(/g;
  assertEquals([...matches(known)].sort(), [...SYSTEM].sort());
});

Deno.test("eight files start programs: the program itself (two), the shells for lists and workers, the editor, getent, icacls, and what diagnose asks the system", () => {
  const starting = SOURCES.filter(({ text }) => /\bDeno\.Command\(/.test(text));
  assertEquals(starting.map(({ path }) => path).sort(), [
    "mod/cli/commands/config/config_files.ts",
    "mod/cli/commands/observe/diagnosis/run_script.ts",
    "mod/cli/core/caller_name.ts",
    "mod/config/store/private_folder.ts",
    "mod/host/process/background.ts",
    "mod/host/process/supervisor.ts",
    "mod/host/serving/spawner.ts",
    "mod/listen/machine/run_listing.ts",
  ]);
});
