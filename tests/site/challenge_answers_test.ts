import { assertEquals } from "@std/assert";
import { ChallengeAnswers } from "../../mod/site/challenge_answers.ts";
import { fakeRequest } from "../support/request.ts";

const PATH = "/.well-known/acme-challenge/";
const TOKEN = "token-of-the-authority";

Deno.test("ChallengeAnswers answers its tokens, on plain HTTP, and nothing else", () => {
  const answers = new ChallengeAnswers();
  const body = (change: Parameters<typeof fakeRequest>[0]): string | null => {
    const answer = answers.answer(fakeRequest(change));
    return answer === null ? null : new TextDecoder().decode(answer.body as Uint8Array);
  };
  const rawPath = `${PATH}${TOKEN}`;
  assertEquals(body({ rawPath }), null, "none is asked for");
  answers.value = [[TOKEN, `${TOKEN}.print`], ["another-token-of-it", "x"]];
  const cases: readonly (readonly [Parameters<typeof fakeRequest>[0], string | null])[] = [
    [{ rawPath }, `${TOKEN}.print`],
    [{ rawPath, method: "HEAD" }, `${TOKEN}.print`],
    [{ rawPath, host: "wrong.example" }, `${TOKEN}.print`],
    [{ rawPath, isTls: true }, null],
    [{ rawPath, method: "POST" }, null],
    [{ rawPath: `${rawPath}/` }, null],
    [{ rawPath: `${PATH}x/../${TOKEN}` }, null],
    [{ rawPath: `${PATH}%74oken-of-the-authority` }, null],
    [{ rawPath: PATH + "x".repeat(1_000_000) }, null],
    [{ rawPath: PATH }, null],
    [{ rawPath: `${PATH}__proto__` }, null],
  ];
  for (const [request, wanted] of cases) {
    assertEquals(body(request), wanted, JSON.stringify(request).slice(0, 80));
  }
  answers.value = [];
  assertEquals(body({ rawPath }), null, "no longer");
});
