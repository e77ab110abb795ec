/**
 * The rules of the repository, as tests: ranks and cycles of imports, edges, module docs.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { COMMAND_NAMES } from "../mod/cli/command_table.ts";

const ROOT = `${import.meta.dirname}/../`;
/** Maximum number of lines of a function, so that it reads as one idea. */
const FUNCTION_LINES_MAX = 70;
/** Maximum number of files in a folder, not counting those of its subfolders. */
const FILES_MAX = 25;
/**
 * Maximum number of entries, files and folders, of the folders that join the others and would
 * gather everything.
 */
const ENTRIES_MAX: Readonly<Record<string, number>> = { "mod/cli": 12, "mod/host": 12 };
/** Files in which time is what is measured, or a limit after which a test gives up. */
const MEASURES_TIME = /^tests\/(?:bench|fuzz)\/|^tests\/(?:conformance\/probe|support\/wait)\.ts$/;

/** Imports go to a strictly lower rank, or stay inside the folder. */
const RANKS: Readonly<Record<string, number>> = {
  base: 0,
  wire: 1,
  config: 1,
  acme: 2,
  fleet: 2,
  listen: 2,
  http: 2,
  site: 2,
  telemetry: 2,
  host: 3,
  admin: 4,
  cli: 5,
};

interface Source {
  /** Relative to the root: `mod/base/address.ts`. */
  readonly path: string;
  readonly text: string;
  /** The text without comments, with strings as they are: what the rules check. */
  readonly code: string;
}

const SOURCES: readonly Source[] = [
  read("main.ts"),
  ...walk("mod").filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts")).map(read),
];

/** Defines a rule. `check` returns why a file breaks it; nothing if it does not. */
function rule(name: string, check: (source: Source) => readonly string[]): void {
  Deno.test(`tidy: ${name}`, () => {
    const broken = SOURCES.flatMap((source) =>
      check(source).map((why) => `${source.path}: ${why}`)
    );
    assertEquals(broken, []);
  });
}

rule("a file begins with its module doc", ({ text }) => {
  const doc = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? "";
  return doc.includes("@module") ? [] : ["no `/** … @module */` at the top"];
});

rule("a function fits on a screen", ({ text }) => {
  return longFunctions(text).map(([name, lines]) => `${name} has ${lines} lines`);
});

rule("file names are snake_case", ({ path }) => {
  return /^(?:[a-z0-9_]+\/)*[a-z0-9_]+\.ts$/.test(path) ? [] : ["not snake_case"];
});

rule("imports go to a lower rank, or stay in the folder", (source) => {
  const own = folderOf(source.path);
  return importsOf(source).flatMap((target) => {
    if (!target.startsWith("mod/") || own === "") return [];
    const folder = folderOf(target);
    if (folder === own) return [];
    return RANKS[folder]! < RANKS[own]! ? [] : [`imports ${target}`];
  });
});

rule("only an edge touches Deno, node, the clock or timers, and every edge does", (source) => {
  if (source.path === "main.ts") return [];
  const touched = outsideOf(source);
  const isEdge = /^(?:\/\*\*| \*) Edge: /m.test(/^\/\*\*[\s\S]*?\*\//.exec(source.text)?.[0] ?? "");
  if (isEdge) return touched.length === 0 ? ['says "Edge:" and touches nothing'] : [];
  return touched.map((what) => `touches ${what} and does not say "Edge:"`);
});

rule("only one file listens", ({ path, code }) => {
  if (path === "mod/listen/sockets/endpoint.ts") return [];
  return /\bDeno\.(listen|listenTls|serve)\b/.test(code) ? ["listens"] : [];
});

rule("one file writes to stdout and stderr, and one the access log to stdout", ({ path, code }) => {
  if (path === "mod/cli/core/output.ts" || path === "mod/telemetry/logs/stdout_stream.ts") {
    return [];
  }
  return /\bDeno\.(stdout|stderr)\b|\bconsole\./.test(code) ? ["writes"] : [];
});

rule(
  "escape sequences are made in three files: colors, the line of progress, and whole screens",
  ({ path, code }) => {
    const makers = [
      "mod/cli/core/screen/colors.ts",
      "mod/cli/core/screen/full_screen.ts",
      "mod/cli/core/progress_line.ts",
    ];
    if (makers.includes(path)) return [];
    return /\\(?:x1b|u001b|u\{0*1b\}|x9b|u009b)/i.test(code) ? ["has an escape character"] : [];
  },
);

rule("only one file makes text printable, and one colors it", ({ path, code }) => {
  const makers = [
    "mod/base/printable.ts",
    "mod/cli/core/screen/colors.ts",
    "mod/cli/core/screen/full_screen.ts",
    "mod/cli/core/output.ts",
  ];
  return !makers.includes(path) && /\bas Printable\b/.test(code) ? ["makes Printable"] : [];
});

rule("only main.ts ends the process", ({ path, code }) => {
  return path !== "main.ts" && /\bDeno\.exit\b/.test(code) ? ["exits"] : [];
});

rule("what ships imports neither tests nor @std/assert", (source) => {
  return importsOf(source).filter((target) => {
    return target.startsWith("tests/") || target.startsWith("@std/assert");
  });
});

rule("only one file parses arguments", ({ path, code }) => {
  return path !== "mod/cli/core/args.ts" && code.includes('"@std/cli/parse-args"')
    ? ["parses arguments"]
    : [];
});

Deno.test("tidy: imports between files have no cycles", () => {
  const paths = new Set(SOURCES.map(({ path }) => path));
  const edges = SOURCES.map((source) => {
    return [source.path, importsOf(source).filter((target) => paths.has(target))] as const;
  });
  assertEquals(cyclesOf(new Map(edges)), []);
});

Deno.test("tidy: imports between the subfolders of a folder have no cycles", () => {
  const edges = new Map<string, string[]>();
  for (const source of SOURCES) {
    const own = leafOf(source.path);
    const targets = importsOf(source).filter((target) => target.startsWith("mod/")).map(leafOf);
    const inside = targets.filter((leaf) => leaf !== own && folderOf(leaf) === folderOf(own));
    edges.set(own, [...edges.get(own) ?? [], ...inside]);
  }
  assertEquals(cyclesOf(edges), []);
});

Deno.test("tidy: no tool of cli/tools imports another", () => {
  const toolOf = (path: string): string => /^mod\/cli\/tools\/([^/]+)\//.exec(path)?.[1] ?? "";
  const crossing = SOURCES.flatMap((source) => {
    const own = toolOf(source.path);
    return importsOf(source)
      .filter((target) => own !== "" && toolOf(target) !== "" && toolOf(target) !== own)
      .map((target) => `${source.path} imports ${target}`);
  });
  assertEquals(crossing, []);
});

/** Finds exports that no other file imports, and exports that only tests use. */
Deno.test("tidy: every export is used", () => {
  const dist = [...Deno.readDirSync(`${ROOT}dist`)].map(({ name }) => `dist/${name}`);
  const tests = walk("tests");
  const users = [...dist, ...tests].filter((path) => path.endsWith(".ts")).map(read);
  const used = new Map<string, string[]>();
  for (const user of [...SOURCES, ...users]) {
    for (const name of importedNames(user)) used.set(name, [...used.get(name) ?? [], user.path]);
  }
  const unused = SOURCES.flatMap(({ path, code }) => {
    return exportedNames(code).flatMap((name) => {
      const by = used.get(`${path} ${name}`) ?? [];
      const isUsedHere = (code.match(new RegExp(`(?<![\\w.])${name}\\b`, "g")) ?? []).length > 1;
      if (by.length === 0) return [`${path}: no file imports ${name}`];
      const isShipped = isUsedHere || by.some((user) => !user.startsWith("tests/"));
      return isShipped ? [] : [`${path}: only tests use ${name}`];
    });
  });
  assertEquals(unused, []);
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
  const golden = walk("tests/golden").filter((path) => path.endsWith(".txt")).flatMap((path) => {
    return Deno.readTextFileSync(ROOT + path).split("\n").filter((line) => line.startsWith("$ "));
  });
  // Command lines in tests, without titles; the tables of these would name every command.
  const tables = ["tests/cli/core/help_test.ts", "tests/cli/guess/guess_line_test.ts"];
  const code = walk("tests").filter((path) => {
    return path.endsWith("_test.ts") && !tables.includes(path);
  }).map((path) => read(path).code.replace(/\b(?:Deno\.test\(|name:)\s*"[^"]*"/g, ""));
  const lines = [...golden, ...code].join("\n").toLowerCase().replace(/[$",'`\s]+/g, " ");
  assertEquals(COMMAND_NAMES.filter((name) => !lines.includes(` ${name} `)), []);
});

Deno.test("tidy: no command loads the data of languages before it needs them", () => {
  const files = walk("mod").filter((path) => path.endsWith(".ts")).map(read);
  const found = files.filter(({ code }) => {
    return /^\S.*new Intl\./m.test(code) || /\btoLocale[A-Z]\w*\(/.test(code);
  });
  assertEquals(found.map(({ path }) => path), []);
});

Deno.test("tidy: no test reads a clock to measure how long something took", () => {
  const tests = walk("tests").filter((path) => path.endsWith(".ts")).map(read);
  const timed = tests.filter(({ path, code }) => {
    return !MEASURES_TIME.test(path) &&
      /\bperformance\.now\b|\bDate\.now\(\) *-|- *Date\.now\(\)/.test(code);
  });
  assertEquals(timed.map(({ path }) => path), []);
});

Deno.test("tidy: no path of a URL is used as the path of a file", () => {
  const all = ["mod", "dist", "tests"].flatMap((folder) => walk(folder));
  const found = all.filter((path) => path.endsWith(".ts")).map(read).filter(({ code }) => {
    return /import\.meta\.url\)*\.pathname/.test(code);
  });
  assertEquals(found.map(({ path }) => path), []);
});

Deno.test("tidy: a folder is not crowded", () => {
  const crowded = [...foldersOf("mod"), ...foldersOf("tests")].flatMap((folder) => {
    const entries = [...Deno.readDirSync(ROOT + folder)];
    const files = entries.filter(({ isFile }) => isFile).length;
    const most = ENTRIES_MAX[folder] ?? Infinity;
    return [
      ...(files > FILES_MAX ? [`${folder} has ${files} files, more than ${FILES_MAX}`] : []),
      ...(entries.length > most
        ? [`${folder} has ${entries.length} entries, more than ${most}`]
        : []),
    ];
  });
  assertEquals(crowded, []);
});

Deno.test("tidy: the top level has only what belongs there", () => {
  const allowed = new Set([
    ..."deno.json main.ts mod tests dist README.md ARCHITECTURE.md CHANGELOG.md LICENSE".split(" "),
    ..."deno.lock .ci .github .gitattributes .gitignore .git".split(" "),
  ]);
  const found = [...Deno.readDirSync(ROOT)].map(({ name }) => name);
  assertEquals(found.filter((name) => !allowed.has(name)), []);
});

/** What a file touches outside the program: the runtime, the clock, random numbers. */
function outsideOf({ code }: Source): string[] {
  const found = [...code.matchAll(/\bDeno\.(?!errors\b)(\w+)/g)]
    .filter(([, name = ""]) => !isTypeOnly(name))
    .map(([name]) => name);
  const clock =
    /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bset(?:Timeout|Interval|Immediate)\(|\bAbortSignal\.timeout\(/g;
  return [
    ...found,
    ...code.matchAll(/\bfrom "node:\w+|\bimport\("node:\w+/g),
    ...code.matchAll(clock),
    ...code.matchAll(/\bcrypto\.(?:randomUUID|getRandomValues)\b|\bMath\.random\b/g),
  ].map(String);
}

function isTypeOnly(name: string): boolean {
  return /^(?:TcpConn|Conn|Listener|FsFile|FileInfo|NetAddr|NetworkInterfaceInfo|UnixConn|Signal|DirEntry)$/
    .test(name);
}

/** The folder of `mod` that contains a path; "" if none does. */
function folderOf(path: string): string {
  return /^mod\/([^/]+)\//.exec(`${path}/`)?.[1] ?? "";
}

/** Where a path is inside its folder of `mod`: `mod/http/parse`, or `mod/http/server.ts`. */
function leafOf(path: string): string {
  return path.split("/").slice(0, 3).join("/");
}

/** The cycles of a graph, each as `a -> b -> a`. */
function cyclesOf(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (at: string, trail: readonly string[]): void => {
    if (trail.includes(at)) {
      cycles.push([...trail.slice(trail.indexOf(at)), at].join(" -> "));
      return;
    }
    if (done.has(at)) return;
    for (const next of edges.get(at) ?? []) visit(next, [...trail, at]);
    done.add(at);
  };
  for (const at of edges.keys()) visit(at, []);
  return cycles;
}

function exportedNames(code: string): string[] {
  const form =
    /^export (?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type) (\w+)/gm;
  return [...code.matchAll(form)].map(([, name]) => name!);
}

/** What a file imports from others, as `PATH NAME`, in any of the forms of an import. */
function importedNames({ path, code }: Source): string[] {
  const from = (specifier: string): string => {
    return specifier.startsWith(".")
      ? new URL(specifier, `file:///${path}`).pathname.slice(1)
      : specifier;
  };
  const words = new Set(code.match(/\w+/g));
  const named = (list: string, specifier: string): string[] => {
    return list.split(",").map((part) => part.trim().replace(/^type /, "").split(" as ", 1)[0]!)
      .filter((name) => name !== "").map((name) => `${from(specifier)} ${name}`);
  };
  const members = (alias: string, specifier: string): string[] => {
    const member = new RegExp(`(?<![\\w]|\\w\\.)${alias}\\.(\\w+)`, "g");
    return [...code.matchAll(member)].map(([, name]) => `${from(specifier)} ${name}`);
  };
  const all = (form: RegExp, read: (list: string, specifier: string) => string[]): string[] => {
    return [...code.matchAll(form)].flatMap(([, list, specifier]) => read(list!, specifier!));
  };
  return [
    ...all(/\b(?:import|export) (?:type )?\{([^}]*)\} from "([^"]+)"/g, named),
    ...all(/\bimport (?:type )?\* as (\w+) from "([^"]+)"/g, members),
    ...[...code.matchAll(/\bimport\(\s*"([^"]+)"/g)].flatMap(([, specifier]) => {
      // A promise can be destructured in many ways: every word of the file may be an imported name.
      return [...words].map((word) => `${from(specifier!)} ${word}`);
    }),
  ];
}

/** The targets of static and dynamic imports: paths from the root, or bare names as they are. */
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

/** Top-level functions and methods that are too long, by the indentation of `deno fmt`. */
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

/** Returns `folder` and every folder below it. */
function foldersOf(folder: string): string[] {
  const below = [...Deno.readDirSync(ROOT + folder)].filter(({ isDirectory }) => isDirectory);
  return [folder, ...below.flatMap(({ name }) => foldersOf(`${folder}/${name}`))];
}

function walk(folder: string): string[] {
  return [...Deno.readDirSync(ROOT + folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? walk(path) : [path];
  });
}
