/**
 * Runs a command line in this process, in a home of its own, and keeps what it says.
 *
 * @module
 */
import { run } from "../../mod/cli/run.ts";

/** What came of one command line. */
export interface CliResult {
  readonly status: number;
  readonly out: string;
  readonly note: string;
}

/** A home of its own; gone when disposed of. */
export interface CliHome extends AsyncDisposable {
  readonly folder: string;
  /** Runs `httpcfg` with the words of `line`, or with `line` as the words. */
  cli(line: string | readonly string[], env?: Readonly<Record<string, string>>): Promise<CliResult>;
}

/** Makes a home; nobody sits at its terminal. */
export async function makeCliHome(): Promise<CliHome> {
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  return {
    folder,
    async cli(line, env = {}): Promise<CliResult> {
      const said = { out: "", note: "" };
      const all: Readonly<Record<string, string>> = {
        HTTPCFG_HOME: folder,
        USER: "tester",
        ...env,
      };
      const words = typeof line === "string" ? line.split(" ") : line;
      const status = await run(words, {
        os: Deno.build.os,
        uid: Deno.uid(),
        env: (name) => all[name],
        out: (text) => void (said.out += text === "" || text.endsWith("\n") ? text : `${text}\n`),
        print: (text) => void (said.out += text),
        note: (text) => void (said.note += text === "" || text.endsWith("\n") ? text : `${text}\n`),
        ask: () => null,
      });
      return { status, ...said };
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await Deno.remove(folder, { recursive: true });
    },
  };
}
