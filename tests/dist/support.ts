/** Helpers for the tests of the build: bundles, and a portable file of the stand-in program. */
import { assertEquals } from "@std/assert";
import { bundleProgram } from "../../dist/bundle.ts";
import { writePortable } from "../../dist/portable.ts";

export const ROOT: string = Deno.realPathSync(`${import.meta.dirname}/../..`).replaceAll("\\", "/");

export const INFO = { version: "9.8.7", commit: "0123456789ab" } as const;

export interface Built {
  readonly folder: string;
  readonly files: readonly string[];
}

/** Bundles `entry`, a path relative to the project, into a new temporary directory. */
export async function bundle(entry: string): Promise<Built> {
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  const files = await bundleProgram({
    root: ROOT,
    entry: `${ROOT}/${entry}`,
    out: folder,
    info: INFO,
  });
  return { folder, files };
}

/** Makes the portable form of `entry`, in a directory that everyone may enter. */
export async function portable(entry = "tests/dist/stand_in.ts"): Promise<string> {
  const { folder, files } = await bundle(entry);
  await Deno.chmod(folder, 0o755);
  const out = `${folder}/httpcfg`;
  await writePortable({ bundle: folder, files, runtime: Deno.execPath(), info: INFO, out });
  return out;
}

/** Builds the program into `folder`, as a release is built; returns its path. */
export async function buildProgram(folder: string, ...options: string[]): Promise<string> {
  const command = [Deno.execPath(), "run", "-A", `${ROOT}/dist/build.ts`, `--out=${folder}`];
  const built = await run([...command, ...options], Deno.env.toObject());
  assertEquals(built.code, 0, built.stderr);
  return `${folder}/httpcfg`;
}

/** Returns a script that can be installed in place of the program. */
export function standIn(version: string): string {
  return `#!/bin/sh
case $* in
--version) echo "httpcfg ${version} (stand-in)" ;;
"man --all "*)
  mkdir "$3/man1" "$3/man5"
  echo "stand-in ${version}" >"$3/man1/httpcfg.1"
  echo "stand-in ${version}" >"$3/man5/httpcfg-config.5"
  ;;
*) echo "stand-in ${version} $*" ;;
esac
`;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `command` with exactly the environment `env`. */
export async function run(
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<RunResult> {
  const [program = "", ...args] = command;
  const output = await new Deno.Command(program, { args, env, clearEnv: true, stdin: "null" })
    .output();
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

/** Reports whether `program` is installed; tests that need it are skipped otherwise. */
export async function has(program: string): Promise<boolean> {
  return (await run(["/bin/sh", "-c", `command -v ${program}`], Deno.env.toObject())).code === 0;
}
