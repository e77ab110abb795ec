/**
 * `serve`: runs the service in the foreground until it is asked to end.
 *
 * @module
 */
import { storeSettingsOfEnvironment } from "../../admin/first_settings.ts";
import type { Notice } from "../../admin/admin_io.ts";
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
import type { CommandInput, CommandIo, CommandSpec } from "../core/command.ts";
import { report } from "../core/report.ts";
import { prepareFolders } from "../core/notices/access_notices.ts";
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
    "On Windows it ends on Ctrl+C and Ctrl+Break, and in the same way when its console is closed. " +
    "There, and with --restart, this process starts another one that serves.",
    "The environment variable HTTPCFG_NEW_SETTINGS, NAME=VALUE NAME=VALUE, has settings that are stored " +
    "if there is no document yet, as in a new volume of a container.",
    "If OTEL_EXPORTER_OTLP_ENDPOINT (or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) is the URL of an " +
    "OpenTelemetry collector, each request is traced, and so is what proxied sites are asked: spans " +
    "are sent by OTLP over HTTP, as OTEL_EXPORTER_OTLP_PROTOCOL (http/protobuf, http/json), " +
    "OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_TRACES_SAMPLER, " +
    "OTEL_TRACES_SAMPLER_ARG, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES and OTEL_BSP_* say; " +
    "OTEL_SDK_DISABLED=true sends none. Of a service of systemd, systemctl edit httpcfg sets them " +
    "([Service], Environment=NAME=VALUE), and a restart reads them.",
    "A site that cannot run is reported here and in the status of the unit, and is tried again, " +
    "while the others are served. Exit status 1 if no site can be started.",
  ],
  examples: [{ line: "httpcfg serve", shows: "run the service; stop it with Ctrl+C" }],
  flags: {
    background: {
      kind: "boolean",
      summary: "for net start: start no service, report on stdout when the control socket listens",
    },
    restart: {
      kind: "boolean",
      summary: "start the service again whenever it fails, where no service manager does",
    },
    "until-eof": {
      kind: "boolean",
      summary: "end when stdin is closed, too: for a caller that may be killed",
    },
    worker: {
      kind: "string",
      value: "SOCKET",
      summary: "for the service: serve clients for the one that listens on this socket",
    },
  },
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    if (input.flag("restart") || (io.os === "windows" && isPlain(input))) {
      return await runInAnother(input, io);
    }
    const turns = await LoopTurns.open();
    beginServing(() => turns.next());
    const service = input.text("worker");
    if (service !== null) return await runForService(service);
    showProcessAs(["httpcfg", ...input.commandLine]);
    const access = await prepareFolders(io);
    const spawner = await confineService(selfCommand(["serve", "--worker"]));
    if (input.flag("background")) return await runDetached(io, spawner);
    return await runForeground(io, spawner, { isUntilEof: input.flag("until-eof"), access });
  },
};

export const commands = [serve];

/** Nobody has started this process to be the one that serves. */
function isPlain(input: CommandInput): boolean {
  return !input.flag("background") && !input.flag("until-eof") && input.text("worker") === null;
}

async function runInAnother(input: CommandInput, io: CommandIo): Promise<number> {
  const { supervise } = await import("../../host/process/supervisor.ts");
  const words = input.commandLine.filter((word) => !/^--(restart|until-eof)$/.test(word));
  return await supervise({
    command: selfCommand([...words, "--until-eof"]),
    restarts: input.flag("restart"),
    until: input.flag("until-eof") ? untilEof(io) : null,
    note: io.note,
  });
}

async function runForService(socket: string): Promise<number> {
  showProcessAs(["httpcfg: worker"]);
  const { runWorker } = await import("../../host/serving/worker_process.ts");
  await runWorker(socket);
  return EXIT.ok;
}

async function runForeground(
  io: CommandIo,
  spawner: Spawner | null,
  { isUntilEof, access }: { readonly isUntilEof: boolean; readonly access: readonly Notice[] },
): Promise<number> {
  report(io, [...rootNotices(io), ...access, ...await storeSettingsOfEnvironment(io)]);
  const process = await openServiceProcess({
    paths: io.paths,
    store: io.store,
    version: VERSION,
    spawner,
    hasStdout: true,
    log: io.note,
  }).catch(async (error) => {
    if (!(error instanceof AlreadyRunningFault)) throw error;
    throw new Fault(error.message, { cause: error, hint: await runningHint(io) });
  });
  if (isUntilEof) void untilEof(io).finally(() => process.end());
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
  if (isUntilEof) io.out(READY);
  await process.ended;
  notifier.close();
  return EXIT.ok;
}

/** Resolves when the caller has closed stdin, or has ended. */
async function untilEof(io: CommandIo): Promise<void> {
  for await (const _ of io.stdin()); // nothing in it matters
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
      hasStdout: false, // it has told whoever started it that it listens, and is gone
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
