// Goal: one line for each site that does not do what it should, and what to type. Method: statuses.
import { assertEquals } from "@std/assert";
import { painted } from "../../../../mod/cli/core/screen/colors.ts";
import { reportSiteProblems } from "../../../../mod/cli/core/notices/site_problems.ts";
import { serviceStatus } from "../../../support/command_home.ts";

function problems(status: Parameters<typeof reportSiteProblems>[1]): string {
  const lines: string[] = [];
  reportSiteProblems({
    note: (line) => void lines.push(painted(line, false, true)),
    typed: (line) => line,
  }, status);
  return lines.join("\n");
}

Deno.test("reportSiteProblems() reports sites that failed, wait or run in part", () => {
  assertEquals(problems(serviceStatus({})), "");
  const status = serviceStatus({}, {
    sites: [
      { id: 1, name: "well", state: "started", reason: null, bindings: [] },
      {
        id: 2,
        name: "half",
        state: "started",
        reason: "127.0.0.2:80 is taken",
        bindings: [],
        hints: ["first", "second"],
      },
      { id: 3, name: 'out "of"\nlist', state: "stopped", reason: "not listed", bindings: [] },
      { id: 4, name: "resting", state: "stopped", reason: null, bindings: [] },
    ],
  });
  assertEquals(
    problems(status),
    'Site "half" runs in part: 127.0.0.2:80 is taken\n' +
      "hint: first\nhint: second\n" +
      'Site "out \\"of\\"\\nlist" did not start: not listed',
  );
});
