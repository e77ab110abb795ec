/**
 * Programs that a test needs and that may not be installed.
 *
 * @module
 */

const IS_WINDOWS = Deno.build.os === "windows";
const PATHS = (Deno.env.get("PATH") ?? "").split(IS_WINDOWS ? ";" : ":");

/** Reports whether all of `names` are installed. */
export function have(...names: string[]): boolean {
  return names.every((name) =>
    PATHS.some((folder) => isFile(`${folder}/${name}${IS_WINDOWS ? ".exe" : ""}`))
  );
}

/**
 * A test that needs `tools`. It is skipped if one is missing, and its name says which. On Windows there
 * is no shell that would run them as the test means it.
 */
export function testWith(tools: readonly string[], name: string, fn: () => Promise<void>): void {
  const missing = IS_WINDOWS ? ["POSIX shell"] : tools.filter((tool) => !have(tool));
  if (missing.length === 0) Deno.test(name, fn);
  else Deno.test({ name: `${name} (skipped: no ${missing.join(", ")})`, ignore: true, fn });
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
