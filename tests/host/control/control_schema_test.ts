// Goal: neither side of the control socket accepts what it could not use. Method: tables.
import { assert, assertEquals } from "@std/assert";
import {
  parseControlAnswer,
  parseControlRequest,
} from "../../../mod/host/control/control_schema.ts";
import { serviceStatus } from "../../support/command_home.ts";

Deno.test("parseControlRequest() takes the seconds that a change may wait for, and no others", () => {
  const cases: [seconds: unknown, isValid: boolean][] = [
    [null, true],
    [1, true],
    [3600, true],
    [0, false],
    [3601, false],
    [1e300, false],
    [1.5, false],
    ["60", false],
  ];
  for (const [confirmSeconds, isValid] of cases) {
    const request = { op: "reload", confirmSeconds, strict: false };
    const parsed: unknown = parseControlRequest(request);
    assertEquals(parsed, isValid ? request : null, String(confirmSeconds));
  }
});

Deno.test("parseControlRequest() takes no number that JSON has rounded", () => {
  const request = (id: string): unknown => {
    return parseControlRequest(JSON.parse(`{"op":"site","verb":"start","id":${id}}`));
  };
  assert(request("9007199254740991") !== null);
  assertEquals(request("9007199254740993"), null);
});

Deno.test("parseControlAnswer() takes no setting that JSON cannot carry", () => {
  const answer = (settings: string): unknown => {
    const status = JSON.stringify(serviceStatus({})).replace(/^\{/, `{"settings":${settings},`);
    return parseControlAnswer(JSON.parse(`{"kind":"result","status":${status}}`));
  };
  assert(answer('{"a":1e300}') !== null);
  assertEquals(answer('{"a":1e999}'), null);
});
