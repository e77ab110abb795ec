/**
 * The platforms that a release is built for, and the names of its files.
 *
 * @module
 */

export interface Target {
  /** The name for `deno compile --target`. */
  readonly triple: string;
  /** The name that people use; part of the file's name. */
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

/** Finds a target by its name or its triple; undefined if there is none. */
export function findTarget(text: string): Target | undefined {
  return TARGETS.find((target) => target.name === text || target.triple === text);
}

/**
 * Returns the name of a target's file, such as `httpcfg-linux-x64` or `httpcfg-windows-x64.exe`. It
 * is the same for every version, so links to it stay valid.
 */
export function releaseName(target: Target): string {
  return `httpcfg-${target.name}${target.name.startsWith("windows") ? ".exe" : ""}`;
}
