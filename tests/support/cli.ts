/**
 * Runs a command line in this process, in a home of its own, and keeps what it says.
 *
 * @module
 */
import { run } from "../../mod/cli/run.ts";
import { tempFolder } from "./temp_folder.ts";

/** What came of one command line. */
export interface CliResult {
  readonly status: number;
  /** stdout. */
  readonly out: string;
  /** stderr. */
  readonly note: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The system of this machine when not given. */
  readonly os?: string;
  /** What the person at the terminal types; nobody sits there when not given. */
  readonly answer?: string;
}

/** A home of its own; gone when disposed of. */
export interface CliHome extends AsyncDisposable {
  readonly folder: string;
  /** Runs `httpcfg` with the words of `line`, or with `line` as the words. */
  cli(line: string | readonly string[], env?: Readonly<Record<string, string>>): Promise<CliResult>;
}

/** Makes a home; nobody sits at its terminal. */
export async function makeCliHome(): Promise<CliHome> {
  const folder = await tempFolder();
  return {
    folder: folder.path,
    cli: (line, env = {}) => runIn(folder.path, line, { env }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Runs one command line in the home `folder`. */
export async function runIn(
  folder: string,
  line: string | readonly string[],
  { env = {}, os = Deno.build.os, answer }: CliOptions = {},
): Promise<CliResult> {
  const said = { out: "", note: "" };
  const all: Readonly<Record<string, string>> = { HTTPCFG_HOME: folder, USER: "tester", ...env };
  const lines = (text: string): string => text === "" || text.endsWith("\n") ? text : `${text}\n`;
  const status = await run(typeof line === "string" ? line.split(" ") : line, {
    os,
    uid: Deno.uid(),
    now: Date.now,
    env: (name) => all[name],
    out: (text) => void (said.out += lines(text)),
    print: (text) => void (said.out += text),
    note: (text) => void (said.note += lines(text)),
    ask(question): string | null {
      if (answer === undefined) return null;
      said.out += question;
      return answer;
    },
  });
  return { status, ...said };
}
