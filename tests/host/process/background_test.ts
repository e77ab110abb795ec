// Goal: the reason why a background process could not start arrives whole. Method: the line itself.
import { assertEquals } from "@std/assert";
import { DeniedFault, Fault } from "../../../mod/base/fault.ts";
import { failureLine, parseFailure } from "../../../mod/host/process/background.ts";
import { AlreadyRunningFault } from "../../../mod/host/process/instance.ts";

Deno.test("parseFailure() returns the error that failureLine() was given", () => {
  const cases: [error: unknown, hint: string | undefined, isRunning: boolean][] = [
    [new Fault('Cannot listen on "[::1]:80": taken\n  "b": why', { hint: "a; b" }), "a; b", false],
    [new AlreadyRunningFault("Cannot start: it runs"), undefined, true],
    [new DeniedFault("Cannot start", { hint: "ls -ld /run" }), "ls -ld /run", false],
    [new TypeError("odd"), undefined, false],
  ];
  for (const [error, hint, isRunning] of cases) {
    const line = failureLine(error);
    assertEquals(line.includes("\n"), false);
    const parsed = parseFailure(line);
    assertEquals(
      [parsed.fault.message, parsed.fault.hint, parsed.isRunning],
      [(error as Error).message, hint, isRunning],
    );
    assertEquals(parsed.fault instanceof DeniedFault, error instanceof DeniedFault);
  }
});

Deno.test("parseFailure() reports that the process ended if the line is not readable", () => {
  for (const line of ["", "Segmentation fault", "null", "[]", '{"message":7,"isRunning":true}']) {
    const { fault, isRunning } = parseFailure(line);
    assertEquals([fault.message, fault.hint, isRunning], [
      "Cannot start httpcfg in the background: the process ended immediately",
      "httpcfg serve",
      false,
    ]);
  }
});
