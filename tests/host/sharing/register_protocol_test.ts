/** Goal: only requests are requests, and a proof is for one of them. Method: tables. */
import { assertEquals, assertMatch } from "@std/assert";
import {
  isTimeout,
  parseRegistrationAnswer,
  parseRegistrationRequest,
  proofName,
  type RegisterRequest,
  type RegistrationAnswer,
} from "../../../mod/host/sharing/register_protocol.ts";

const WISH: RegisterRequest = {
  op: "register",
  url: "http://+:80/a/",
  to: "http://127.0.0.1:1",
  keep: false,
  timeoutSeconds: 5,
};

Deno.test("parseRegistrationRequest() takes the two requests and nothing else", () => {
  assertEquals(parseRegistrationRequest({ ...WISH, more: 1 }), WISH);
  const end = { op: "unregister", url: "x" } as const;
  assertEquals(parseRegistrationRequest({ ...end, to: 7 }), end);
  const wrong = [
    null,
    undefined,
    "register",
    [],
    {},
    { op: "status" },
    { op: "unregister" },
    { ...WISH, url: 1 },
    { ...WISH, to: undefined },
    { ...WISH, keep: "yes" },
    { ...WISH, timeoutSeconds: "5" },
    { ...WISH, timeoutSeconds: 0 },
    { ...WISH, timeoutSeconds: 1.5 },
    { ...WISH, timeoutSeconds: 3601 },
  ];
  for (const value of wrong) {
    assertEquals(parseRegistrationRequest(value), null, JSON.stringify(value));
  }
  assertEquals([isTimeout(1), isTimeout(3600), isTimeout(NaN)], [true, true, false]);
});

Deno.test("parseRegistrationAnswer() takes the four answers and nothing else", () => {
  const answers: RegistrationAnswer[] = [
    { kind: "prove", nonce: "n" },
    { kind: "done", url: "http://+:80/a/" },
    { kind: "refused", code: 5, reason: "why" },
    { kind: "ended", reason: "why" },
  ];
  for (const answer of answers) assertEquals(parseRegistrationAnswer(answer), answer);
  for (
    const value of [null, undefined, [], {}, { kind: "new" }, { kind: "done" }, { nonce: "n" }]
  ) {
    assertEquals(parseRegistrationAnswer(value), null, JSON.stringify(value));
  }
});

Deno.test("proofName() is another one for every other request and nonce", async () => {
  const requests = [
    WISH,
    { ...WISH, url: "http://+:80/b/" },
    { ...WISH, to: "http://127.0.0.1:2" },
    { ...WISH, keep: true },
    { ...WISH, timeoutSeconds: 6 },
    { op: "unregister", url: WISH.url } as const,
  ];
  const names = await Promise.all(requests.map((request) => proofName("n", request)));
  names.push(await proofName("m", WISH));
  assertEquals(new Set(names).size, 7);
  assertEquals(await proofName("n", { ...WISH }), names[0]);
  assertMatch(names[0]!, /^n-[0-9a-f]{64}$/);
});
