// Goal: what can only be read says which methods it knows. Method: a table.
import { assertEquals } from "@std/assert";
import { answerToMethod } from "../../../mod/site/pages/method_answer.ts";
import { fakeRequest, field } from "../../support/request.ts";

Deno.test("answerToMethod() is null, 200, 405 with Allow, or a refusal", () => {
  const cases: [method: string, want: null | number | string][] = [
    ["GET", null],
    ["HEAD", null],
    ["OPTIONS", 200],
    ["POST", 405],
    ["PROPFIND", 405],
    ["PURGE", "N/I"],
    ["get", "N/I"],
    ["M-SEARCH", "N/I"],
  ];
  for (const [method, want] of cases) {
    const answer = answerToMethod(fakeRequest({ method }));
    if (answer === null || "refuse" in answer) {
      assertEquals(answer?.refuse ?? null, want, method);
    } else {
      assertEquals([answer.status, field(answer, "Allow")], [want, "GET, HEAD, OPTIONS"], method);
    }
  }
});
