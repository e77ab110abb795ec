// Goal: which names can be a host. Method: a table.
import { assertEquals } from "@std/assert";
import { isHostName } from "../../mod/base/host_name.ts";

Deno.test("isHostName() accepts DNS labels in lower case", () => {
  const cases: [text: string, want: boolean][] = [
    ["a", true],
    ["www.example.com", true],
    ["my_host", true],
    ["xn--bcher-kva.example", true],
    ["", false],
    ["a..b", false],
    ["-a", false],
    ["a-", false],
    ["A", false],
    ["a b", false],
    ["ä", false],
    ["a".repeat(64), false],
    [`${"a".repeat(63)}.`.repeat(4) + "a", false],
  ];
  for (const [text, want] of cases) assertEquals(isHostName(text), want, text);
});
