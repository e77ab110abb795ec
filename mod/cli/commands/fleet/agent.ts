/**
 * `fleet agent`: follows the fleet in the foreground, for a service that may not write its document.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { VERSION } from "../../../base/version.ts";
import { runAgentProcess } from "../../../host/fleet/agent_process.ts";
import { untilEndSignal } from "../../../host/process/end_signal.ts";
import { showProcessAs } from "../../../host/process/process_title.ts";
import type { CommandSpec } from "../../core/command.ts";
import { report } from "../../core/report.ts";

const agent: CommandSpec = {
  name: "fleet agent",
  usage: "",
  summary: "Follow the fleet in the foreground, beside a service that may not write its document",
  details: [
    "A service that httpcfg service install made runs as a user who may not change the document of the " +
    "machine. There this process follows the fleet, as root: it stores a revision as any command does, " +
    "and has the running service apply it. httpcfg-fleet.service of systemd runs it.",
    "It runs until SIGTERM or SIGINT, or until the machine leaves the fleet. The service may be stopped " +
    "and started meanwhile; what was stored without it is applied when it starts.",
    "A service that may write its document follows the fleet by itself; then this fails, and so it does " +
    "if another process is the agent.",
  ],
  examples: [{ line: "httpcfg fleet agent", shows: "follow the fleet; stop it with Ctrl+C" }],
  flags: {},
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    showProcessAs(["httpcfg", ...input.commandLine]);
    using end = untilEndSignal();
    const { paths, store, control } = io;
    const ended = await runAgentProcess({
      paths,
      store,
      control,
      version: VERSION,
      signal: end.signal,
      log: (line) => io.note(line),
    });
    if (ended === "left") report(io, [{ kind: "note", text: "this machine has left its fleet" }]);
    return EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [agent];
