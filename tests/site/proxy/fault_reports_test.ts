// Goal: a program's faults are told once in a while, each kind for itself. Method: a clock by hand.
import { assertEquals } from "@std/assert";
import { FaultReports, type ProgramFault } from "../../../mod/site/proxy/fault_reports.ts";

const REQUEST: ProgramFault = { kind: "request", what: "closed" };
const OTHER: ProgramFault = { kind: "request", what: "no head" };
const EXCESS: ProgramFault = { kind: "excess", what: "more" };
const MINUTES = 60_000;

Deno.test("FaultReports tells the first fault of each kind and program in ten minutes", () => {
  const reports = new FaultReports();
  const due = (program: string, fault: ProgramFault, minutes: number): boolean => {
    return reports.isDue(program, fault, minutes * MINUTES);
  };
  assertEquals([due("1", REQUEST, 0), due("1", OTHER, 0), due("1", REQUEST, 9.9)], [
    true,
    false,
    false,
  ]);
  assertEquals([due("1", EXCESS, 1), due("1", EXCESS, 2)], [true, false]);
  assertEquals([due("2", REQUEST, 3), due("2", REQUEST, 3)], [true, false]);
  assertEquals([due("1", OTHER, 10), due("1", EXCESS, 10), due("1", EXCESS, 11)], [
    true,
    false,
    true,
  ]);
  assertEquals([due("1", REQUEST, 19), due("1", REQUEST, 20)], [false, true]);
});
