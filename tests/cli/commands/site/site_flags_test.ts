// Goal: flags become bindings, or a reason why not. Method: flags as typed.
import { assertEquals, assertThrows } from "@std/assert";
import { Fault } from "../../../../mod/base/fault.ts";
import { readInput } from "../../../../mod/cli/core/args.ts";
import type { CommandInput } from "../../../../mod/cli/core/command.ts";
import { readAccessLog, readBindings } from "../../../../mod/cli/commands/site/site_flags.ts";
import { siteAdd } from "../../../../mod/cli/commands/site/site.ts";

function input(...flags: string[]): CommandInput {
  return readInput(siteAdd, ["name", ...flags], []);
}

Deno.test("readBindings() returns the canonical text of each, in order", () => {
  const given = input("--bind", "*:80", "--bind-tls", ":443:A", "--bind", "10.0.0.1:81:");
  assertEquals(readBindings(given, "bind"), [":80:", "10.0.0.1:81:"]);
  assertEquals(readBindings(given, "bind-tls"), [":443:a"]);
  assertEquals(readBindings(input(), "bind"), []);
  assertThrows(() => readBindings(input("--bind", "10.0.0.1"), "bind"), Fault, "Cannot bind to");
});

Deno.test("readAccessLog() changes what is given, and default and none give it back", () => {
  const flags = ["--log-format", "json", "--log-sample", "/healthz=100", "--log-sample", "/a b=1"];
  const first = readAccessLog(input(...flags));
  const sample = [{ path: "/healthz", of: 100 }, { path: "/a b", of: 1 }];
  assertEquals(first, { accessLog: { format: "json", sample } });
  const second = readAccessLog(input("--log-target", "stdout"), first.accessLog);
  assertEquals(second, { accessLog: { format: "json", target: "stdout", sample } });
  const third = readAccessLog(
    input("--log-format", "default", "--log-sample", "none"),
    second.accessLog,
  );
  assertEquals(third, { accessLog: { target: "stdout" } });
  assertEquals(readAccessLog(input("--log-target", "default"), third.accessLog), {});
  assertEquals(readAccessLog(input(), undefined), {});
  for (const text of ["/healthz", "healthz=3", "/a=0", "/a=1000001", "/a=x", "/a?b=3", "=3"]) {
    const fault = assertThrows(() => readAccessLog(input("--log-sample", text)), Fault);
    const cure = /--log-sample (\S+)/.exec(fault.hint ?? "")?.[1] ?? "";
    readAccessLog(input("--log-sample", cure));
  }
});
