/**
 * Edge: the bill of materials of a release, CycloneDX 1.6 in JSON: what the program is made of, with
 * version, license and the checksum of each package, from `deno.json`, `deno.lock` and the packages
 * themselves. The same commit gives the same file.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import type { BuildInfo } from "./bundle.ts";
import { BuildError, runOrThrow } from "./run.ts";

/** What `deno.lock` says of a package. */
interface LockedPackage {
  readonly integrity: string;
  readonly dependencies?: readonly string[];
}

/** The facts that a bill is made of. */
export interface SbomInput extends BuildInfo {
  /** ISO 8601, UTC; null leaves it out. */
  readonly at: string | null;
  /** Versions of the runtime and of its engine. */
  readonly runtime: { readonly deno: string; readonly v8: string };
  /** Key in `deno.lock` (`name@version`, perhaps with `_` and its peers) -> what it says. */
  readonly locked: Readonly<Record<string, LockedPackage>>;
  /** Keys of the packages that the program imports, and of those that only its tools do. */
  readonly shipped: readonly string[];
  readonly tools: readonly string[];
  /** License of `name@version`, an SPDX expression. */
  readonly licenses: ReadonlyMap<string, string>;
}

interface Component {
  readonly type: "application" | "library" | "platform";
  readonly "bom-ref": string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  /** `excluded`: used to make the program, and not in it. */
  readonly scope?: "required" | "excluded";
  readonly hashes?: readonly { readonly alg: "SHA-512"; readonly content: string }[];
  readonly licenses?: readonly { readonly expression: string }[];
  readonly purl: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/** The bill, as far as it is made here. */
export interface Sbom {
  readonly $schema: string;
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.6";
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: { readonly timestamp?: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly {
    readonly ref: string;
    readonly dependsOn: readonly string[];
  }[];
}

/** Returns the bill of `input`. */
export function makeSbom(input: SbomInput): Sbom {
  const { version, commit, at, locked, shipped, tools, runtime } = input;
  const inProgram = closure(locked, shipped);
  const keys = [...new Set([...inProgram, ...closure(locked, tools)])].sort();
  const root: Component = {
    type: "application",
    "bom-ref": `pkg:generic/httpcfg@${version}`,
    name: "httpcfg",
    version,
    licenses: [{ expression: "MIT" }],
    purl: `pkg:generic/httpcfg@${version}`,
    properties: [{ name: "httpcfg:commit", value: commit }],
  };
  const deno = platform("deno", runtime.deno, `pkg:github/denoland/deno@v${runtime.deno}`, "MIT");
  const v8 = platform("v8", runtime.v8, `pkg:generic/v8@${runtime.v8}`, "BSD-3-Clause");
  const components = [
    deno,
    v8,
    ...keys.map((key) => library(key, { ...input, isShipped: inProgram.has(key) })),
  ];
  const dependencies = [
    { ref: root["bom-ref"], dependsOn: [deno.purl, ...shipped.map(refOf).sort()] },
    { ref: deno.purl, dependsOn: [v8.purl] },
    { ref: v8.purl, dependsOn: [] },
    ...keys.map((key) => ({ ref: refOf(key), dependsOn: needsOf(locked, key).map(refOf).sort() })),
  ];
  const content = {
    metadata: { ...(at === null ? {} : { timestamp: at }), component: root },
    components,
    dependencies,
  };
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`,
    version: 1,
    ...content,
  };
}

/** Collects the facts of the project at `root`. */
export async function readSbomInput(root: string, info: BuildInfo): Promise<SbomInput> {
  const lock = JSON.parse(await Deno.readTextFile(`${root}/deno.lock`));
  const { imports } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const locked: Readonly<Record<string, LockedPackage>> = lock.npm;
  const used = await importedBy(root);
  const keys = (isShipped: boolean): string[] => {
    const names = Object.entries(imports as Record<string, string>)
      .filter(([name]) => used.has(name) === isShipped)
      .map(([, target]) => lockKey(target, lock.specifiers));
    return [...new Set(names)].sort();
  };
  const shipped = keys(true);
  const tools = keys(false).filter((key) => !shipped.includes(key));
  const { deno, v8 } = Deno.version;
  const at = await commitTime(root);
  // All packages, also those that only tools use.
  await runOrThrow([Deno.execPath(), "cache", "--quiet", "main.ts", "dist/schema.ts"], {
    cwd: root,
  });
  const licenses = await readLicenses(Object.keys(locked));
  return { ...info, at, runtime: { deno, v8 }, locked, shipped, tools, licenses };
}

/** Returns the names of `deno.json` that the program itself imports. */
async function importedBy(root: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const files = [`${root}/main.ts`];
  const visited = new Set<string>();
  for (let path = files.pop(); path !== undefined; path = files.pop()) {
    if (visited.has(path)) continue;
    visited.add(path);
    const text = (await Deno.readTextFile(path)).replace(/^import type .*$/gm, "");
    for (const [, name = ""] of text.matchAll(/(?:from|import\(|import) ?"([^"]+)"/g)) {
      if (!name.startsWith(".")) found.add(name);
      else if (name.endsWith(".ts")) files.push(join(dirname(path), name));
    }
  }
  return found;
}

/** Returns the key in `deno.lock` of `npm:NAME@VERSION/PATH`. */
function lockKey(target: string, specifiers: Readonly<Record<string, string>>): string {
  const [specifier = "", name = ""] = /^npm:((?:@[^/]+\/)?[^@/]+)@[^/]+/.exec(target) ?? [];
  const version = specifiers[specifier];
  if (version === undefined) {
    throw new BuildError(`Cannot make the bill of materials: "${target}" is not in deno.lock`);
  }
  return `${name}@${version}`;
}

async function readLicenses(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await runOrThrow([Deno.execPath(), "info", "--json"]);
  const cache = `${JSON.parse(stdout).npmCache}/registry.npmjs.org`;
  const licenses = new Map<string, string>();
  for (const key of keys) {
    const { name, version } = splitKey(key);
    const text = await Deno.readTextFile(`${cache}/${name}/${version}/package.json`);
    const { license } = JSON.parse(text) as { license?: unknown };
    if (typeof license === "string") licenses.set(key, license);
  }
  return licenses;
}

/** Returns when the commit was made, so that the file does not depend on when it is built. */
async function commitTime(root: string): Promise<string | null> {
  try {
    const log = ["git", "-C", root, "log", "-1", "--format=%ct"];
    return new Date(Number((await runOrThrow(log)).stdout) * 1000).toISOString();
  } catch {
    return null;
  }
}

function library(
  key: string,
  { locked, licenses, isShipped }: SbomInput & { readonly isShipped: boolean },
): Component {
  const { name, version } = splitKey(key);
  const [group, local] = name.startsWith("@") ? name.split("/") : [undefined, name];
  const license = licenses.get(key);
  const [, base64 = ""] = /^sha512-(.+)$/.exec(locked[key]!.integrity) ?? [];
  return {
    type: "library",
    "bom-ref": refOf(key),
    ...(group === undefined ? {} : { group }),
    name: local!,
    version,
    scope: isShipped ? "required" : "excluded",
    hashes: [{ alg: "SHA-512", content: Buffer.from(base64, "base64").toString("hex") }],
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    purl: refOf(key),
  };
}

function platform(name: string, version: string, purl: string, expression: string): Component {
  return {
    type: "platform",
    "bom-ref": purl,
    name,
    version,
    scope: "required",
    licenses: [{ expression }],
    purl,
  };
}

function closure(
  locked: Readonly<Record<string, LockedPackage>>,
  roots: readonly string[],
): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [...roots];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    queue.push(...needsOf(locked, key));
  }
  return found;
}

/** Returns the keys of what `key` depends on. The lock leaves a version out where there is one. */
function needsOf(locked: Readonly<Record<string, LockedPackage>>, key: string): string[] {
  return (locked[key]?.dependencies ?? []).map((name) => {
    const found = Object.keys(locked).find((other) => {
      return other === name || splitKey(other).name === name;
    });
    if (found !== undefined) return found;
    throw new BuildError(`Cannot make the bill of materials: deno.lock has no "${name}"`);
  });
}

function splitKey(key: string): { readonly name: string; readonly version: string } {
  const at = key.lastIndexOf("@", key.includes("_") ? key.indexOf("_") : undefined);
  return { name: key.slice(0, at), version: key.slice(at + 1).replace(/_.*$/, "") };
}

function refOf(key: string): string {
  const { name, version } = splitKey(key);
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

/** Returns a UUID of the content: version 8, which leaves the bits to its maker. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = "89ab"[Number.parseInt(hex[16]!, 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
