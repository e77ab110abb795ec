/**
 * The output of sc.exe.
 *
 * @module
 */
import { win32Text } from "../../../base/win32_text.ts";
import type { ServiceRow } from "../../../host/services/service_table.ts";

/** Codes that only the service controller gives. */
export const SC_CODES = {
  DEPENDENTS_RUNNING: 1051,
  INVALID_CONTROL: 1052,
  DOES_NOT_EXIST: 1060,
  SPECIFIC_ERROR: 1066,
} as const;

/** Numbers and names of the states of a service. */
const STATES: Readonly<Record<string, string>> = {
  stopped: "1  STOPPED",
  starting: "2  START_PENDING",
  stopping: "3  STOP_PENDING",
  running: "4  RUNNING",
  pausing: "6  PAUSE_PENDING",
  paused: "7  PAUSED",
};

/** What a block says of the service. */
interface ScBlock {
  /** The name as typed, or its own. */
  readonly name: string;
  readonly row: ServiceRow;
  readonly state: string;
  /** The process, for queryex and start; null for a service that does not run; absent in query. */
  readonly pid?: number | null;
  /** `sc query` without a name shows it. */
  readonly withDisplay?: boolean;
}

/** The block of one service. */
export function scBlock({ name, row, state, pid, withDisplay }: ScBlock): string {
  const type = row.listed ? "20  WIN32_SHARE_PROCESS  " : "1  KERNEL_DRIVER  ";
  const rows: [string, string][] = [
    ["TYPE", type],
    ["STATE", `${STATES[state] ?? state} `],
  ];
  const lines = rows.map(([label, value]) => field(label, value));
  if (state === "running" || state === "paused") {
    const pausable = row.canPause ? "PAUSABLE" : "NOT_PAUSABLE";
    const shutdown = row.listed ? "ACCEPTS_SHUTDOWN" : "IGNORES_SHUTDOWN";
    lines.push(`${" ".repeat(32)}(STOPPABLE, ${pausable}, ${shutdown})\n`);
  }
  const rest: [string, string][] = [
    ["WIN32_EXIT_CODE", "0  (0x0)"],
    ["SERVICE_EXIT_CODE", "0  (0x0)"],
    ["CHECKPOINT", "0x0"],
    ["WAIT_HINT", "0x0"],
    ...(pid === undefined ? [] : [["PID", `${pid ?? 0}`], ["FLAGS", ""]] as [string, string][]),
  ];
  const display = withDisplay ? `DISPLAY_NAME: ${row.display}\n` : "";
  return `\nSERVICE_NAME: ${name} \n${display}${lines.join("")}${
    rest.map(([label, value]) => field(label, value)).join("")
  }`;
}

function field(label: string, value: string): string {
  return `        ${label.padEnd(19)}: ${value}\n`;
}

/** A call of the service controller that failed: `[SC] StartService FAILED 1056:` and its text. */
export function scFailed(call: string, code: number): string {
  return `[SC] ${call} FAILED ${code}:\n\n${win32Text(code) ?? ""}\n\n`;
}

/** `sc` alone: what there is here. */
export const SC_USAGE = `DESCRIPTION:
        SC is a command line program used for communicating with the
        Service Control Manager and services.
USAGE:
        sc <server> [command] [service name] <option1> <option2>...

        Commands that are here:
          query-----------Queries the status for a service, or
                          enumerates the status for the services.
          queryex---------The same, with the process.
          start-----------Starts a service.
          pause-----------Sends a PAUSE control request to a service.
          interrogate-----Shows the state of a service that runs.
          continue--------Sends a CONTINUE control request to a service.
          stop------------Sends a STOP request to a service.

        Services: http, httpfilter, iisadmin, w3svc.
`;
