/**
 * Edge: runs what tells about the system, with a limit: a tool that hangs, as `df` on a directory of
 * a server that is gone, must not hang who asks.
 *
 * @module
 */
import { messageOf } from "../../../../base/fault.ts";
import { within } from "../../../../base/work/time_limit.ts";
import { windowsTool } from "../../../../config/store/windows_tool.ts";
import { consoleText } from "../../../../listen/machine/run_listing.ts";
import type { FactQuestion } from "./system_facts.ts";

/** What was printed, or why nothing was. */
export type ScriptOutput =
  | { readonly text: string; readonly problem: null }
  | { readonly text: string; readonly problem: string };

/** Runs a script of `sh`, or a tool of Windows, for at most `limitMs`. Never rejects. */
export async function runQuestion(question: FactQuestion, limitMs: number): Promise<ScriptOutput> {
  // Even a program that is ended may not end, where a file system does not answer.
  return await within(limitMs + AFTER_MS, runProgram(question, limitMs), () => late("", limitMs));
}

/** Milliseconds for a program to end when it is told to. */
const AFTER_MS = 500;

function late(text: string, limitMs: number): ScriptOutput {
  return { text, problem: `no answer within ${limitMs / 1000} s` };
}

async function runProgram(question: FactQuestion, limitMs: number): Promise<ScriptOutput> {
  const { program, args } = "script" in question
    ? { program: "/bin/sh", args: ["-c", question.script, "sh", ...question.args ?? []] }
    : { program: windowsTool(question.tool), args: question.words };
  const limit = AbortSignal.timeout(limitMs);
  try {
    const child = new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      // Messages in English, whatever the caller's language is.
      env: { LC_ALL: "C", PATH: PATHS },
      signal: limit,
    });
    const { stdout } = await child.output();
    const text = consoleText(stdout);
    if (limit.aborted) return late(text, limitMs);
    return { text, problem: text.trim() === "" ? "no output" : null };
  } catch (error) {
    return { text: "", problem: messageOf(error) };
  }
}

/** Where the tools are: a user's PATH often lacks the directories of administrators. */
const PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
