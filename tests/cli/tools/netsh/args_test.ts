// Goal: the grammar of netsh http. Method: tables, and every tag cut short.
import { assert, assertEquals } from "@std/assert";
import { readNetsh, scriptWords, wordsOf } from "../../../../mod/cli/tools/netsh/args.ts";
import { NETSH_COMMANDS } from "../../../../mod/cli/tools/netsh/commands.ts";

/** Returns a call as one line. */
function shown(line: string): string {
  const call = readNetsh(line.split(" ").filter(Boolean));
  switch (call.kind) {
    case "call":
      return wordsOf(call).filter((word) => word !== "").join(" ");
    case "unknown":
      return `unknown ${call.word}`;
    case "ambiguous":
      return `ambiguous ${call.candidates.join("|")}`;
    case "help":
      return ["help", call.verb, call.command?.noun].filter((word) => word).join(" ");
    case "missing":
      return `missing ${call.command.verb} ${call.command.noun}`;
    case "badTag":
      return ["badTag", call.tag, call.candidates.join("|")].filter((word) => word).join(" ");
    case "badValue":
      return `badValue ${call.tag.name} ${call.value}`;
  }
}

Deno.test("readNetsh() reads verbs, nouns, tags and values without a tag", () => {
  const cases: [line: string, want: string][] = [
    ["add iplisten ipaddress=::1", "add iplisten ipaddress=::1"],
    ["add iplisten address=::1", "add iplisten ipaddress=::1"],
    ["add iplisten ip=::1", "add iplisten ipaddress=::1"],
    ["add iplisten ipadd=::1", "add iplisten ipaddress=::1"],
    ["add iplisten addr=::1", "add iplisten ipaddress=::1"],
    ["add iplisten IPAddress = ::1", "add iplisten ipaddress=::1"],
    ["add iplisten ipaddress= ::1", "add iplisten ipaddress=::1"],
    ["add iplisten ipaddress =::1", "add iplisten ipaddress=::1"],
    ["a ip ::1", "add iplisten ipaddress=::1"],
    ["ADD IPListen 127.0.0.2", "add iplisten ipaddress=127.0.0.2"],
    ["del ipl 127.0.0.2", "delete iplisten ipaddress=127.0.0.2"],
    ["del ssl 0.0.0.0:443", "delete sslcert ipport=0.0.0.0:443"],
    ["del ssl h=a:443", "delete sslcert hostnameport=a:443"],
    [
      "add ssl 1.1.1.1:443 aa {b} MY",
      "add sslcert ipport=1.1.1.1:443 certhash=aa appid={b} certstorename=MY",
    ],
    ["add ssl disabletls12=enable", "add sslcert disabletls12=enable"],
    ["add timeout headerwaittimeout 30", "add timeout timeouttype=headerwaittimeout value=30"],
    ["add urlacl http://+:80/ listen=YES", "add urlacl url=http://+:80/ listen=yes"],
    ["add urlacl http://+:80/a=b/ user=x", "add urlacl url=http://+:80/a=b/ user=x"],
    ["add urlacl url=http://+:80/ user= listen=no", "add urlacl url=http://+:80/ user= listen=no"],
    ["show servicestate requestq", "show servicestate view=requestq"],
    ["show servicestate verb=yes vi=client", "show servicestate verbose=yes view=client"],
    ["d", "ambiguous delete|dump"],
    ["du", "dump"],
    ["dump", "dump"],
    ["show s", "ambiguous servicestate|setting|sslcert"],
    ["show cache", "ambiguous cacheparam|cachestate"],
    ["show ssl=x", "unknown ssl=x"],
    ["nonsense", "unknown nonsense"],
    ["add nonsense", "unknown nonsense"],
    ["constructor", "unknown constructor"],
    ["", "help"],
    ["?", "help"],
    ["help", "help"],
    ["add", "help add"],
    ["sh ?", "help show"],
    ["flush help", "help flush"],
    ["add iplisten ?", "help add iplisten"],
    ["add iplisten 1.1.1.1 /?", "help add iplisten"],
    ["dump ?", "help dump"],
    ["add iplisten", "missing add iplisten"],
    ["add iplisten ipaddress=", "missing add iplisten"],
    ["show iplisten x", "badTag x"],
    ["add iplisten 1.2.3.4 colour=red", "badTag colour"],
    ["add iplisten ipaddress=1 ipaddress=2", "badTag ipaddress"],
    ["add iplisten ipaddress=1 ip=2", "badTag ip"],
    ["add timeout type=x", "badTag type"],
    ["add timeout x 1", "badValue timeouttype x"],
    ["show servicestate v=yes", "badTag v view|verbose"],
    ["add sslcert disabletls=enable", "badTag disabletls disabletls12|disabletls13"],
    ["delete sslcert 1.1.1.1:443 a:443", "badTag a:443"],
  ];
  for (const [line, want] of cases) assertEquals(shown(line), want, line);
});

Deno.test("readNetsh() takes every tag cut short as long as only one begins so", () => {
  for (const command of NETSH_COMMANDS) {
    const names = command.tags.flatMap(({ name, aliases = [] }) => {
      return [name, ...aliases].map((text) => [text, name] as const);
    });
    for (const [text, name] of names) {
      for (let length = 1; length <= text.length; length++) {
        const short = text.slice(0, length);
        const meant = new Set(
          names.filter(([other]) => other.startsWith(short)).map(([, of]) => of),
        );
        const isExact = names.some(([other]) => other === short);
        const value = command.tags.find((tag) => tag.name === name)?.choices?.[0] ?? "x";
        const call = readNetsh([command.verb, command.noun, `${short}=${value}`]);
        const line = `${command.verb} ${command.noun} ${short}=`;
        if (isExact || meant.size === 1) {
          assert(["call", "missing"].includes(call.kind), `${line} ${call.kind}`);
        } else {
          assertEquals(
            call.kind === "badTag" && [...call.candidates].sort(),
            [...meant].sort(),
            line,
          );
        }
      }
    }
  }
});

Deno.test("scriptWords() keeps quoted words together", () => {
  assertEquals(scriptWords('add urlacl url=x sddl="D:(A;;GX;;;WD)" user="a b"'), [
    "add",
    "urlacl",
    "url=x",
    "sddl=D:(A;;GX;;;WD)",
    "user=a b",
  ]);
  assertEquals(scriptWords('"http show iplisten" '), ["http", "show", "iplisten"]);
  assertEquals(scriptWords("   "), []);
});
