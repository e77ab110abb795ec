/**
 * Edge: starts the tools a build needs and says in one line what went wrong.
 *
 * @module
 */

/** A build step that failed; the message is all that its reader needs. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}

export interface RunResult {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `command` to its end. Colour is off, so that the text can be searched. */
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

/** As {@linkcode run}; a failure throws with the last lines that the tool wrote. */
export async function runOrThrow(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Promise<RunResult> {
  const result = await run(command, options);
  if (result.success) return result;
  const tail = result.stderr.trimEnd().split("\n").slice(-20).join("\n");
  throw new BuildError(`Cannot run "${command.slice(0, 3).join(" ")}": it failed\n${tail}`);
}
