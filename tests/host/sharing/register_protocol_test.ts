/** Goal: only valid requests are accepted, and a proof is for one of them. Method: tables. */
import { assertEquals, assertMatch } from "@std/assert";
import {
  isTimeout,
  parseRegistrationAnswer,
  parseRegistrationRequest,
  proofName,
  type RegisterRequest,
  type RegistrationAnswer,
} from "../../../mod/host/sharing/register_protocol.ts";

const REQUEST: RegisterRequest = {
  op: "register",
  url: "http://+:80/a/",
  to: "http://127.0.0.1:1",
  keep: false,
  timeoutSeconds: 5,
};

Deno.test("parseRegistrationRequest() accepts the two requests and nothing else", () => {
  assertEquals(parseRegistrationRequest({ ...REQUEST, more: 1 }), REQUEST);
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
    { ...REQUEST, url: 1 },
    { ...REQUEST, to: undefined },
    { ...REQUEST, keep: "yes" },
    { ...REQUEST, timeoutSeconds: "5" },
    { ...REQUEST, timeoutSeconds: 0 },
    { ...REQUEST, timeoutSeconds: 1.5 },
    { ...REQUEST, timeoutSeconds: 3601 },
  ];
  for (const value of wrong) {
    assertEquals(parseRegistrationRequest(value), null, JSON.stringify(value));
  }
  assertEquals([isTimeout(1), isTimeout(3600), isTimeout(NaN)], [true, true, false]);
});

Deno.test("parseRegistrationAnswer() accepts the four answers and nothing else", () => {
  const answers: RegistrationAnswer[] = [
    { kind: "prove", nonce: "0a", folders: ["/tmp"] },
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

Deno.test("proofName() differs for every other request and nonce", async () => {
  const requests = [
    REQUEST,
    { ...REQUEST, url: "http://+:80/b/" },
    { ...REQUEST, to: "http://127.0.0.1:2" },
    { ...REQUEST, keep: true },
    { ...REQUEST, timeoutSeconds: 6 },
    { op: "unregister", url: REQUEST.url } as const,
  ];
  const names = await Promise.all(requests.map((request) => proofName("n", request)));
  names.push(await proofName("m", REQUEST));
  assertEquals(new Set(names).size, 7);
  assertEquals(await proofName("n", { ...REQUEST }), names[0]);
  assertMatch(names[0]!, /^n-[0-9a-f]{64}$/);
});
