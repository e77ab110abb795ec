/**
 * Edge: what the portable form consists of besides the runtime, and the flags that it is started
 * with, on every platform.
 *
 * @module
 */
import { RUNTIME_ENVIRONMENT } from "../mod/host/process/runtime_environment.ts";
import { bundleFile } from "./bundle.ts";
import { PERMISSION_FLAGS } from "./permissions.ts";
import { RUNTIME_FLAGS } from "./runtime_flags.ts";

/**
 * Nothing outside the unpacked directory affects the program: no configuration, no downloads.
 * Without `--unstable-lazy-dynamic-imports`, the runtime reads and analyzes the files of all commands
 * before it runs one, which takes 5 ms. Without `--quiet`, it clears the line of the terminal
 * whenever it loads one of them, and with it a line of ours that is not finished.
 */
const QUIET_FLAGS: readonly string[] = [
  "--quiet",
  "--unstable-lazy-dynamic-imports",
  "--no-config",
  "--no-lock",
  "--no-remote",
  "--no-npm",
  "--cached-only",
  "--node-modules-dir=none",
];

/** The flags of the program. */
export const RUN_FLAGS: readonly string[] = [...QUIET_FLAGS, ...RUNTIME_FLAGS, ...PERMISSION_FLAGS];

/** The environment of the program. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  DENO_NO_UPDATE_CHECK: "1",
  DENO_NO_PACKAGE_JSON: "1",
  ...RUNTIME_ENVIRONMENT,
};

/** The program that removes older versions; it works in the directory that it is started in. */
export const CLEAN_FILE = "clean.js";
export const CLEAN_FLAGS: readonly string[] = [
  ...QUIET_FLAGS,
  "--no-prompt",
  "--no-code-cache",
  "--allow-read=.",
  "--allow-write=.",
  "--allow-sys=uid",
];

/**
 * The program that loads everything and does nothing: the runtime keeps the compiled code of what it
 * has loaded when a program ends by itself, and the commands end earlier. It keeps it in a directory
 * that is as private as the program, and compares versions and digests before it uses any. What is
 * loaded later, by a service, finds its code there, and leaves no log for every start to read.
 */
const WARM_FILE = "warm.js";

/** The program that puts in order what the first has left; it works in the directory of the caches. */
const SETTLE_FILE = "settle.js";
export const SETTLE_FLAGS: readonly string[] = [
  ...QUIET_FLAGS,
  "--no-prompt",
  "--no-code-cache",
  "--allow-read=.",
  "--allow-write=.",
];

/** A file of the portable form. */
export interface PortablePart {
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** Returns the bundle in the directory `bundle`, and the programs that let the runtime cache it. */
export async function portableParts(
  bundle: string,
  files: readonly string[],
): Promise<readonly PortablePart[]> {
  const parts = files.map(async (name) => ({
    name,
    content: await Deno.readFile(`${bundle}/${name}`),
  }));
  const warm = files.map((name) => `import "./${name}";\n`).join("");
  return [
    ...await Promise.all(parts),
    {
      name: SETTLE_FILE,
      content: await bundleFile(new URL("portable_settle.ts", import.meta.url)),
    },
    { name: WARM_FILE, content: new TextEncoder().encode(warm) },
  ];
}
