// Goal: every problem is kept, and the message stays readable. Method: one problem, and thirty.
import { assert, assertEquals } from "@std/assert";
import { DocumentFault } from "../../../mod/config/document/document_problems.ts";

Deno.test("DocumentFault shows up to twenty problems and keeps all of them", () => {
  const one = new DocumentFault("Cannot use it", [{ at: "", message: "expected an object" }]);
  assertEquals(one.message, "Cannot use it: 1 problem\n  the document: expected an object");
  const problems = Array.from({ length: 30 }, (_, i) => ({ at: `sites[${i}]`, message: "bad" }));
  const many = new DocumentFault("Cannot use it", problems);
  assertEquals(many.problems.length, 30);
  assert(many.message.startsWith("Cannot use it: 30 problems\n  sites[0]: bad\n"));
  assert(many.message.endsWith("\n  and 10 more"));
});
