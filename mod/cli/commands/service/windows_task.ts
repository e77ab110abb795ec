/**
 * The service on Windows: a task that starts with the system. Pure.
 *
 * A service of the Service Control Manager has to answer it within 30 seconds, by calls that the
 * runtime does not make; a program that does not fails with error 1053.
 *
 * @module
 */
import { SERVICE_SID } from "../../../config/store/access_list.ts";
import { type ServicePlan, xmlText } from "./service_plan.ts";

const TASK = "httpcfg";
const HOME = "C:\\ProgramData\\httpcfg";
/** What the service writes; it reads the rest. */
const WRITTEN = ["run", "log", "history", "certs\\ACME"];
const TASK_FILE = `${HOME}\\task.xml`;

/** Returns how to make `program` a task. The commands are those of cmd. */
export function windowsPlan(program: string): ServicePlan {
  const own = cmdWord(program);
  return {
    files: [{ path: TASK_FILE, text: taskText(program), mode: 0o644, encoding: "utf-16" }],
    start: [
      ...WRITTEN.map((name) => `if not exist "${HOME}\\${name}\\" md "${HOME}\\${name}"`),
      grant("", "RX"),
      ...WRITTEN.map((name) => grant(`\\${name}`, "M")),
      // One that is there already is replaced, and starts anew.
      `schtasks /Create /TN ${TASK} /XML "${TASK_FILE}" /F`,
      `schtasks /End /TN ${TASK} >nul 2>&1`,
      `schtasks /Run /TN ${TASK}`,
    ],
    stop: [
      `${own} net stop http /y`,
      `${own} net stop iisadmin`,
      `schtasks /End /TN ${TASK} >nul 2>&1`,
      `schtasks /Delete /TN ${TASK} /F`,
    ],
    forget: [`icacls "${HOME}" /remove "*${SERVICE_SID}" /T /C /Q`],
  };
}

/** Returns the command that removes a file if the one before it has succeeded. */
export function windowsRemoval(path: string): string {
  return `if not errorlevel 1 del /q "${path}"`;
}

function grant(below: string, rights: string): string {
  return `icacls "${HOME}${below}" /grant "*${SERVICE_SID}:(OI)(CI)${rights}" /Q`;
}

/** Quotes a path for cmd, unless it needs none; a name of a file has no quotation mark there. */
function cmdWord(path: string): string {
  return /^[\w.:\\/-]+$/.test(path) ? path : `"${path}"`;
}

/**
 * Returns the definition of the task, whose schema is in MS-TSCH 2.5. Task Scheduler starts an action
 * again only if it could not be started at all, so `--restart` does the rest.
 */
function taskText(program: string): string {
  return `<?xml version="1.0" encoding="UTF-16"?>
<!-- Written by: httpcfg service install -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>HTTP service of httpcfg</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
    </BootTrigger>
  </Triggers>
  <Principals>
    <Principal id="Service">
      <UserId>${SERVICE_SID}</UserId>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>4</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Service">
    <Exec>
      <Command>${xmlText(program)}</Command>
      <Arguments>serve --restart</Arguments>
    </Exec>
  </Actions>
</Task>
`.replaceAll("\n", "\r\n");
}
