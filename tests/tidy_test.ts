/**
 * The rules of the repository, as tests: ranks and cycles of imports, edges, module docs.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { VERSION } from "../mod/base/version.ts";
import { COMMAND_NAMES } from "../mod/cli/catalog.ts";

const ROOT = new URL("../", import.meta.url).pathname;
/** Lines of a function that still read as one idea. */
const FUNCTION_LINES_MAX = 70;

/** Imports go to a strictly lower rank, or stay inside the folder. */
const RANKS: Readonly<Record<string, number>> = {
  base: 0,
  wire: 1,
  config: 1,
  listen: 2,
  http: 2,
  site: 2,
  telemetry: 2,
  host: 3,
  admin: 4,
  cli: 5,
};

interface Source {
  /** From the root: `mod/base/address.ts`. */
  readonly path: string;
  readonly text: string;
  /** Without comments and strings' contents staying as they are: what the rules look at. */
  readonly code: string;
}

const SOURCES: readonly Source[] = [
  read("main.ts"),
  ...walk("mod").filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts")).map(read),
];

/** A rule: the files that break it, each with a word why. Empty is well. */
function rule(name: string, check: (source: Source) => readonly string[]): void {
  Deno.test(`tidy: ${name}`, () => {
    const broken = SOURCES.flatMap((source) =>
      check(source).map((why) => `${source.path}: ${why}`)
    );
    assertEquals(broken, []);
  });
}

rule("a file opens with its module doc", ({ text }) => {
  const doc = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? "";
  return doc.includes("@module") ? [] : ["no `/** … @module */` at its top"];
});

rule("a function fits a screen", ({ text }) => {
  return longFunctions(text).map(([name, lines]) => `${name} has ${lines} lines`);
});

rule("file names are snake_case", ({ path }) => {
  return /^(?:[a-z0-9_]+\/)*[a-z0-9_]+\.ts$/.test(path) ? [] : ["not snake_case"];
});

rule("imports go down in rank, or stay in the folder", (source) => {
  const own = folderOf(source.path);
  return importsOf(source).flatMap((target) => {
    if (!target.startsWith("mod/") || own === "") return [];
    const folder = folderOf(target);
    if (folder === own) return [];
    return RANKS[folder]! < RANKS[own]! ? [] : [`imports ${target}`];
  });
});

rule("only an edge touches Deno, node or the clock's timers", ({ path, text, code }) => {
  if (path === "main.ts" || /\bedge\b/i.test(/^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? "")) {
    return [];
  }
  const found: string[] = [];
  for (const match of code.matchAll(/\bDeno\.(?!errors\b)(\w+)/g)) {
    if (!isTypeOnly(match[1]!)) found.push(`touches Deno.${match[1]} and does not say "edge"`);
  }
  if (/from "node:/.test(code)) found.push('imports node: and does not say "edge"');
  return found;
});

rule("listening is done in one file", ({ path, code }) => {
  if (path === "mod/listen/sockets/endpoint.ts") return [];
  return /\bDeno\.(listen|listenTls|serve)\b/.test(code) ? ["listens"] : [];
});

rule("stdout and stderr are written in one file", ({ path, code }) => {
  if (path === "mod/cli/core/output.ts") return [];
  return /\bDeno\.(stdout|stderr)\b|\bconsole\./.test(code) ? ["writes"] : [];
});

rule("the process ends in main.ts", ({ path, code }) => {
  return path !== "main.ts" && /\bDeno\.exit\b/.test(code) ? ["exits"] : [];
});

rule("what ships does not import tests or @std/assert", (source) => {
  return importsOf(source).filter((target) => {
    return target.startsWith("tests/") || target.startsWith("@std/assert");
  });
});

rule("arguments are parsed in one file", ({ path, code }) => {
  return path !== "mod/cli/core/args.ts" && code.includes('"@std/cli/parse-args"')
    ? ["parses arguments"]
    : [];
});

Deno.test("tidy: imports inside a folder have no cycle", () => {
  const edges = new Map(SOURCES.map((source) => [source.path, importsOf(source)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) if (edges.has(next)) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  assertEquals(cycles, []);
});

Deno.test("tidy: every file in mod is reachable from main.ts", () => {
  const edges = new Map(SOURCES.map((source) => [source.path, importsOf(source)]));
  const reached = new Set<string>();
  const queue = ["main.ts"];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    queue.push(...edges.get(next) ?? []);
  }
  assertEquals(SOURCES.map(({ path }) => path).filter((path) => !reached.has(path)), []);
});

Deno.test("tidy: every command is run by a test", () => {
  const lines = walk("tests").map((path) => Deno.readTextFileSync(ROOT + path)).join("\n")
    .toLowerCase().replace(/[",'`\s]+/g, " ");
  const untested = COMMAND_NAMES.filter((name) => !lines.includes(` ${name} `));
  assertEquals(untested, []);
});

Deno.test("tidy: the version is one", () => {
  const { version } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)) as { version: string };
  assertEquals(VERSION, version);
});

Deno.test("tidy: the top level holds what the card names, and what people look for", () => {
  const allowed = new Set([
    ..."deno.json main.ts mod tests dist README.md ARCHITECTURE.md CHANGELOG.md LICENSE".split(" "),
    ..."deno.lock .ci .github .gitignore .git".split(" "),
  ]);
  const found = [...Deno.readDirSync(ROOT)].map(({ name }) => name);
  assertEquals(found.filter((name) => !allowed.has(name)), []);
});

function isTypeOnly(name: string): boolean {
  return /^(?:TcpConn|Conn|Listener|FsFile|FileInfo|NetAddr|NetworkInterfaceInfo|UnixConn|Signal|DirEntry)$/
    .test(name);
}

function folderOf(path: string): string {
  return /^mod\/([^/]+)\//.exec(path)?.[1] ?? "";
}

/** Targets of static and dynamic imports: paths from the root, or bare names as they are. */
function importsOf({ path, code }: Source): string[] {
  const specifiers = [
    ...code.matchAll(/(?:^import|^export|^\} )[^;]*?from "([^"]+)"/gms),
    ...code.matchAll(/\bimport\(\s*"([^"]+)"/g),
  ].map((match) => match[1]!);
  return specifiers.map((specifier) => {
    if (!specifier.startsWith(".")) return specifier;
    return new URL(specifier, `file:///${path}`).pathname.slice(1);
  });
}

/** Top-level functions and methods that are too long, by the indentation that `deno fmt` gives. */
function longFunctions(text: string): [string, number][] {
  const lines = text.split("\n");
  const found: [string, number][] = [];
  lines.forEach((line, start) => {
    const head =
      /^( {0,2})(?:export )?(?:async )?(?:function\*? (\w+)|(?:async )?[#*]?(\w+)\(.*\{$)/
        .exec(line);
    if (head === null) return;
    const end = lines.findIndex((later, i) =>
      i > start && /^ *},?$/.test(later) && later.startsWith(`${head[1]}}`)
    );
    const length = end - start + 1;
    if (length > FUNCTION_LINES_MAX) found.push([head[2] ?? head[3] ?? "?", length]);
  });
  return found;
}

function read(path: string): Source {
  const text = Deno.readTextFileSync(ROOT + path);
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
  return { path, text, code };
}

function walk(folder: string): string[] {
  return [...Deno.readDirSync(ROOT + folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? walk(path) : [path];
  });
}
