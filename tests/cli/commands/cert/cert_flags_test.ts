// Goal: the options of a certificate are canonical, or rejected with a hint. Method: tables.
import { assertEquals, assertThrows } from "@std/assert";
import { Fault } from "../../../../mod/base/fault.ts";
import { readSelfSigned } from "../../../../mod/cli/commands/cert/cert_flags.ts";
import type { CommandInput } from "../../../../mod/cli/core/command.ts";

interface Given {
  readonly name?: readonly string[];
  readonly ip?: readonly string[];
  readonly days?: string;
  readonly isPlain?: boolean;
}

function inputOf({ name = [], ip = [], days, isPlain = false }: Given): CommandInput {
  return {
    words: [],
    commandLine: [],
    flag: () => !isPlain,
    text: () => days ?? null,
    texts: (flag) => flag === "name" ? name : ip,
  };
}

Deno.test("readSelfSigned() returns canonical names and addresses, and 365 days", () => {
  const given = { name: ["WWW.Example.com.", "*.x"], ip: ["2001:DB8:0::1", "10.0.0.1"] };
  assertEquals(readSelfSigned(inputOf(given), 7), {
    names: ["www.example.com", "*.x"],
    ips: ["2001:db8::1", "10.0.0.1"],
    days: 365,
    nowMs: 7,
  });
  assertEquals(readSelfSigned(inputOf({ ip: ["::1"], days: "36500" }), 0).days, 36500);
});

Deno.test("readSelfSigned() rejects what no client would accept", () => {
  const cases: [given: Given, message: string][] = [
    [{ name: ["a"], isPlain: true }, "--self-signed is missing"],
    [{}, "--name or --ip is missing"],
    [{ name: ["a b"] }, "not a host name"],
    [{ name: ["10.0.0.1"] }, "not a host name"],
    [{ name: ["*"] }, "not a host name"],
    [{ name: ["a.*.b"] }, "not a host name"],
    [{ name: ["a\nb"] }, "not a host name"],
    [{ ip: ["1.2.3"] }, "not an IP address"],
    [{ ip: ["fe80::1%lo"] }, "not an IP address"],
    ...["0", "-1", "1.5", "36501", "x", ""].map((days): [Given, string] => {
      return [{ name: ["a"], days }, "must be between 1 and 36500"];
    }),
  ];
  for (const [given, message] of cases) {
    const fault = assertThrows(() => readSelfSigned(inputOf(given), 0), Fault, message);
    assertEquals([fault.exit, typeof fault.hint], [2, "string"], JSON.stringify(given));
  }
});
