// Goal: nothing that another user chose controls the terminal of an administrator or adds a line.
// Method: listening processes with hostile names, each command and each format, and the logs.
import { assertEquals, assertMatch } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { freePort } from "../support/ports.ts";
import { kill, Program } from "../support/program.ts";
import { testWith } from "../support/tools.ts";

const HOST = "127.0.0.2";

/** The names as Perl writes them, and as JSON has them; the kernel keeps 15 bytes. */
const NAMES: readonly (readonly [perl: string, name: string])[] = [
  ["\\033]0;evil\\007\\r", "\u001b]0;evil\u0007\r"],
  ["x\\nFORGED: line", "x\nFORGED: line"],
  ["a\\302\\2332J\\342\\200\\256b\\177", "a\u009b2J\u202eb\u007f"],
  ["\\233\\377\\376z", "\ufffd\ufffd\ufffdz"],
];

/** Starts a process with a hostile name that listens on `port`. */
async function hostile(index: number, port: number): Promise<Deno.ChildProcess> {
  const script = `use IO::Socket::INET; $0 = "${NAMES[index]![0]}";
    $socket = IO::Socket::INET->new(LocalAddr => "${HOST}", LocalPort => ${port}, Listen => 1);
    $| = 1; print "ready\\n"; sleep;`;
  const child = new Deno.Command("perl", {
    args: ["-e", script],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = child.stdout.getReader();
  await output.read();
  await output.cancel();
  return child;
}

/** Asserts that a terminal shows `text` and does not obey it. */
function assertHarmless(text: string, what: string): void {
  const [found] = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u.exec(text) ?? [];
  assertEquals(found, undefined, `${what}: ${JSON.stringify(text)}`);
  assertEquals(/^FORGED/m.test(text), false, `${what}: ${text}`);
}

testWith(["perl"], "no command and no log shows a name as it is", async () => {
  await using program = await Program.make();
  const ports = NAMES.map(() => freePort());
  const children: Deno.ChildProcess[] = [];
  for (const index of NAMES.keys()) children.push(await hostile(index, ports[index]!));
  try {
    const free = freePort();
    const sites = [free, ...ports].map((port, index) => {
      const bindings = [`${HOST}:${port}:`];
      return { ...DEFAULT_DOCUMENT.sites[0]!, id: index + 1, name: `site ${index}`, bindings };
    });
    const document = { ...DEFAULT_DOCUMENT, ipListen: [HOST], sites };
    await Deno.writeTextFile(program.config, JSON.stringify(document));
    const service = await program.serve();

    for (const [index, port] of ports.entries()) {
      const [, name] = NAMES[index]!;
      const { out } = await program.run(`who ${port} --format json`);
      assertEquals(JSON.parse(out).holders[0].program, name);
      const line = (await program.run(`who ${port} --format tsv`)).out.split("\n")[1]!;
      const escaped = JSON.stringify(name).slice(1, -1).replace(
        /[\x7f-\x9f\u202e]/g,
        (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
      );
      assertEquals(line.split("\t")[3], escaped);
    }
    const commands = [
      ...ports.flatMap((port) => [`who ${port}`, `explain http://${HOST}:${port}/`]),
      "plan",
      "verify",
      "status",
      "events",
      "site list",
    ];
    for (const command of commands) {
      const forms = command.startsWith("explain") ? ["text", "json"] : FORMS;
      for (const form of forms) {
        const { out, err } = await program.run(`${command} --format ${form}`);
        assertHarmless(out, `${command} ${form}`);
        assertHarmless(err, `${command} ${form}`);
        if (form !== "tsv") assertEquals(out.includes("\t"), false, `${command} ${form}`);
      }
    }
    for (const command of ["reload", "reload --strict", "net start w3svc", "iisweb /query"]) {
      const { out, err } = await program.run(command);
      assertHarmless(out + err, command);
    }
    assertMatch((await program.run("plan")).out, /held by \?\]0;evil\?\? \(pid \d+/);
    assertHarmless(service.stderr(), "serve");
    assertMatch(service.stderr(), /held by x\?FORGED: line \(pid \d+/);
    const { out: logs } = await program.shell('cat "$HTTPCFG_HOME"/log/*.ndjson');
    assertMatch(logs, /held by x\?FORGED/);
    assertHarmless(logs, "the event log");
  } finally {
    for (const child of children) kill(child, "SIGKILL");
    for (const child of children) await child.status;
  }
});

const FORMS = ["text", "json", "ndjson", "csv", "tsv"];
