/**
 * Edge: runs the tools that a build needs, and reports a failure in one line.
 *
 * @module
 */

/** A build step that failed. Only its message is shown, without a stack. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}

export interface RunResult {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `command` to its end. Color is off, so that the output can be searched. */
export async function run(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Promise<RunResult> {
  const [program = "", ...args] = command;
  const output = await new Deno.Command(program, {
    args,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { NO_COLOR: "1", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return {
    success: output.success,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

/** Like {@linkcode run}, but throws on failure, with the last lines of the tool's stderr. */
export async function runOrThrow(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Promise<RunResult> {
  const result = await run(command, options);
  if (result.success) return result;
  const tail = result.stderr.trimEnd().split("\n").slice(-20).join("\n");
  throw new BuildError(`Cannot run "${command.slice(0, 3).join(" ")}": command failed\n${tail}`);
}
