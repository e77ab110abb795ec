/** Goal: the facts of a process are its own. Method: texts as the kernel writes them. */
import { assertEquals } from "@std/assert";
import { parseProcStatus } from "../../../mod/listen/machine/proc_status.ts";

function status(name: string, parent: number): string {
  return `Name:\t${name}\nUmask:\t0022\nPid:\t7\nPPid:\t${parent}\nUid:\t0\t33\t33\t33\nGid:\t0\t0\t0\t0\n`;
}

Deno.test("parseProcStatus() returns parent, name and the user as which a process acts", () => {
  const facts = parseProcStatus(status("nginx", 12));
  assertEquals([facts?.parent, facts?.program?.raw, facts?.uid], [12, "nginx", 33]);
});

Deno.test("parseProcStatus() takes no name for a field", () => {
  const names: readonly (readonly [written: string, name: string])[] = [
    ["x\rPPid:\t1", "x\rPPid:\t1"],
    ["x\u2028PPid:\t1", "x\u2028PPid:\t1"],
    ["x\\nPPid:\t1", "x\nPPid:\t1"],
    ["a\\\\n", "a\\n"],
    ["PPid:\t1", "PPid:\t1"],
  ];
  for (const [written, name] of names) {
    const facts = parseProcStatus(status(written, 12));
    assertEquals([facts?.parent, facts?.program?.raw], [12, name], written);
  }
});

Deno.test("parseProcStatus() returns null for a file that could not be read", () => {
  assertEquals(parseProcStatus(""), null);
});
