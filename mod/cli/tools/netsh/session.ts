/**
 * A session of netsh: lines that share a context, from a script, a pipe or a person.
 *
 * Lines that change the list and follow each other are one change: a list of ten thousand entries
 * is written once, and not once for each. They are answered when it is stored, so that a crash loses
 * nothing that was answered. A line that fails does not end the session; the exit status is that of
 * the worst line.
 *
 * @module
 */
import type { EntryEdit } from "../../../admin/change_list.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { DeniedFault, Fault, quote, shellWord } from "../../../base/fault.ts";
import type { CommandIo } from "../../core/command.ts";
import { readTextFile } from "../../core/input.ts";
import { report, reportError } from "../../core/report.ts";
import { printText } from "./answers.ts";
import { scriptWords } from "./args.ts";
import { runCall } from "./calls.ts";
import { contextHelp, NETSH_USAGE, netshHelp } from "./help.ts";
import { changeEntries, entryEdit } from "./iplisten.ts";
import { type Context, type Line, readLine } from "./lines.ts";
import * as messages from "./text.ts";

/** Scripts that run each other, at most. */
const DEPTH_MAX = 16;

/** A session. */
export class Session {
  readonly #io: CommandIo;
  #context: Context;
  /** The contexts that `pushd` has put away. */
  readonly #stack: Context[] = [];
  /** Changes of the list that are not made yet. */
  #edits: EntryEdit[] = [];
  #depth = 0;
  #status: number = EXIT.ok;
  #isOver = false;
  #isIdle = true;

  constructor(io: CommandIo, context: Context) {
    this.#io = io;
    this.#context = context;
  }

  /** The exit status of the lines so far. */
  get status(): number {
    return this.#status;
  }

  /** Whether a line has ended the session. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether no line has asked for anything but a context. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** What a person is asked with. */
  get prompt(): string {
    return this.#context === "" ? "netsh>" : `netsh ${this.#context}>`;
  }

  /** Runs a line. A change of the list waits for {@linkcode flush}, or for another line. */
  async run(line: string): Promise<void> {
    const words = scriptWords(line);
    const call = readLine(this.#context, words);
    if (call.kind !== "nothing" && call.kind !== "enter") this.#isIdle = false;
    const edit = listEdit(call);
    if (edit !== null) this.#edits.push(edit);
    else {
      await this.flush();
      await this.#attempt(() => this.#do(call, words));
    }
  }

  /** Makes the changes of the list that wait. */
  async flush(): Promise<void> {
    const edits = this.#edits;
    this.#edits = [];
    if (edits.length > 0) await this.#attempt(() => changeEntries(this.#io, edits));
  }

  /** Runs the lines of a file. */
  async runScript(path: string): Promise<void> {
    const hint = `httpcfg netsh http dump > ${shellWord(path)}`;
    if (this.#depth >= DEPTH_MAX) {
      throw new Fault(`Cannot run the script ${quote(path)}: ${DEPTH_MAX} scripts run it already`);
    }
    const script = await readTextFile(path, { verb: "run the script", hint });
    this.#depth++;
    for (const line of script.split(/\r?\n/)) {
      if (!this.#isOver) await this.run(line);
    }
    await this.flush();
    this.#depth--;
  }

  async #attempt(work: () => Promise<number>): Promise<void> {
    try {
      const status = await work();
      this.#status = Math.max(this.#status, status); // a script in it has its own part in it
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#status = EXIT.failed;
      if (error instanceof DeniedFault) {
        const { deniedNotice } = await import("../../../admin/denied.ts");
        report(this.#io, [deniedNotice(this.#io, error)]);
      } else reportError(this.#io, error);
    }
  }

  async #do(line: Line, typed: readonly string[]): Promise<number> {
    switch (line.kind) {
      case "nothing":
        return EXIT.ok;
      case "enter":
        this.#context = line.context;
        return EXIT.ok;
      case "push":
        this.#stack.push(this.#context);
        this.#context = line.context;
        return EXIT.ok;
      case "pop":
        this.#context = this.#stack.pop() ?? this.#context;
        return EXIT.ok;
      case "quit":
        this.#isOver = true;
        return EXIT.ok;
      case "exec":
        if (line.path === null) return missingScript(this.#io);
        await this.runScript(line.path);
        return EXIT.ok;
      default:
        return await runPlain(line, typed, this.#io);
    }
  }
}

/** A line that has nothing to do with the context of those that follow. */
type PlainLine = Exclude<
  Line,
  { readonly kind: "nothing" | "enter" | "push" | "pop" | "quit" | "exec" }
>;

async function runPlain(line: PlainLine, typed: readonly string[], io: CommandIo): Promise<number> {
  switch (line.kind) {
    case "netshHelp":
      return printText(io, netshHelp());
    case "refused": {
      const status = printText(io, messages.commandNotFound(typed), EXIT.failed);
      const message = `Cannot run ${quote(line.word)}: ${line.reason}`;
      reportError(io, { message, hint: "httpcfg netsh http help" });
      return status;
    }
    default:
      return await runCall(line, typed, io);
  }
}

/** Runs the only line of a command. */
export async function runOnly(
  line: Line,
  typed: readonly string[],
  io: CommandIo,
): Promise<number> {
  switch (line.kind) {
    case "enter":
      return printText(io, line.context === "" ? netshHelp() : contextHelp());
    case "nothing":
    case "push":
    case "pop":
    case "quit":
      return EXIT.ok;
    case "exec": {
      if (line.path === null) return missingScript(io);
      const session = new Session(io, "");
      await session.runScript(line.path);
      return session.status;
    }
    default:
      return await runPlain(line, typed, io);
  }
}

/** Prints that the path of a script is missing. */
export function missingScript(io: CommandIo): number {
  const text = messages.syntaxError(messages.MISSING_PARAMETER, NETSH_USAGE);
  return printText(io, text, EXIT.failed);
}

/** Runs the lines that a person types, until they leave. */
export async function runTyped(session: Session, io: CommandIo): Promise<number> {
  while (!session.isOver) {
    const line = io.ask(session.prompt);
    if (line === null) break;
    await session.run(line);
    await session.flush();
  }
  return EXIT.ok; // the person has seen what failed
}

/**
 * Runs the lines of stdin as they arrive, without a prompt: what it is written to is read by a
 * program. No command at all is no success: a script whose command is empty would not notice.
 */
export async function runPiped(session: Session, io: CommandIo): Promise<number> {
  let rest = "";
  const runLines = async (lines: readonly string[]): Promise<void> => {
    for (const line of lines) {
      if (session.isOver) break;
      await session.run(line);
    }
    await session.flush();
  };
  for await (const text of io.stdin()) {
    const lines = `${rest}${text}`.split(/\r?\n/);
    rest = lines.pop()!;
    await runLines(lines);
    if (session.isOver) return session.status;
  }
  await runLines([rest]);
  if (!session.isIdle) return session.status;
  const message = "Cannot run anything: no command is given, and stdin has none";
  reportError(io, { message, hint: "httpcfg netsh http help" });
  return EXIT.failed;
}

/** Returns the change of the list that a line makes; null if it is another line. */
function listEdit(call: Line): EntryEdit | null {
  if (call.kind !== "call" || call.command.noun !== "iplisten") return null;
  switch (call.command.verb) {
    case "add":
      // What a dump has restores the list also before an interface comes.
      return { ...entryEdit("add", call), later: true };
    case "delete":
      return entryEdit("remove", call);
    default:
      return null;
  }
}
