// Goal: no hint names a tool that its system does not have. Method: tables; every hint of the golden
// cases; and every text of the sources that begins with such a tool.
import { assert, assertEquals } from "@std/assert";
import { COMMAND_NAMES, loadCommand } from "../../../mod/cli/command_table.ts";
import { hintOn, withHintsOn } from "../../../mod/base/hints/system_lines.ts";

/** Tools that Windows does not have. What PowerShell has a name for, `mkdir`, is not one. */
const UNIX_ONLY =
  /(?:^|[;|&(] *)(?:sudo|env|ls|chmod|chown|chgrp|cat|df|mv|rm|cp|ln|ps|kill|fuser|lsof|findmnt|ss|ip|ifconfig|systemctl|journalctl|getent|id|awk|sed|grep|head|tail|sh|export|ulimit|setcap|semanage|sysctl|vi|nano)(?: |$)|\/dev\/|EDITOR|\$\((?!httpcfg|\[)|mkdir -p|(?:^| )'/;
/** Tools that only Linux has. */
const LINUX_ONLY =
  /(?:^|[;|&(] *|sudo )(?:ss|ip|findmnt|fuser|systemctl|journalctl|getent|setcap|semanage|sysctl)(?: |$)|--no-block|\/proc\//;

Deno.test("hintOn() is the line as it is on Linux, and one for each other system", () => {
  const cases: [linux: string, darwin: string | null, windows: string | null][] = [
    ["httpcfg reload", "httpcfg reload", "httpcfg reload"],
    [
      'httpcfg netsh http add urlacl url=http://+:80/ user="$(id -un)"',
      'httpcfg netsh http add urlacl url=http://+:80/ user="$(id -un)"',
      "httpcfg netsh http add urlacl url=http://+:80/ " +
      '"sddl=D:(A;;GX;;;$([Security.Principal.WindowsIdentity]::GetCurrent().User))"',
    ],
    ["httpcfg a && httpcfg b", "httpcfg a && httpcfg b", "httpcfg a; httpcfg b"],
    ["sudo httpcfg reload", "sudo httpcfg reload", "httpcfg reload"],
    [
      "sudo env HTTPCFG_HOME=/h httpcfg reload",
      "sudo env HTTPCFG_HOME=/h httpcfg reload",
      "httpcfg reload",
    ],
    [
      "httpcfg set iplisten -i '!eth 0'",
      "httpcfg set iplisten -i '!eth 0'",
      'httpcfg set iplisten -i "!eth 0"',
    ],
    [
      "httpcfg --config 'C:\\a b\\c.json' reload",
      "httpcfg --config 'C:\\a b\\c.json' reload",
      'httpcfg --config "C:\\a b\\c.json" reload',
    ],
    [
      "httpcfg service install | sh",
      "httpcfg service install | sh",
      "httpcfg service install | cmd",
    ],
    [
      "sudo sh -c 'httpcfg service install | sh'",
      "sudo sh -c 'httpcfg service install | sh'",
      "httpcfg service install | cmd",
    ],
    [
      "ls -ld 'C:\\a b\\c' 'C:\\x'",
      "ls -ld 'C:\\a b\\c' 'C:\\x'",
      'icacls "C:\\a b\\c"; icacls C:\\x',
    ],
    ["findmnt -T /etc", "mount", "fsutil fsinfo volumeinfo C:\\"],
    ["df -h 'D:\\x'; df -i 'D:\\x'", "df -h 'D:\\x'; df -i 'D:\\x'", "fsutil volume diskfree D:"],
    ["mkdir -p '/a b'", "mkdir -p '/a b'", 'mkdir "/a b"'],
    ["mv a.json a.json.broken", "mv a.json a.json.broken", "move a.json a.json.broken"],
    ["rm -r /run/x", "rm -r /run/x", "del /run/x"],
    ["cat 'C:\\a b'", "cat 'C:\\a b'", 'type "C:\\a b"'],
    [
      "chmod o= f",
      "chmod o= f",
      'icacls f /inheritance:d /remove:g "*S-1-1-0" "*S-1-5-11" "*S-1-5-32-545"',
    ],
    ["kill 7 8", "kill 7 8", "taskkill /F /PID 7 /PID 8"],
    ["kill -HUP 7", "kill -HUP 7", null],
    ["rm -r '/a b'; kill -HUP 7", "rm -r '/a b'; kill -HUP 7", 'del "/a b"'],
    ["fuser -v /x.lock", "lsof /x.lock", 'tasklist /fi "imagename eq httpcfg.exe"'],
    ["${EDITOR:-vi} 'C:\\a b'", "${EDITOR:-vi} 'C:\\a b'", 'notepad "C:\\a b"'],
    [
      "${EDITOR:-vi} a; httpcfg config import a",
      "${EDITOR:-vi} a; httpcfg config import a",
      "Start-Process -Wait notepad a; httpcfg config import a",
    ],
    [
      'export HTTPCFG_HOME="$HOME/httpcfg"',
      'export HTTPCFG_HOME="$HOME/httpcfg"',
      '$env:HTTPCFG_HOME="$HOME\\httpcfg"',
    ],
    ['ulimit -n "$(ulimit -Hn)"', "ulimit -n 65536", null],
    ["ip address", "ifconfig", "ipconfig /all"],
    ["systemctl list-sockets", null, null],
    ["sudo setcap cap_net_bind_service=+ep /x", null, null],
    ["sudo ss -atnp 'sport = :80'", "sudo netstat -an", "netstat -ano"],
    ["openssl x509 -in 'a b'", "openssl x509 -in 'a b'", 'openssl x509 -in "a b"'],
    // What is one of Windows already.
    [
      'icacls "C:\\a b" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F"; icacls C:\\x',
      'icacls "C:\\a b" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F"; icacls C:\\x',
      'icacls "C:\\a b" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F"; icacls C:\\x',
    ],
    // Sentences.
    [
      "try again; nothing was changed",
      "try again; nothing was changed",
      "try again; nothing was changed",
    ],
    ["it's a sentence", "it's a sentence", "it's a sentence"],
    // Several lines, the best first; what is the same twice is there once.
    ["kill -HUP 7\nhttpcfg events", "kill -HUP 7\nhttpcfg events", "httpcfg events"],
    ["ip address\nip link", "ifconfig", "ipconfig /all"],
  ];
  for (const [linux, darwin, windows] of cases) {
    assertEquals(hintOn("linux", linux), linux);
    assertEquals(hintOn("darwin", linux), darwin, linux);
    assertEquals(hintOn("windows", linux), windows, linux);
    // What has been translated already stays.
    if (windows !== null) assertEquals(hintOn("windows", windows), windows);
  }
});

Deno.test("withHintsOn() changes the hints of an answer, wherever they are, and nothing else", () => {
  const answer = {
    problems: [{ text: "ls -l x", hint: "ls -l x" }, { text: "", hint: null }],
    sites: [{ hints: ["kill -HUP 1", "httpcfg reload"], hint: "systemctl x" }],
    count: 1,
  };
  assertEquals(withHintsOn("linux", answer), answer);
  assertEquals(withHintsOn<unknown>("windows", answer), {
    problems: [{ text: "ls -l x", hint: "icacls x" }, { text: "", hint: null }],
    sites: [{ hints: ["httpcfg reload"], hint: null }],
    count: 1,
  });
});

Deno.test("no hint of the golden cases has a tool that the system lacks", () => {
  const hints = new Set<string>();
  for (const text of textsBelow(new URL("../../golden/", import.meta.url), ".txt")) {
    for (const [, hint = ""] of text.matchAll(/^! hint: (.*)$/gm)) hints.add(hint);
  }
  assert(hints.size > 50, String(hints.size));
  for (const hint of hints) checkHint(hint);
});

Deno.test("no text of the sources that is a line of a shell has a tool that the system lacks", () => {
  let count = 0;
  for (const text of textsBelow(new URL("../../../mod/", import.meta.url), ".ts")) {
    if (/Edge: .*(?:script|shell)|_SCRIPT = `|service manager/i.test(text)) continue;
    for (const [, line = ""] of text.matchAll(HINT_LITERAL)) {
      const filled = line.replace(/\\?\$\{(?!EDITOR)(?:[^{}]|\{[^}]*\})*\}/g, "X")
        .replaceAll("\\${", "${").replaceAll("\\$", "$");
      checkHint(filled);
      count++;
    }
  }
  assert(count > 40, String(count));
});

/** The literals that are given as a hint. */
const HINT_LITERAL = /\b(?:hint|cure|usual|lower|add): ?(?:isAbsent \? )?["`]([^"`\n]*)["`]/g;

function checkHint(hint: string): void {
  const windows = hintOn("windows", hint) ?? "";
  // A sentence may have an apostrophe, and words that are tools.
  const isCommand = !/^[a-z]+ (?:the|a|again|with)\b/.test(hint);
  if (isCommand) assert(!UNIX_ONLY.test(windows), `on Windows: ${windows} (${hint})`);
  const darwin = hintOn("darwin", hint) ?? "";
  if (isCommand) assert(!LINUX_ONLY.test(darwin), `on macOS: ${darwin} (${hint})`);
}

function textsBelow(folder: URL, extension: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return textsBelow(new URL(`${name}/`, folder), extension);
    return name.endsWith(extension) ? [Deno.readTextFileSync(new URL(name, folder))] : [];
  });
}

Deno.test("no example of the commands has a tool that the system lacks", async () => {
  for (const name of COMMAND_NAMES) {
    for (const { line } of (await loadCommand(name)).examples ?? []) checkHint(line);
  }
});
