/** Small programs that are run to their end. */

/** Reports whether the program is on PATH. */
export function isInstalled(program: string): boolean {
  return outputOf(["sh", "-c", `command -v ${program}`]) !== "";
}

/** Returns what a command writes, to either stream; nothing if it cannot be run. */
export function outputOf(words: readonly string[]): string {
  try {
    const { stdout, stderr } = new Deno.Command(words[0]!, {
      args: words.slice(1),
      stdin: "null",
    }).outputSync();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } catch {
    return "";
  }
}
