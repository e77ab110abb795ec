import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { servicePlan, serviceScript } from "../../../../mod/cli/commands/service/service_units.ts";
import { SERVICE_SID } from "../../../../mod/config/store/access_list.ts";

const PROGRAM = "C:\\Program Files\\a & b\\httpcfg.exe";

Deno.test("a second installation replaces the task, and starts it anew", () => {
  const { start } = servicePlan("windows", PROGRAM);
  const at = (text: string): number => start.findIndex((line) => line.startsWith(text));
  assertMatch(start[at("schtasks /Create")]!, /^schtasks \/Create \/TN httpcfg \/XML "[^"]+" \/F$/);
  assertEquals(at("schtasks /Create") < at("schtasks /End"), true);
  assertEquals(at("schtasks /End") < at("schtasks /Run"), true);
});

Deno.test("the account of the task can write what the service writes, and read the rest", () => {
  const { start } = servicePlan("windows", PROGRAM);
  const granted = start.filter((line) => line.startsWith("icacls")).map((line) => {
    return /^icacls "C:\\ProgramData\\httpcfg(.*)" \/grant "\*(.*):\(OI\)\(CI\)(.*)" \/Q$/.exec(
      line,
    )!.slice(1);
  });
  assertEquals(granted, [
    ["", SERVICE_SID, "RX"],
    ["\\run", SERVICE_SID, "M"],
    ["\\log", SERVICE_SID, "M"],
    ["\\history", SERVICE_SID, "M"],
    ["\\certs\\ACME", SERVICE_SID, "M"],
  ]);
  for (const [below] of granted.slice(1)) {
    const folder = `C:\\ProgramData\\httpcfg${below}`;
    assertEquals(start.includes(`if not exist "${folder}\\" md "${folder}"`), true, folder);
  }
});

Deno.test("the task is asked to end before it is ended, and its file stays if it cannot be deleted", () => {
  const plan = servicePlan("windows", PROGRAM);
  assertEquals(serviceScript("windows", plan, plan.files).split("\n"), [
    `"${PROGRAM}" net stop http /y`,
    `"${PROGRAM}" net stop iisadmin`,
    "schtasks /End /TN httpcfg >nul 2>&1",
    "schtasks /Delete /TN httpcfg /F",
    'if not errorlevel 1 del /q "C:\\ProgramData\\httpcfg\\task.xml"',
    `icacls "C:\\ProgramData\\httpcfg" /remove "*${SERVICE_SID}" /T /C /Q`,
  ]);
  assertEquals(
    servicePlan("windows", "C:\\httpcfg.exe").stop[0],
    "C:\\httpcfg.exe net stop http /y",
  );
});

Deno.test("the task runs at boot, without end, as an account with few rights, and starts again", () => {
  const { text } = servicePlan("windows", PROGRAM).files[0]!;
  for (
    const line of [
      "<BootTrigger>",
      `<UserId>${SERVICE_SID}</UserId>`,
      "<RunLevel>LeastPrivilege</RunLevel>",
      "<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>",
      "<Arguments>serve --restart</Arguments>",
      "<Command>C:\\Program Files\\a &amp; b\\httpcfg.exe</Command>",
    ]
  ) assertStringIncludes(text, line);
});
