// Story: somebody types into netsh, pipes commands to it, and calls it from a script: it asks only
// on a terminal, answers each line as it comes, and fails when a line has failed.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";
import { ON_POSIX } from "../../support/platforms.ts";

const TITLE = "IP addresses present in the IP listen list:";

testWith(["expect"], "netsh on a terminal asks with its context until quit", async () => {
  await using program = await Program.make();
  const script = [
    "set timeout 60",
    "proc late {} { puts LATE; exit 99 }",
    "proc at {prompt} { expect timeout late eof late -ex $prompt {} }",
    "spawn httpcfg netsh",
    'at "netsh>"',
    'send "http\\r"',
    'at "netsh http>"',
    'send "add iplisten 127.0.0.2\\r"',
    'at "IP address successfully added"',
    'at "netsh http>"',
    'send "show iplisten\\r"',
    'at "127.0.0.2"',
    'at "netsh http>"',
    'send "quit\\r"',
    "expect timeout late eof {}",
    "lassign [wait] pid spawn os value",
    "exit $value",
  ].join("\n");
  const { status, out } = await program.shell(`expect <<'EXPECT'\n${script}\nEXPECT\n`);
  assertEquals(status, 0, out);
  assertEquals((await program.do("query iplisten")).out, "IP :127.0.0.2\n");
  // Ctrl-D at the prompt leaves too.
  const left = await program.shell(
    `expect <<'EXPECT'\n${
      script.replace('send "http\\r"', 'send "\\004"').replace(
        /at "netsh http>"[\s\S]*send "quit\\r"\n/,
        "",
      )
    }\nEXPECT\n`,
  );
  assertEquals(left.status, 0, left.out);
});

Deno.test(
  "netsh runs the commands of a pipe, without a prompt, with the status of the worst",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    const absent = await program.shell(
      `echo "http delete sslcert ipport=0.0.0.0:443" | httpcfg netsh`,
    );
    assertEquals(absent.status, 1);
    assertEquals(
      absent.out,
      "\nSSL Certificate deletion failed, Error: 2\nThe system cannot find the file specified.\n\n",
    );
    const lines = await program.shell(
      `printf '%s\\r\\n' http 'add iplisten 127.0.0.2' 'show iplisten' | httpcfg netsh`,
    );
    assertEquals(lines.status, 0, lines.err);
    assertStringIncludes(lines.out, `${TITLE}\n`);
    assertEquals(lines.out.includes("netsh>"), false);
    const none = await program.shell("httpcfg netsh < /dev/null");
    assertEquals([none.status, none.out], [1, ""]);
    assertMatch(none.err, /^error: Cannot run anything: no command is given/);
  },
);

Deno.test("netsh answers a line of a pipe before the next one comes", ON_POSIX, async () => {
  await using program = await Program.make();
  const { status, out } = await program.shell(`
    coproc netsh { httpcfg netsh -c http; }
    to=\${netsh[1]} from=\${netsh[0]} child=\$netsh_PID
    echo 'add iplisten 127.0.0.2' >&$to
    read -r -u $from empty; read -r -u $from answer
    echo "$answer"
    echo 'exit' >&$to
    wait $child
  `);
  assertEquals([status, out], [0, "IP address successfully added\n"]);
});

Deno.test("a script in UTF-16, as Windows PowerShell writes it, is read", ON_POSIX, async () => {
  await using program = await Program.make();
  const { status, out } = await program.shell(`
    printf '\\xff\\xfe' > "$HTTPCFG_HOME/script.txt"
    printf 'pushd http\\r\\nadd iplisten ipaddress=127.0.0.2\\r\\npopd\\r\\n' |
      iconv -t UTF-16LE >> "$HTTPCFG_HOME/script.txt"
    httpcfg netsh -f "$HTTPCFG_HOME/script.txt" && httpcfg netsh < "$HTTPCFG_HOME/script.txt"
  `);
  assertEquals(status, 1, out);
  assertStringIncludes(out, "IP address successfully added");
  assertStringIncludes(out, "IP address add failed, Error: 183");
});
