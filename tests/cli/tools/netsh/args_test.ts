// Goal: the grammar of netsh http. Method: tables.
import { assertEquals } from "@std/assert";
import {
  NETSH_COMMANDS,
  netshUsage,
  readNetsh,
  scriptWords,
} from "../../../../mod/cli/tools/netsh/args.ts";

Deno.test("readNetsh() reads verbs, nouns, tags and values without a tag", () => {
  const cases: [line: string, want: string][] = [
    ["add iplisten ipaddress=::1", "add iplisten ipaddress=::1"],
    ["add iplisten address=::1", "add iplisten ipaddress=::1"],
    ["ADD IPListen 127.0.0.2", "add iplisten ipaddress=127.0.0.2"],
    ["del ipl 127.0.0.2", "delete iplisten ipaddress=127.0.0.2"],
    ["add timeout headerwaittimeout 30", "add timeout timeouttype=headerwaittimeout value=30"],
    ["add urlacl http://+:80/ listen=YES", "add urlacl url=http://+:80/ listen=yes"],
    ["show servicestate requestq", "show servicestate view=requestq"],
    ["dump", "dump"],
    ["show s", "unknown"],
    ["add", "unknown"],
    ["", "help"],
    ["add iplisten ?", "help"],
    ["add iplisten", "missing add iplisten"],
    ["add iplisten ipaddress=", "missing add iplisten"],
    ["show iplisten x", "badTag x"],
    ["add iplisten 1.2.3.4 colour=red", "badTag colour"],
    ["add iplisten ipaddress=1 ipaddress=2", "badTag ipaddress"],
    ["add timeout type=x", "badTag type"],
    ["add timeout x 1", "badValue timeouttype x"],
  ];
  for (const [line, want] of cases) {
    const call = readNetsh(line.split(" ").filter(Boolean));
    const shown = call.kind === "call"
      ? [
        call.command.verb,
        call.command.noun,
        ...[...call.values].map(([tag, value]) => `${tag}=${value}`),
      ]
      : [
        call.kind,
        ...(call.kind === "missing" ? [call.command.verb, call.command.noun] : []),
        ...(call.kind === "badTag" || call.kind === "badValue" ? [call.tag] : []),
        ...(call.kind === "badValue" ? [call.value] : []),
      ];
    assertEquals(shown.filter((word) => word !== "").join(" "), want, line);
  }
});

Deno.test("netshUsage() shows every tag of a command", () => {
  const command = NETSH_COMMANDS.find(({ verb, noun }) => verb === "add" && noun === "timeout")!;
  assertEquals(
    netshUsage(command),
    "add timeout [timeouttype=]idleconnectiontimeout|headerwaittimeout [value=]<value>",
  );
});

Deno.test("scriptWords() keeps quoted words together", () => {
  assertEquals(scriptWords('add urlacl url=x sddl="D:(A;;GX;;;WD)" user="a b"'), [
    "add",
    "urlacl",
    "url=x",
    "sddl=D:(A;;GX;;;WD)",
    "user=a b",
  ]);
  assertEquals(scriptWords("   "), []);
});
