// Goal: a typed path is split into key and property. Method: a table.
import { assertEquals } from "@std/assert";
import { failed, splitProperty, wrongArgs } from "../../../../mod/cli/tools/adsutil/answer.ts";

Deno.test("splitProperty() splits at the last slash and keeps the spelling", () => {
  const cases: [typed: string, path: string, name: string][] = [
    ["W3SVC/1/ServerBindings", "W3SVC/1", "ServerBindings"],
    ["w3svc\\1\\serverbindings", "w3svc/1", "serverbindings"],
    ["/LM/W3SVC/x/", "/LM/W3SVC", "x"],
    ["ServerBindings", "", "ServerBindings"],
    ["", "", ""],
  ];
  for (const [typed, path, name] of cases) {
    assertEquals(splitProperty(typed), { path, name }, typed);
  }
});

Deno.test("failed() exits with the number, wrongArgs() with 2", () => {
  assertEquals(failed(462, "x").exit, 462);
  assertEquals(wrongArgs("GET"), {
    text: "Error: Wrong number of Args for the GET command\n",
    exit: 2,
  });
});
