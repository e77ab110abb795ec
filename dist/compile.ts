/**
 * Edge: makes the standalone form from the bundle, with `deno compile`.
 *
 * @module
 */
import { MAIN_FILE } from "./bundle.ts";
import { PERMISSION_FLAGS } from "./permissions.ts";
import { BuildError, run } from "./run.ts";
import { RUNTIME_FLAGS } from "./runtime_flags.ts";
import type { Target } from "./targets.ts";

/**
 * The result of `deno compile`; "unreachable" if it could not fetch the runtime that it builds on.
 */
export type CompileOutcome = "made" | "unreachable";

/**
 * Compiles the bundle in the directory `bundle` for `target` into `out`.
 *
 * `deno compile` reads the runtime from the file that DENORT_BIN names; otherwise it downloads it.
 * A failed download is "unreachable"; any other failure throws a {@linkcode BuildError}.
 */
export async function compileBundle(
  options: { readonly bundle: string; readonly target: Target; readonly out: string },
): Promise<CompileOutcome> {
  const { bundle, target, out } = options;
  const result = await run([
    Deno.execPath(),
    "compile",
    "--no-config",
    "--no-lock",
    "--no-check",
    "--app-name",
    "httpcfg",
    "--target",
    target.triple,
    ...RUNTIME_FLAGS,
    ...PERMISSION_FLAGS,
    "--output",
    out,
    MAIN_FILE,
  ], { cwd: bundle });
  if (result.success) return "made";
  if (/Setting up base binary/.test(result.stderr)) return "unreachable";
  throw new BuildError(
    `Cannot compile for "${target.name}": deno compile failed\n${result.stderr.trimEnd()}`,
  );
}
