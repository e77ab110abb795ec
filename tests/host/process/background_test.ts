// Goal: why a process in the background could not start arrives whole. Method: the line itself.
import { assertEquals } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { failureLine, parseFailure } from "../../../mod/host/process/background.ts";
import { AlreadyRunningFault } from "../../../mod/host/process/instance.ts";

Deno.test("parseFailure() gives what failureLine() was told", () => {
  const cases: [error: unknown, hint: string | undefined, isRunning: boolean][] = [
    [new Fault('Cannot listen on "[::1]:80": taken\n  "b": why', { hint: "a; b" }), "a; b", false],
    [new AlreadyRunningFault("Cannot start: it runs"), undefined, true],
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
  }
});

Deno.test("parseFailure() says that the process ended where it said nothing that can be read", () => {
  for (const line of ["", "Segmentation fault", "null", "[]", '{"message":7,"isRunning":true}']) {
    const { fault, isRunning } = parseFailure(line);
    assertEquals([fault.message, fault.hint, isRunning], [
      "Cannot start httpcfg in the background: the process ended immediately",
      "httpcfg serve",
      false,
    ]);
  }
});
