/**
 * Programs that a test needs and a machine may lack.
 *
 * @module
 */

const PATHS = (Deno.env.get("PATH") ?? "").split(":");

/** True where every one of `names` can be run. */
export function have(...names: string[]): boolean {
  return names.every((name) => PATHS.some((folder) => isFile(`${folder}/${name}`)));
}

/**
 * A test that needs `tools`; where one is missing it is skipped, and its name says for want of what.
 */
export function testWith(tools: readonly string[], name: string, fn: () => Promise<void>): void {
  const missing = tools.filter((tool) => !have(tool));
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
