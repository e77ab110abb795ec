// Goal: a hint is about the document that the line was about. Method: a table of hints.
import { assertEquals } from "@std/assert";
import { aboutHome } from "../../../mod/cli/core/same_home.ts";

Deno.test("aboutHome() repeats the flags of the line, and what sudo does not pass on", () => {
  const flags = ["--config", "/my $1.json"];
  const own = "httpcfg --config '/my $1.json'";
  const cases: [line: string, home: Partial<Parameters<typeof aboutHome>[1]>, result: string][] = [
    ["httpcfg reload", {}, "httpcfg reload"],
    ["httpcfg reload; httpcfg plan", { flags }, `${own} reload; ${own} plan`],
    ['httpcfg a "$(httpcfg b)"', { flags: ["--user"] }, 'httpcfg --user a "$(httpcfg --user b)"'],
    [`${own} reload`, { flags }, `${own} reload`],
    ["ls /etc/httpcfg x", { flags }, "ls /etc/httpcfg x"],
    ["sudo httpcfg reload", { folder: "/h" }, "sudo env HTTPCFG_HOME=/h httpcfg reload"],
    ["sudo httpcfg reload", { folder: "/h", isRoot: true }, "httpcfg reload"],
    ["sudo ss -a", { isRoot: true }, "ss -a"],
    [
      "sudo httpcfg config import /c && sudo httpcfg service install | sudo sh",
      { flags, folder: "/h" },
      "sudo httpcfg config import /c && sudo httpcfg service install | sudo sh",
    ],
  ];
  const none = { flags: [], folder: undefined, isRoot: false };
  for (const [line, home, result] of cases) {
    assertEquals(aboutHome(line, { ...none, ...home }), result);
  }
});
