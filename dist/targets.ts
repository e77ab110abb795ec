/**
 * The machines a release is made for, and what the files are called.
 *
 * @module
 */

export interface Target {
  /** What `deno compile --target` calls it. */
  readonly triple: string;
  /** What people call it; part of the file's name. */
  readonly name: string;
}

export const TARGETS: readonly Target[] = [
  { triple: "x86_64-unknown-linux-gnu", name: "linux-x64" },
  { triple: "aarch64-unknown-linux-gnu", name: "linux-arm64" },
  { triple: "x86_64-apple-darwin", name: "macos-x64" },
  { triple: "aarch64-apple-darwin", name: "macos-arm64" },
  { triple: "x86_64-pc-windows-msvc", name: "windows-x64" },
  { triple: "aarch64-pc-windows-msvc", name: "windows-arm64" },
];

/** The target called `text`, by its name or its triple; undefined where there is none. */
export function findTarget(text: string): Target | undefined {
  return TARGETS.find((target) => target.name === text || target.triple === text);
}

/** `httpcfg-linux-x64`, `httpcfg-windows-x64.exe`: the same for every version, so links can stay. */
export function releaseName(target: Target): string {
  return `httpcfg-${target.name}${target.name.startsWith("windows") ? ".exe" : ""}`;
}
