/**
 * `serve`: runs the service in the foreground until it is asked to end.
 *
 * @module
 */
import { EXIT } from "../../base/exit_status.ts";
import { Fault } from "../../base/fault.ts";
import { faultWithStep } from "../../base/hints/hints.ts";
import { VERSION } from "../../base/version.ts";
import { confineService } from "../../host/process/confinement.ts";
import { failureLine, READY } from "../../host/process/background.ts";
import { isServiceUp } from "../../host/control/status.ts";
import { AlreadyRunningFault } from "../../host/process/instance.ts";
import { showProcessAs } from "../../host/process/process_title.ts";
import { selfCommand } from "../../host/process/self_command.ts";
import type { Spawner } from "../../host/serving/spawner.ts";
import { openServiceProcess } from "../../host/process/service_process.ts";
import { openNotifier } from "../../host/process/service_notify.ts";
import { LoopTurns } from "../../listen/sockets/loop_turns.ts";
import { beginServing } from "../../base/work/slices.ts";
import type { CommandIo, CommandSpec } from "../core/command.ts";
import { report } from "../core/report.ts";
import { rootNotices } from "../core/notices/root_notice.ts";
import { reportSiteProblems, siteProblems } from "../core/notices/site_problems.ts";
import { listeningText } from "./status.ts";

const serve: CommandSpec = {
  name: "serve",
  usage: "",
  summary: "Run the HTTP service in the foreground",
  details: [
    "Starts W3SVC and what it needs, and runs until SIGTERM or SIGINT: responses in flight are " +
    "finished, for at most ShutdownGraceTimeout. Reports what it does on stderr.",
    "A site that cannot run is reported here and in the status of the unit, and is tried again, " +
    "while the others are served. Exit status 1 if no site can be started.",
  ],
  examples: [{ line: "httpcfg serve", shows: "run the service; stop it with Ctrl+C" }],
  flags: {
    background: {
      kind: "boolean",
      summary: "for net start: start no service, report on stdout when the control socket listens",
    },
    worker: {
      kind: "string",
      value: "SOCKET",
      summary: "for the service: serve clients for the one that listens on this socket",
    },
  },
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const turns = await LoopTurns.open();
    beginServing(() => turns.next());
    const service = input.text("worker");
    if (service !== null) return await runForService(service);
    showProcessAs(["httpcfg", ...input.commandLine]);
    const spawner = await confineService(selfCommand(["serve", "--worker"]));
    return await (input.flag("background") ? runDetached(io, spawner) : runForeground(io, spawner));
  },
};

export const commands = [serve];

async function runForService(socket: string): Promise<number> {
  showProcessAs(["httpcfg: worker"]);
  const { runWorker } = await import("../../host/serving/worker_process.ts");
  await runWorker(socket);
  return EXIT.ok;
}

async function runForeground(io: CommandIo, spawner: Spawner | null): Promise<number> {
  report(io, rootNotices(io));
  const process = await openServiceProcess({
    paths: io.paths,
    store: io.store,
    version: VERSION,
    spawner,
    log: io.note,
  }).catch(async (error) => {
    if (!(error instanceof AlreadyRunningFault)) throw error;
    throw new Fault(error.message, { cause: error, hint: await runningHint(io) });
  });
  try {
    await process.controller.start("W3SVC");
  } catch (error) {
    // Asked to end before it had started: not a failure.
    if (!process.isEnding) {
      await process.end();
      throw error instanceof Fault ? faultWithStep(error, "httpcfg serve") : error;
    }
    await process.ended;
    return EXIT.ok;
  }
  const status = await process.status();
  io.note(listeningText(status));
  reportSiteProblems(io, status);
  const notifier = openNotifier((name) => io.env(name), {
    check: () => process.checkResponse(),
    log: io.note,
  });
  await notifier.ready([listeningText(status), siteProblems(status)].filter(Boolean).join("\n"));
  await process.ended;
  notifier.close();
  return EXIT.ok;
}

/** Returns what to type where a process runs already, which may serve nothing. */
async function runningHint(io: CommandIo): Promise<string> {
  const status = await io.control.ask({ op: "status" }).catch(() => null);
  if (status === null) return "httpcfg status";
  const stop = [
    ...(isServiceUp(status, "HTTP") ? ["httpcfg net stop http /y"] : []),
    ...(isServiceUp(status, "IISADMIN") ? ["httpcfg net stop iisadmin"] : []),
  ];
  const apply = isServiceUp(status, "W3SVC") ? "httpcfg reload" : "httpcfg net start w3svc";
  return [apply, [...stop, "httpcfg serve"].join("; ")].join("\n");
}

async function runDetached(io: CommandIo, spawner: Spawner | null): Promise<number> {
  try {
    const process = await openServiceProcess({
      paths: io.paths,
      store: io.store,
      version: VERSION,
      spawner,
      log: () => {}, // there is no reader; the event log has what matters
    });
    io.out(READY);
    await process.ended;
    return EXIT.ok;
  } catch (error) {
    io.out(failureLine(error));
    return EXIT.failed;
  }
}
