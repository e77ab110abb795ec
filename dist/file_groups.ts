/**
 * Edge: which modules share a file of the bundle.
 *
 * A bundler that splits code puts two modules into one file if the same `import()`s need them. So
 * every lazily loaded module that needs one module of a group gets the whole group: it is replaced by
 * a module that imports the group and exports what the original does. What needs nothing of a group
 * does not load it.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { runOrThrow } from "./run.ts";

/**
 * The modules that the commands that change the list load while they run, beside what the program
 * itself imports. With all that they import they are one group; the first is the command.
 */
const CHANGE: readonly string[] = [
  "mod/cli/tools/httpcfg/iplisten.ts",
  "mod/cli/core/store_events.ts",
  "mod/config/document/check.ts",
  "mod/config/document/diff.ts",
  "mod/config/store/original.ts",
  "mod/config/store/replace_file.ts",
  "mod/config/store/store_lock.ts",
  "mod/site/kinds/kinds.ts",
];

/** The part of an import map that makes the groups. */
interface GroupedImports {
  readonly imports: Readonly<Record<string, string>>;
  readonly scopes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What `deno info --json` says of a module, as far as it is used here. */
interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier: string };
    readonly isDynamic?: boolean;
  }[];
}

/**
 * Writes the modules that make the groups into the directory `work`, and returns the imports that
 * lead to them. The first group is what `entry` imports, which every command needs.
 */
export async function groupedImports(
  { root, entry, work }: { readonly root: string; readonly entry: string; readonly work: string },
): Promise<GroupedImports> {
  const { stdout } = await runOrThrow([Deno.execPath(), "info", "--json", entry], { cwd: root });
  const modules = (JSON.parse(stdout) as { modules: readonly ModuleInfo[] }).modules;
  const graph = new Map(modules.map((module) => [module.specifier, module]));
  const groups: ReadonlySet<string>[] = [];
  for (const roots of [[fileUrl(entry)], CHANGE.map((path) => fileUrl(`${root}/${path}`))]) {
    const taken = new Set(groups.flatMap((group) => [...group]));
    const known = roots.filter((url) => graph.has(url));
    groups.push(new Set([...importedBy(graph, known)].filter((url) => !taken.has(url))));
  }
  groups[0] = new Set([...groups[0]!].filter((url) => url !== fileUrl(entry)));
  for (const [i, group] of groups.entries()) {
    await Deno.writeTextFile(`${work}/group_${i}.ts`, [...group].map(importLine).join(""));
  }
  const imports: Record<string, string> = {};
  for (const [i, url] of [...lazyModules(modules)].entries()) {
    const needed = groupsOf(graph, groups, url);
    if (needed.length === 0) continue;
    const folder = `${work}/${i}`;
    await Deno.mkdir(folder);
    const path = `${folder}/${url.slice(url.lastIndexOf("/") + 1)}`;
    const lines = needed.map((group) => importLine(fileUrl(`${work}/group_${group}.ts`)));
    await Deno.writeTextFile(path, `${lines.join("")}export * from ${JSON.stringify(url)};\n`);
    imports[url] = fileUrl(path);
  }
  // In the modules made here, the originals are meant.
  const originals = Object.fromEntries(Object.keys(imports).map((url) => [url, url]));
  return { imports, scopes: { [fileUrl(`${work}/`)]: originals } };
}

/** Returns the URL of a file or directory of this machine, as the runtime writes it. */
export function fileUrl(path: string): string {
  return pathToFileURL(path).href;
}

/** Returns the indexes of the groups that `url` needs something of, with those that they need. */
function groupsOf(
  graph: ReadonlyMap<string, ModuleInfo>,
  groups: readonly ReadonlySet<string>[],
  url: string,
): readonly number[] {
  let needed = importedBy(graph, [url]);
  const found: number[] = [];
  for (let i = groups.length - 1; i >= 0; i--) {
    const group = groups[i]!;
    if (needed.isDisjointFrom(group)) continue;
    found.unshift(i);
    needed = needed.union(importedBy(graph, [...group]));
  }
  return found;
}

/** Returns `urls` and all modules of ours and of packages that they import, but not by `import()`. */
function importedBy(graph: ReadonlyMap<string, ModuleInfo>, urls: readonly string[]): Set<string> {
  const found = new Set<string>();
  const queue = [...urls];
  for (let url = queue.pop(); url !== undefined; url = queue.pop()) {
    if (found.has(url) || !url.startsWith("file:")) continue;
    found.add(url);
    for (const { code, isDynamic } of graph.get(url)?.dependencies ?? []) {
      if (code !== undefined && isDynamic !== true) queue.push(code.specifier);
    }
  }
  return found;
}

/** Returns the modules of ours that are loaded by `import()`. */
function lazyModules(modules: readonly ModuleInfo[]): ReadonlySet<string> {
  return new Set(
    modules.flatMap(({ dependencies = [] }) => dependencies).flatMap(({ code, isDynamic }) => {
      return isDynamic === true && code?.specifier.endsWith(".ts") ? [code.specifier] : [];
    }),
  );
}

function importLine(url: string): string {
  return `import ${JSON.stringify(url)};\n`;
}
