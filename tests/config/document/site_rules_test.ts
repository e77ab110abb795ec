import { assertEquals } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import { parseClients } from "../../../mod/config/document/site_rules.ts";

Deno.test("parseClients() returns blocks, or what could have been meant instead", () => {
  const cases: [text: string, blocks: readonly string[] | null, hint?: string][] = [
    ["10.0.0.7/32", ["10.0.0.7"]],
    ["all", ["0.0.0.0/0", "::/0"]],
    ["10.0.0.0/8,2001:DB8::/32,ALL", ["10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0", "::/0"]],
    ["10.0.0.1-10.0.0.3", null, "10.0.0.1,10.0.0.2/31"],
    ["::1,10.0.0.5/8", null, "::1,10.0.0.0/8\n::1,10.0.0.5"],
    ["10.0.0.1,", null],
    ["eth0", null],
  ];
  for (const [text, blocks, hint] of cases) {
    const clients = parseClients(text);
    assertEquals(isProblem(clients) ? null : clients, blocks, text);
    if (isProblem(clients)) assertEquals(clients.hint, hint, text);
  }
});
