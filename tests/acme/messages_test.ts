import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { problemText, refusedFault, unprovedFault } from "../../mod/acme/acme_fault.ts";
import {
  isToken,
  readAuthorization,
  readDirectory,
  readOrder,
  readProblem,
  readRenewalInfo,
} from "../../mod/acme/messages.ts";

const URL = "https://ca.example/dir";
const DIRECTORY = {
  newNonce: `${URL}/nonce`,
  newAccount: `${URL}/account`,
  newOrder: `${URL}/order`,
};

Deno.test("messages: whatever has another shape is refused, and why is said", () => {
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [() => readDirectory(null, URL), /not an ACME directory \(not a JSON object\)/],
    [() => readDirectory([], URL), /newNonce: missing/],
    [() => readDirectory({ ...DIRECTORY, newOrder: 3 }, URL), /newOrder: /],
    [
      () => readDirectory({ ...DIRECTORY, newOrder: "http://x/" }, URL),
      /newOrder: expected an https/,
    ],
    [
      () => readDirectory({ ...DIRECTORY, newOrder: "file:///etc" }, URL),
      /newOrder: expected an https/,
    ],
    [() => readOrder({ status: "fine" }, URL), /not an order \(status: /],
    [() => readAuthorization({ status: "valid" }, URL), /not an authorization/],
    [
      () => readRenewalInfo({ suggestedWindow: { start: "2026-01-02", end: "2026-01-01" } }, URL),
      /its window ends before it starts/,
    ],
    [
      () => readRenewalInfo({ suggestedWindow: { start: "never", end: "" } }, URL),
      /expected a time/,
    ],
    [
      () =>
        readOrder({ status: "valid", authorizations: Array(2000).fill(URL), finalize: URL }, URL),
      /authorizations: /,
    ],
  ];
  for (const [read, message] of cases) assertMatch(assertThrows(read, Error).message, message);
  assertEquals(readDirectory({ ...DIRECTORY, more: 1 }, URL).newOrder, DIRECTORY.newOrder);
});

Deno.test("isToken() takes base64url alone", () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ["evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", true],
    ["", false],
    ["short", false],
    ["../../../../etc/passwd", false],
    ["evaGxfADs6pSRb2LAv9IZf17%2e%2e", false],
    ["evaGxfADs6pSRb2LAv9IZf17=", false],
    ["x".repeat(257), false],
  ];
  for (const [token, wanted] of cases) assertEquals(isToken(token), wanted, token);
});

Deno.test("problems: the words of the server, on one line, with those about each name", () => {
  const found = readProblem({
    type: "urn:ietf:params:acme:error:rejectedIdentifier",
    detail: "no\u001b[2J\nway",
    subproblems: [{
      type: "urn:ietf:params:acme:error:caa",
      detail: "CAA forbids it",
      identifier: { type: "dns", value: "a.example" },
    }],
  })!;
  assertEquals(
    problemText(found),
    'no [2J way (rejectedIdentifier); "a.example": CAA forbids it',
  );
  const fault = refusedFault(URL, 400, found, 5000);
  assertEquals([fault.type, fault.status, fault.retryAfterMs], ["rejectedIdentifier", 400, 5000]);
  assertMatch(refusedFault(URL, 502, null, null).message, /answers with status 502$/);
  assertEquals(readProblem("nonsense"), null);
  const unproved = unprovedFault("2001:db8::1", null);
  assertMatch(unproved.message, /^Cannot prove control of "2001:db8::1": /);
  assertMatch(unproved.hint!, /http:\/\/\[2001:db8::1\]/);
});
