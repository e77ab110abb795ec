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
  /** The npm package that has the runtime for it. */
  readonly runtime: string;
}

/** How a program is packed: by `deno compile`, or together with the runtime itself. */
export type Form = "standalone" | "portable";

export const TARGETS: readonly Target[] = [
  { triple: "x86_64-unknown-linux-gnu", name: "linux-x64", runtime: "@deno/linux-x64-glibc" },
  { triple: "aarch64-unknown-linux-gnu", name: "linux-arm64", runtime: "@deno/linux-arm64-glibc" },
  { triple: "x86_64-apple-darwin", name: "macos-x64", runtime: "@deno/darwin-x64" },
  { triple: "aarch64-apple-darwin", name: "macos-arm64", runtime: "@deno/darwin-arm64" },
  { triple: "x86_64-pc-windows-msvc", name: "windows-x64", runtime: "@deno/win32-x64" },
  { triple: "aarch64-pc-windows-msvc", name: "windows-arm64", runtime: "@deno/win32-arm64" },
];

/** Finds a target by its name or its triple; undefined if there is none. */
export function findTarget(text: string): Target | undefined {
  return TARGETS.find((target) => target.name === text || target.triple === text);
}

/** Reports whether a target is Windows, where a file is a program by its extension. */
export function isWindows(target: Target): boolean {
  return target.name.startsWith("windows-");
}

/**
 * Returns the name of a target's file, such as `httpcfg-linux-x64` or `httpcfg-windows-x64.exe`. It
 * is the same for every version, so links to it stay valid.
 */
export function releaseName(target: Target): string {
  return `httpcfg-${target.name}${extensionOf(target, "standalone")}`;
}

/** Returns that of its portable form: `httpcfg-windows-x64.zip`, or the same where it is a script. */
export function portableName(target: Target): string {
  return `httpcfg-${target.name}${extensionOf(target, "portable")}`;
}

/** Returns what the name of a target's file ends with. */
export function extensionOf(target: Target, form: Form): "" | ".exe" | ".zip" {
  if (!isWindows(target)) return "";
  return form === "portable" ? ".zip" : ".exe";
}
