/**
 * The entry point of httpcfg: passes the arguments, environment and streams of this process to
 * `cli/run`.
 *
 * @module
 */
import { withToolName } from "./mod/cli/invoked_as.ts";
import {
  ask,
  isInteractive,
  note,
  out,
  print,
  progressTerminal,
  terminal,
} from "./mod/cli/core/output.ts";
import { run } from "./mod/cli/run.ts";

if (import.meta.main) {
  const shown = progressTerminal();
  const progress = shown === null
    ? undefined
    : (await import("./mod/cli/core/progress_line.ts")).progressOn(shown);
  const status = await run(await withToolName(Deno.args), {
    os: Deno.build.os,
    uid: Deno.uid(),
    env: (name) => Deno.env.get(name),
    now: Date.now,
    out,
    print,
    note,
    ask,
    isInteractive,
    terminal,
    progress: progress?.step,
  });
  progress?.end();
  Deno.exit(status);
}
